/**
 * Values as MessagePack, by their Terraform type: what stands on the wire is told apart by the type, never by its first
 * byte alone. Numbers are lossless, text is NFC, and every object has every attribute.
 *
 * @module
 */
import type { TerraformType } from '../../schemas/terraform/schema.ts'
import { Decimal, Dynamic, isList, isObject, unknown, type ObjectValue, type Value } from '../model/value.ts'
import { MsgpackReader, isExtension } from './msgpack-reader.ts'
import { MsgpackWriter } from './msgpack-writer.ts'

/** Reads a value of a type. Throws a TypeError for anything else. */
export function decodeValue(type: TerraformType, bytes: Uint8Array): Value {
  const reader = new MsgpackReader(bytes)
  const value = readValue(reader, type)
  if (!reader.isAtEnd) throw new TypeError('more than one value')
  return value
}

/** Writes a value of a type. Attributes that are left out are null. Throws a TypeError for what the type has no place for. */
export function encodeValue(type: TerraformType, value: Value): Uint8Array {
  const writer = new MsgpackWriter()
  try {
    writeValue(writer, type, value)
  } catch (error) {
    throw error instanceof Misfit ? error.toTypeError() : error
  }
  return writer.finish()
}

function readValue(reader: MsgpackReader, type: TerraformType): Value {
  if (reader.takeNil()) return null
  if (isExtension(reader.peek())) {
    reader.skipExtension()
    return unknown
  }
  if (typeof type === 'string') return readPrimitive(reader, type)
  if (type[0] === 'object') return readEntries(reader, (name) => readValue(reader, memberOf(type[1][name], name)))
  if (type[0] === 'map') return readEntries(reader, () => readValue(reader, type[1]))
  if (type[0] === 'tuple') return readItems(reader, (index) => readValue(reader, memberOf(type[1][index], index)))
  return readItems(reader, () => readValue(reader, type[1]))
}

function memberOf(type: TerraformType | undefined, name: string | number): TerraformType {
  if (type === undefined) throw new TypeError(`there is no ${name} in the type`)
  return type
}

function readItems(reader: MsgpackReader, read: (index: number) => Value): Value[] {
  const length = reader.arrayLength()
  return Array.from({ length }, (_, index) => read(index))
}

function readEntries(reader: MsgpackReader, read: (name: string) => Value): ObjectValue {
  const entries: Record<string, Value> = {}
  for (let left = reader.mapLength(); left > 0; left--) {
    const name = reader.text()
    setOwn(entries, name, read(name))
  }
  return entries
}

