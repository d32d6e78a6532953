/**
 * JSON Schemas of the documents, for editors and for every other projection. The one place where a document's zod schema
 * becomes JSON Schema.
 *
 * @module
 */
import * as z from 'zod'
import { apiVersion, applianceSchemas, documentKinds, type DocumentKind } from './documents.ts'
import { secretScope } from './secret-scope.ts'

export type JsonSchema = { readonly [key: string]: unknown }

const dialect = 'https://json-schema.org/draft/2020-12/schema'

/** JSON Schema of a schema, as an editor can use it. */
export const toJsonSchema = (schema: z.ZodType): JsonSchema => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as Record<string, unknown>
  return simplify(json) as JsonSchema
}

/** The schema of each kind, by the name of its file. */
export const kindSchemas = (): Record<DocumentKind, JsonSchema> => ({
  Fleet: { $schema: dialect, ...toJsonSchema(documentKinds.Fleet) },
  Site: { $schema: dialect, ...toJsonSchema(documentKinds.Site) },
  Sensor: { $schema: dialect, ...toJsonSchema(documentKinds.Sensor) },
  ManagementConsole: { $schema: dialect, ...toJsonSchema(documentKinds.ManagementConsole) },
})

/** The schema of a secret scope, which is no document of a fleet. */
export const secretScopeSchema = (): JsonSchema => ({ $schema: dialect, ...toJsonSchema(secretScope) })

/** One schema for files that hold documents of any kind: the kind decides. Names no other file. */
export function anyDocumentSchema(): JsonSchema {
  const kinds = Object.keys(documentKinds) as DocumentKind[]
  const layer = toJsonSchema(applianceSchemas.Sensor.layer)
  const defs = Object.fromEntries(kinds.map((kind) => [kind, shareLayer(toJsonSchema(documentKinds[kind]), layer)]))
  return {
    $schema: dialect,
    title: 'Sensorform document',
    description: 'A Fleet, a Site, a Sensor or a ManagementConsole.',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: {
      apiVersion: { const: apiVersion, description: 'Version of the document format.' },
      kind: { enum: kinds, description: 'Kind of the document.' },
    },
    allOf: kinds.map(whenKind),
    $defs: { ...defs, Layer: layer },
  }
}

/** Said through `else`: an object with a member named `then` would pass for a promise. */
const whenKind = (kind: DocumentKind): JsonSchema => ({
  if: { not: { properties: { kind: { const: kind } }, required: ['kind'] } },
  else: { $ref: `#/$defs/${kind}` },
})

/** The sensor's layer is part of every kind; it is written once. */
function shareLayer(json: JsonSchema, layer: JsonSchema): JsonSchema {
  const text = JSON.stringify(layer)
  const share = (value: unknown): unknown => {
    if (!isPlain(value)) return Array.isArray(value) ? value.map(share) : value
    if (JSON.stringify(value) === text) return { $ref: '#/$defs/Layer' }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, share(item)]))
  }
  return share(json) as JsonSchema
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What an editor shows is what stands at the field itself, so `null` moves into the type and the rule into the words. */
function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify)
  if (!isPlain(value)) return value
  const entries = Object.entries(value).map(([key, item]) => [key, simplify(item)] as const)
  return withRule(withOneKey(withNull(Object.fromEntries(entries))))
}

/** `anyOf: [x, null]` as one schema that takes null. */
function withNull(json: Record<string, unknown>): Record<string, unknown> {
  const { anyOf, ...rest } = json
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || !isNullSchema(anyOf[1])) return json
  const inner: unknown = anyOf[0]
  if (!isPlain(inner)) return json
  const { type, const: only, enum: options, anyOf: alternatives, ...others } = inner
  if (alternatives !== undefined)
    return { ...rest, ...others, anyOf: [...(alternatives as unknown[]), { type: 'null' }] }
  const values = only === undefined ? (options as unknown[] | undefined) : [only]
  return {
    ...rest,
    ...others,
    ...(type !== undefined && { type: [type, 'null'] }),
    ...(values && { enum: [...values, null] }),
  }
}

const isNullSchema = (value: unknown): boolean => isPlain(value) && value['type'] === 'null'

/** A group of which exactly one key is given. */
const withOneKey = (json: Record<string, unknown>): Record<string, unknown> =>
  json['x-exactly-one'] === true ? { ...json, minProperties: 1, maxProperties: 1 } : json

function withRule(json: Record<string, unknown>): Record<string, unknown> {
  const { description, 'x-rule': rule } = json
  return typeof description === 'string' && typeof rule === 'string' && !description.endsWith(rule)
    ? { ...json, description: `${description} ${rule}` }
    : json
}
