/**
 * The fields of a sensor's settings as a table, computed once from the zod schema: path pattern, aspect, facts. And the
 * walk that turns a settings object into a flat map from path to value; the engine compares two such maps.
 *
 * A path is written as in `network.proxy.port` or `forwarding.rules.ops.minimumSeverity`; a segment that is not made of
 * letters, digits, "_" and "-" is quoted: `forwarding.rules["to SIEM"].protocols`.
 *
 * @module
 */
import * as z from 'zod'
import { factsOf, unwrapped } from './layered.ts'
import type { FieldFacts } from './vocabulary.ts'

export interface Field {
  /** Path with `*` in place of names that the user chose. */
  pattern: string
  /** First segment of the path. */
  aspect: string
  description: string
  facts: FieldFacts
  /** What people call it: its own `x-label`, or that of the nearest group around it. */
  label?: string
  /** Where a person finds it: its own `x-console`, or that of the nearest group around it. */
  console?: string
  /** What kind of value stands there. */
  type: 'scalar' | 'list' | 'secret' | 'file'
}

/** A flat view of settings: path to value. Values are JSON, secret references or loaded files. */
export type Flat<Value = unknown> = ReadonlyMap<string, Value>

const plainSegment = /^[A-Za-z0-9_-]+$/

/** Writes a path. */
export function formatPath(segments: readonly string[]): string {
  return segments
    .map((segment, index) =>
      plainSegment.test(segment) ? (index ? `.${segment}` : segment) : `[${JSON.stringify(segment)}]`,
    )
    .join('')
}

/** Reads a path that `formatPath` wrote. Throws a SyntaxError for anything else. */
export function parsePath(path: string): string[] {
  const segments: string[] = []
  const token = /\.?([A-Za-z0-9_-]+|\*)|\[("(?:[^"\\]|\\.)*")\]/y
  while (token.lastIndex < path.length) {
    const match = token.exec(path)
    if (!match) throw new SyntaxError(`not a field path: ${path}`)
    segments.push(match[2] === undefined ? (match[1] ?? '') : String(JSON.parse(match[2])))
  }
  return segments
}

/** Every field below an object schema, in the order in which the schema names them. */
export const fieldsOf = (schema: z.ZodType): Field[] => fieldsBelow(schema, [], {})

/** What a field has of the groups around it. */
type Inherited = Pick<Field, 'label' | 'console'>

function fieldsBelow(schema: z.ZodType, prefix: readonly string[], outer: Inherited): Field[] {
  const inner = unwrapped(schema)
  const facts = factsOf(schema) ?? {}
  const type = leafType(inner, facts)
  const inherited: Inherited = {
    ...outer,
    ...(facts['x-label'] !== undefined && { label: facts['x-label'] }),
    ...(facts['x-console'] !== undefined && { console: facts['x-console'] }),
  }
  const [pattern, aspect, description] = [prefix.join('.'), prefix[0] ?? '', facts.description ?? '']
  if (type) return [{ pattern, aspect, description, facts, ...inherited, type }]
  if (inner instanceof z.ZodRecord) return fieldsBelow(inner.valueType as z.ZodType, [...prefix, '*'], inherited)
  const shape: Record<string, z.ZodType> = (inner as z.ZodObject).shape
  return Object.entries(shape).flatMap(([key, value]) => fieldsBelow(value, [...prefix, key], inherited))
}

function leafType(schema: z.ZodType, facts: FieldFacts): Field['type'] | undefined {
  if (facts['x-sensitive']) return 'secret'
  if (facts['x-file']) return 'file'
  if (schema instanceof z.ZodArray || schema instanceof z.ZodUnion) return 'list'
  return schema instanceof z.ZodObject || schema instanceof z.ZodRecord ? undefined : 'scalar'
}