/** Sets a key that a user may have chosen, `__proto__` included. */
function setOwn(target: Record<string, Value>, name: string, value: Value): void {
  if (name !== '__proto__') target[name] = value
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

function readPrimitive(reader: MsgpackReader, type: 'string' | 'number' | 'bool' | 'dynamic'): Value {
  if (type === 'string') return reader.text()
  if (type === 'bool') return reader.bool()
  return type === 'number' ? toNumber(reader.number()) : readDynamic(reader)
}

/** A number where a double says the same, the text where not. */
export function toNumber(read: number | bigint | string): number | Decimal {
  if (typeof read === 'number') return read
  const text = String(read)
  return String(Number(text)) === text ? Number(text) : new Decimal(text)
}

function readDynamic(reader: MsgpackReader): Dynamic {
  if (reader.arrayLength() !== 2) throw new TypeError('a dynamic value is a pair of type and value')
  const type = JSON.parse(reader.binary().toString('utf8')) as TerraformType
  return new Dynamic(type, readValue(reader, type))
}

function writeValue(writer: MsgpackWriter, type: TerraformType, value: Value): void {
  if (value === null) writer.nil()
  else if (value === unknown) writer.unknown()
  else if (typeof type === 'string') writePrimitive(writer, type, value)
  else writeCompound(writer, type, value)
}

type Compound = Exclude<TerraformType, string>

function writeCompound(writer: MsgpackWriter, type: Compound, value: Value): void {
  if (type[0] === 'object') writeObject(writer, type[1], value)
  else if (type[0] === 'map') writeEntries(writer, value, type[1])
  else if (type[0] === 'tuple') writeItems(writer, value, (index) => memberOf(type[1][index], index))
  else writeItems(writer, value, () => type[1])
}

function writeItems(writer: MsgpackWriter, value: Value, typeAt: (index: number) => TerraformType): void {
  if (!isList(value)) throw wrong('a list', value)
  writer.arrayLength(value.length)
  value.forEach((item, index) => writePart(writer, typeAt(index), item, index))
}

function writeEntries(writer: MsgpackWriter, value: Value, type: TerraformType): void {
  if (!isObject(value)) throw wrong('a map', value)
  const entries = Object.entries(value)
  writer.mapLength(entries.length)
  for (const [name, item] of entries) {
    writer.text(name)
    writePart(writer, type, item, name)
  }
}

function writeObject(writer: MsgpackWriter, types: Readonly<Record<string, TerraformType>>, value: Value): void {
  if (!isObject(value)) throw wrong('an object', value)
  const stray = Object.keys(value).find((name) => !Object.hasOwn(types, name))
  if (stray !== undefined) throw new Misfit(' is not in the schema').under(stray)
  const names = Object.keys(types)
  writer.mapLength(names.length)
  for (const name of names) {
    writer.text(name)
    writePart(writer, memberOf(types[name], name), value[name] ?? null, name)
  }
}

function writePart(writer: MsgpackWriter, type: TerraformType, value: Value, key: string | number): void {
  try {
    writeValue(writer, type, value)
  } catch (error) {
    throw error instanceof Misfit ? error.under(key) : error
  }
}

function writePrimitive(writer: MsgpackWriter, type: 'string' | 'number' | 'bool' | 'dynamic', value: Value): void {
  if (type === 'dynamic') writeDynamic(writer, value)
  else if (type === 'string' && typeof value === 'string') writer.text(value)
  else if (type === 'bool' && typeof value === 'boolean') writer.bool(value)
  else if (type === 'number' && (typeof value === 'number' || value instanceof Decimal)) writeNumber(writer, value)
  else throw wrong(`a ${type}`, value)
}

/** Whole numbers as such; the rest as text, which no side has to round. */
function writeNumber(writer: MsgpackWriter, value: number | Decimal): void {
  if (value instanceof Decimal) writer.text(value.text)
  else if (Number.isSafeInteger(value)) writer.int(value)
  else writer.text(String(value))
}

function writeDynamic(writer: MsgpackWriter, value: Value): void {
  const typed = value instanceof Dynamic ? value : new Dynamic(typeOfValue(value), value)
  writer.arrayLength(2)
  writer.binary(Buffer.from(JSON.stringify(typed.type)))
  writeValue(writer, typed.type, typed.value)
}

/** The type that Terraform would give a value written out in a configuration. */
export function typeOfValue(value: Value): TerraformType {
  if (isList(value)) return ['tuple', value.map(typeOfValue)]
  if (value instanceof Dynamic) return value.type
  if (isObject(value)) {
    return ['object', Object.fromEntries(Object.entries(value).map(([name, item]) => [name, typeOfValue(item)]))]
  }
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'number' || value instanceof Decimal ? 'number' : 'dynamic'
}

/** A value that has no place in its type. Says its kind only: it may be a secret. */
class Misfit extends Error {
  #path = ''

  /** As it is thrown further, the way to it grows. */
  under(key: string | number): this {
    this.#path = `${typeof key === 'number' ? `[${key}]` : `.${key}`}${this.#path}`
    return this
  }

  /** For whoever wrote the resource. */
  toTypeError(): TypeError {
    return new TypeError(`${this.#path || 'the value'}${this.message}`)
  }
}

const wrong = (wanted: string, value: Value): Misfit =>
  new Misfit(` must be ${wanted}, not a ${Array.isArray(value) ? 'list' : typeof value}`)
