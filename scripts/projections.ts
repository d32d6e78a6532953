/**
 * What is generated from the schemas: path in the repository to its maker. A new projection is one line here.
 *
 * @module
 */
import { compile } from 'json-schema-to-typescript'
import packageJson from '../package.json' with { type: 'json' }
import { documentKinds } from '../schemas/documents.ts'
import { constructTypes } from './construct-types.ts'
import { anyDocumentSchema, kindSchemas, secretScopeSchema } from '../schemas/json-schema.ts'
import { problemsPage, referencePage } from '../schemas/markdown.ts'
import { cliReference } from '../cli/reference.ts'
import { jsonSchemaOf, namedSchemas, openApiDocument } from '../schemas/api/openapi.ts'
import { sensorformProvider } from '../provider/sensorform/provider.ts'
import { terraformProjections } from '../schemas/terraform/projections.ts'
import { registryPages } from './registry-docs.ts'
import { resultJsonSchema, resultSchemas, type ResultName } from '../schemas/results.ts'

const asJson = (value: unknown): string => JSON.stringify(value, null, 2)

/** TypeScript types of the wire. */
async function wireTypes(): Promise<string> {
  const names = Object.keys(namedSchemas)
  const definitions = Object.fromEntries(
    Object.entries(namedSchemas).map(([name, schema]) => [name, { title: name, ...jsonSchemaOf(schema) }]),
  )
  const text = await compile(
    {
      title: 'SensorSettingsApi',
      type: 'object',
      additionalProperties: false,
      required: names,
      properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/definitions/${name}` }])),
      definitions,
    },
    'SensorSettingsApi',
    {
      bannerComment: '/* Generated from schemas/api/ by `npm run generate`. Do not edit. */',
      additionalProperties: false,
      format: false,
      ignoreMinAndMaxItems: true,
    },
  )
  return text
}

/** JSON Schemas of what the CLI prints with `--format json`. */
function resultProjections(): Record<string, () => string> {
  return Object.fromEntries(
    (Object.keys(resultSchemas) as ResultName[]).map((name) => [
      `schemas/generated/results/${name}.schema.json`,
      () => asJson(resultJsonSchema(name)),
    ]),
  )
}

/** Terraform schemas, as plain data. */
function terraformSchemas(): Record<string, () => string> {
  return Object.fromEntries(
    Object.entries(terraformProjections()).map(([name, attributes]) => [
      `schemas/generated/terraform/${name}.json`,
      () => asJson(attributes),
    ]),
  )
}

export const projections: Readonly<Record<string, () => string | Promise<string>>> = {
  'schemas/generated/sensor-settings.openapi.json': () => asJson(openApiDocument(packageJson.version)),
  'schemas/generated/wire.ts': wireTypes,
  'constructs/generated/spec.ts': constructTypes,
  ...resultProjections(),
  ...terraformSchemas(),
  'docs/reference/cli.md': cliReference,
  ...Object.fromEntries(
    Object.entries(kindSchemas()).map(([kind, schema]) => [
      `schemas/generated/${kind.toLowerCase()}.schema.json`,
      () => asJson(schema),
    ]),
  ),
  'schemas/generated/document.schema.json': () => asJson(anyDocumentSchema()),
  'schemas/generated/secret-scope.schema.json': () => asJson(secretScopeSchema()),
  ...Object.fromEntries(
    (Object.keys(documentKinds) as (keyof typeof documentKinds)[]).map((kind) => [
      `docs/reference/${kind.toLowerCase()}.md`,
      () => referencePage(kind),
    ]),
  ),
  'docs/problems.md': problemsPage,
  ...registryPages(sensorformProvider),
}