/** Finds the field of a path: names that the user chose match `*`. */
export function fieldTable(schema: z.ZodType): { fields: readonly Field[]; find: (path: string) => Field | undefined } {
  const fields = fieldsOf(schema)
  const byPattern = new Map(fields.map((field) => [field.pattern, field]))
  const wildcards = fields
    .filter((field) => field.pattern.includes('*'))
    .map((field) => ({ field, parts: field.pattern.split('.') }))
  const find = (path: string): Field | undefined => {
    const direct = byPattern.get(path)
    if (direct) return direct
    const segments = parsePath(path)
    return wildcards.find(
      ({ parts }) =>
        parts.length === segments.length && parts.every((part, index) => part === '*' || part === segments[index]),
    )?.field
  }
  return { fields, find }
}

/**
 * Flattens settings by their schema. Unknown keys are left out.
 *
 * An object that has an `enabled` key in its schema follows the rule of the spec: with `enabled: false` its siblings
 * are left out, and with siblings given and no `enabled` it counts as `enabled: true`. A rule with `absent: true` is
 * that field alone. `raw` switches these rules off (live settings are what they are).
 */
export function flatten(schema: z.ZodType, settings: unknown, options: { raw?: boolean } = {}): Map<string, unknown> {
  const result = new Map<string, unknown>()
  walkInto(schema, settings, '', result, options.raw ?? false)
  return result
}

/** What the walk needs to know of a schema, computed once: fleets are walked by the thousand. */
interface Node {
  kind: 'leaf' | 'record' | 'object'
  /** Of a record: the schema of its values. */
  values?: z.ZodType
  /** Of an object. */
  shape: Record<string, z.ZodType>
  entries: readonly (readonly [key: string, field: z.ZodType])[]
}

const nodes = new WeakMap<z.ZodType, Node>()

function nodeOf(schema: z.ZodType): Node {
  let node = nodes.get(schema)
  if (!node) nodes.set(schema, (node = computeNode(schema)))
  return node
}

function computeNode(schema: z.ZodType): Node {
  const inner = unwrapped(schema)
  if (leafType(inner, factsOf(schema) ?? {})) return { kind: 'leaf', shape: {}, entries: [] }
  if (inner instanceof z.ZodRecord) {
    return { kind: 'record', values: inner.valueType as z.ZodType, shape: {}, entries: [] }
  }
  const shape = (inner as z.ZodObject).shape as Record<string, z.ZodType>
  return { kind: 'object', shape, entries: Object.entries(shape) }
}

/** The path with one more segment, as `formatPath` writes it. */
const below = (path: string, key: string): string =>
  plainSegment.test(key) ? (path === '' ? key : `${path}.${key}`) : `${path}[${JSON.stringify(key)}]`

function walk(node: Node, value: unknown, path: string, into: Map<string, unknown>, raw: boolean): void {
  if (node.kind === 'leaf') {
    into.set(path, value)
    return
  }
  const entries = value as Record<string, unknown>
  const { values, shape } = node
  if (values) {
    for (const [key, entry] of Object.entries(entries)) walkInto(values, entry, below(path, key), into, raw)
    return
  }
  const only = raw ? undefined : onlyKey(shape, entries)
  if (!raw && shape['enabled'] && entries['enabled'] === undefined && Object.keys(entries).length > 0) {
    into.set(below(path, 'enabled'), true)
  }
  for (const [key, field] of node.entries) {
    const entry = entries[key]
    if (only === undefined || only === key)
      walkInto(field, entry, entry === undefined || entry === null ? '' : below(path, key), into, raw)
  }
}

function walkInto(schema: z.ZodType, value: unknown, path: string, into: Map<string, unknown>, raw: boolean): void {
  if (value !== undefined && value !== null) walk(nodeOf(schema), value, path, into, raw)
}

function onlyKey(shape: Record<string, z.ZodType>, entries: Record<string, unknown>): string | undefined {
  if (shape['enabled'] && entries['enabled'] === false) return 'enabled'
  return shape['absent'] && entries['absent'] === true ? 'absent' : undefined
}
