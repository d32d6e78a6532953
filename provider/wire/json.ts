/** Stored states are JSON; their numbers are read without a double in between. */
import type { TerraformType } from '../../schemas/terraform/schema.ts'
import type { JsonObject } from '../model/resource.ts'
import { Decimal, Dynamic, type ObjectValue, type Value } from '../model/value.ts'
import { toNumber } from './msgpack.ts'

/** Parses JSON; a number that a double would change is a `Decimal`. */
export function parseLossless(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  return JSON.parse(text, revive)
}

const revive = (_: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && context?.source !== undefined ? toNumber(context.source) : value

/** A value of a type from JSON. What is not there is null, what the type does not know is dropped. */
export function fromJson(type: TerraformType, json: unknown): Value {
  if (json === null || json === undefined) return null
  if (typeof type === 'string') return fromPrimitive(type, json)
  if (type[0] === 'tuple') return type[1].map((member, index) => fromJson(member, itemsOf(json)[index]))
  if (type[0] === 'object') return mapEntries(type[1], (member, name) => fromJson(member, entriesOf(json)[name]))
  if (type[0] === 'map') return mapEntries(entriesOf(json), (item) => fromJson(type[1], item))
  return itemsOf(json).map((item) => fromJson(type[1], item))
}

/** Terraform takes a number for a string and the other way round where a type has changed; so do we. */
function fromPrimitive(type: 'string' | 'number' | 'bool' | 'dynamic', json: unknown): Value {
  if (type === 'dynamic') return fromDynamic(json)
  if (type === 'string' && typeof json === 'string') return json
  if (type === 'string' && (typeof json === 'number' || typeof json === 'boolean')) return String(json)
  if (type === 'string' && json instanceof Decimal) return json.text
  if (type === 'number' && (typeof json === 'number' || json instanceof Decimal)) return json
  if (type === 'number' && typeof json === 'string' && /^-?[0-9.]+(e[+-]?[0-9]+)?$/i.test(json)) return toNumber(json)
  if (type === 'bool' && typeof json === 'boolean') return json
  throw new TypeError(`a stored value is no ${type}`)
}

function fromDynamic(json: unknown): Value {
  const { type, value } = entriesOf(json)
  return new Dynamic(type as TerraformType, fromJson(type as TerraformType, value))
}

function itemsOf(json: unknown): readonly unknown[] {
  if (Array.isArray(json)) return json
  throw new TypeError('a stored value is no list')
}

function entriesOf(json: unknown): JsonObject {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject
  throw new TypeError('a stored value is no object')
}

const mapEntries = <T>(entries: Readonly<Record<string, T>>, make: (item: T, name: string) => Value): ObjectValue =>
  Object.fromEntries(Object.entries(entries).map(([name, item]) => [name, make(item, name)]))
