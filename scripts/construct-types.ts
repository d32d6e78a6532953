/** TypeScript types of the spec for constructs: what zod takes, with a token in every position. */
import { compile } from 'json-schema-to-typescript'
import { applianceSchemas } from '../schemas/documents.ts'
import { toJsonSchema, type JsonSchema } from '../schemas/json-schema.ts'
import { providerBlock } from '../schemas/terraform/provider-block.ts'

type Plain = Record<string, unknown>

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A schema whose values may be known to Terraform alone. A text or a list of texts holds a token as it is. */
function withTokens(value: unknown): unknown {
  if (!isPlain(value)) return Array.isArray(value) ? value.map(withTokens) : value
  const { description } = value
  const words = description === undefined ? {} : { description }
  if (value['x-sensitive'] === true) return { ...words, tsType: 'SecretSource' }
  if (value['x-file'] === true && value['type'] === 'object') return { ...words, tsType: 'FileSource' }
  const leaf = leafType(value)
  if (leaf !== undefined) return { ...words, tsType: leaf }
  const { properties, additionalProperties, required, items } = value
  return {
    type: value['type'],
    ...words,
    ...(isPlain(properties) && { properties: mapValues(properties) }),
    ...(required !== undefined && { required }),
    ...(items !== undefined && { items: withTokens(items) }),
    additionalProperties: isPlain(additionalProperties) ? withTokens(additionalProperties) : false,
  }
}

const mapValues = (properties: Plain): Plain =>
  Object.fromEntries(Object.entries(properties).map(([key, item]) => [key, withTokens(item)]))

/** Undefined for what has parts with types of their own. */
function leafType(schema: Plain): string | undefined {
  if (Array.isArray(schema['anyOf'])) return unionOf(schema['anyOf'].map((one) => leafType(one as Plain) ?? 'unknown'))
  const values = 'const' in schema ? [schema['const']] : schema['enum']
  if (Array.isArray(values)) return unionOf([...values.map((one) => JSON.stringify(one)), 'IResolvable'])
  if (schema['type'] === 'string') return 'string'
  if (schema['type'] === 'boolean') return 'boolean | IResolvable'
  if (schema['type'] === 'integer' || schema['type'] === 'number') return 'number'
  if (schema['type'] !== 'array' || !isPlain(schema['items'])) return undefined
  const item = leafType(schema['items'])
  return item === undefined ? undefined : `readonly (${item})[] | IResolvable`
}

const unionOf = (types: readonly string[]): string =>
  [...new Set(types.flatMap((type) => type.split(' | ')))].join(' | ')

const banner = `/* Generated from schemas/ by \`npm run generate\`. Do not edit. */
import type { IResolvable } from 'cdktf'
import type { FileSource, SecretSource } from '../sources.ts'
`

/** The text of `constructs/generated/spec.ts`. */
export async function constructTypes(): Promise<string> {
  const specs: readonly [string, JsonSchema][] = [
    ['SensorSpec', toJsonSchema(applianceSchemas.Sensor.spec)],
    ['ConsoleSpec', toJsonSchema(applianceSchemas.ManagementConsole.spec)],
    ['ProviderSpec', toJsonSchema(providerBlock)],
  ]
  const texts = await Promise.all(
    specs.map(([name, schema]) =>
      compile({ ...(withTokens(schema) as Plain), title: name }, name, { bannerComment: '', format: false }),
    ),
  )
  return [banner, ...texts.map(withReadonlyLists)].join('\n')
}

/** Lists of groups take what was declared `as const`, as lists of values do. */
function withReadonlyLists(text: string): string {
  const opened: number[] = []
  const lists: number[] = []
  for (const { 0: brace, index } of text.matchAll(/\{|\}(?:\[\])?/g)) {
    if (brace === '{') opened.push(index)
    else {
      const start = opened.pop()
      if (brace === '}[]' && start !== undefined) lists.push(start)
    }
  }
  return lists
    .toSorted((one, other) => other - one)
    .reduce((made, at) => `${made.slice(0, at)}readonly ${made.slice(at)}`, text)
}
