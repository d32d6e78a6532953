/**
 * Finds the schema of a place in a document, for hints and for secrets.
 *
 * @module
 */
import * as z from 'zod'
import { factsOf, unwrapped } from '../schemas/layered.ts'

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A member of a map; undefined for everything else. */
export const valueBelow = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined)

const hasMembers: ReadonlySet<string> = new Set(['object', 'record', 'array', 'union'])

/** The schema of a member of an object, record, list or union. */
export function memberOf(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  const inner = unwrapped(schema)
  // Most are none of these, and each question to zod takes a while.
  if (!hasMembers.has(inner.def.type)) return undefined
  if (inner instanceof z.ZodObject) {
    const shape = inner.shape as Record<string, z.ZodType>
    return Object.hasOwn(shape, key) ? shape[key] : undefined
  }
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType
  if (!(inner instanceof z.ZodUnion)) return undefined
  return (inner.options as z.ZodType[]).map((option) => memberOf(option, key)).find(Boolean)
}

/** The schema at a path. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((at, key) => at && memberOf(at, typeof key === 'symbol' ? '' : key), schema)
}

/** Keys that an object schema knows; none for everything else. */
export function knownKeys(schema: z.ZodType | undefined): string[] {
  const inner = schema && unwrapped(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

/** True where the value is a reference to a secret. */
export const sensitive = (schema: z.ZodType): boolean => factsOf(schema)?.['x-sensitive'] === true
