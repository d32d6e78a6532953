/**
 * The layered form of a schema: every key of every object may be left out or be `null` (which withdraws what an upper
 * layer declared), records may withdraw entries, and whatever must be complete is checked after merging.
 *
 * Leaf groups (`x-leaf`) replace whole, so they keep their own rules.
 *
 * @module
 */
import * as z from 'zod'

/** Recursively optional and nullable. */
export type Layered<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Layered<T[K]> | null | undefined }
    : T

/** Derives the layered form of an object schema. Checks across keys are dropped, those of single values stay. */
export function layered<T extends z.ZodObject>(schema: T): z.ZodType<Layered<z.infer<T>>> {
  return layer(schema) as z.ZodType<Layered<z.infer<T>>>
}

function layer(schema: z.ZodType): z.ZodType {
  const inner = unwrapped(schema)
  const facts = factsOf(schema)
  const result = facts?.['x-leaf'] ? inner : layerOf(inner)
  return facts ? result.meta(facts) : result
}

function layerOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape: Record<string, z.ZodType> = {}
    for (const [key, value] of Object.entries<z.ZodType>(schema.shape)) {
      shape[key] = layer(value).nullable().optional()
    }
    return z.strictObject(shape)
  }
  if (schema instanceof z.ZodRecord) {
    return z.record(schema.keyType as z.ZodString, layer(schema.valueType as z.ZodType).nullable())
  }
  return schema
}

const inners = new WeakMap<z.ZodType, z.ZodType>()

/** The schema below `.optional()` and `.nullable()`. Remembered: loading asks for every value of every sensor. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  let inner = inners.get(schema)
  if (!inner) inners.set(schema, (inner = unwrap(schema)))
  return inner
}

const unwrap = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrap(schema.unwrap() as z.ZodType) : schema

const known = new WeakMap<z.ZodType, z.GlobalMeta | undefined>()

/**
 * Description and facts of a field; what was given after `.optional()` wins over what was given before. Remembered: the
 * registry makes a new object each time, and loading asks for every value of every sensor.
 */
export function factsOf(schema: z.ZodType): z.GlobalMeta | undefined {
  if (!known.has(schema)) known.set(schema, readFacts(schema))
  return known.get(schema)
}

function readFacts(schema: z.ZodType): z.GlobalMeta | undefined {
  const own = z.globalRegistry.get(schema)
  if (!(schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)) return own
  const inner = factsOf(schema.unwrap() as z.ZodType)
  return own && inner ? { ...inner, ...own } : (own ?? inner)
}
