/**
 * Protocol buffers as a table of fields: a message is declared once (`messages.ts`), and its type, its reader and its
 * writer follow. What is `undefined` is not sent; what is not known is skipped.
 *
 * @module
 */
import { GrowingBuffer } from './growing-buffer.ts'

/** Wire types of protocol buffers. */
const varint = 0
const fixed64 = 1
const delimited = 2
const fixed32 = 5

interface Field<T> {
  number: number
  wire: typeof varint | typeof delimited
  /** Adds what was read to what was read before under the same number. */
  read(reader: Reader, before: T | undefined): T
  /** Writes tag and value; many times for a repeated field. */
  write(writer: Writer, value: T): void
}

type Fields = Readonly<Record<string, Field<unknown>>>
type ValueOf<F> = F extends Field<infer T> ? T : never

/** How a message of a type is read and written. */
export interface Message<T> {
  decode(bytes: Uint8Array): T
  encode(value: T): Uint8Array
  /** Writes into a message around it. */
  write(writer: Writer, value: T): void
}

/** The type of a declared message. Every field may be missing, as on the wire. */
export type TypeOf<M> = M extends Message<infer T> ? T : never

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** A number of up to 64 bits; what a double cannot hold is an error, nothing of the protocol is that large. */
  varint(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new RangeError('message ends inside a number')
      if (shift === 0n && byte < 128) return byte
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return safe(BigInt.asIntN(64, value))
    }
    throw new RangeError('number is longer than 64 bits')
  }

  bytes(): Buffer {
    const length = this.varint()
    const end = this.#at + length
    if (length < 0 || end > this.#bytes.length) throw new RangeError('message ends inside a field')
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }

  skip(wire: number): void {
    if (wire === varint) this.varint()
    else if (wire === delimited) this.bytes()
    else if (wire === fixed64 || wire === fixed32) this.#at += wire === fixed64 ? 8 : 4
    else throw new RangeError(`wire type ${wire} is not known`)
  }
}

function safe(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError('number is larger than 2^53')
  return number
}

/** One buffer for a message and all that is inside it. */
class Writer {
  readonly #written = new GrowingBuffer()

  tag(number: number, wire: number): void {
    this.varint(number * 8 + wire)
  }

  varint(value: number): void {
    if (value >= 0 && value < 2 ** 31) {
      let rest = value
      for (; rest > 127; rest >>>= 7) this.#written.byte((rest & 127) | 128)
      this.#written.byte(rest)
    } else {
      let rest = BigInt.asUintN(64, BigInt(value))
      for (; rest > 127n; rest >>= 7n) this.#written.byte(Number(rest & 127n) | 128)
      this.#written.byte(Number(rest))
    }
  }

  bytes(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.#written.bytes(bytes)
  }

  text(value: string): void {
    const length = Buffer.byteLength(value)
    this.varint(length)
    this.#written.text(value, length)
  }

  /** What `write` writes, with its length before it. */
  delimited(write: () => void): void {
    const from = this.#written.length
    write()
    this.bytes(this.#written.take(from))
  }

  finish(): Uint8Array {
    return this.#written.finish()
  }
}

function scalar<T>(
  number: number,
  wire: typeof varint | typeof delimited,
  read: (reader: Reader) => T,
  write: (writer: Writer, value: T) => void,
): Field<T> {
  return {
    number,
    wire,
    read,
    write: (writer, value) => {
      writer.tag(number, wire)
      write(writer, value)
    },
  }
}

export const text = (number: number): Field<string> =>
  scalar(
    number,
    delimited,
    (reader) => reader.bytes().toString('utf8'),
    (writer, value) => writer.text(value),
  )

export const bytes = (number: number): Field<Uint8Array> =>
  scalar<Uint8Array>(
    number,
    delimited,
    (reader) => reader.bytes(),
    (writer, value) => writer.bytes(value),
  )

/** int32, int64 and enumerations. */
export const int = (number: number): Field<number> =>
  scalar(
    number,
    varint,
    (reader) => reader.varint(),
    (writer, value) => writer.varint(value),
  )

export const bool = (number: number): Field<boolean> =>
  scalar(
    number,
    varint,
    (reader) => reader.varint() !== 0,
    (writer, value) => writer.varint(value ? 1 : 0),
  )

/** A message inside a message. */
export const one = <T>(number: number, inner: Message<T>): Field<T> =>
  scalar(
    number,
    delimited,
    (reader) => inner.decode(reader.bytes()),
    (writer, value) => writer.delimited(() => inner.write(writer, value)),
  )

/** A repeated field. No numbers are repeated in this protocol, so nothing is packed. */
export function many<T>(field: Field<T>): Field<readonly T[]> {
  return {
    number: field.number,
    wire: field.wire,
    read: (reader, before = []) => [...before, field.read(reader, undefined)],
    write: (writer, values) => {
      for (const value of values) field.write(writer, value)
    },
  }
}

/** `map<string, T>`, which is a repeated pair of key and value. */
export function map<T>(number: number, inner: Message<T>): Field<Readonly<Record<string, T>>> {
  const entry = message({ key: text(1), value: one(2, inner) })
  const entries = many(one(number, entry))
  return {
    number,
    wire: delimited,
    read: (reader, before = {}) => {
      const { key = '', value = inner.decode(new Uint8Array()) } = entry.decode(reader.bytes())
      return { ...before, [key]: value }
    },
    write: (writer, values) =>
      entries.write(
        writer,
        Object.entries(values).map(([key, value]) => ({ key, value })),
      ),
  }
}

/** Declares a message by its fields. */
export function message<F extends Fields>(fields: F): Message<{ readonly [K in keyof F]?: ValueOf<F[K]> | undefined }> {
  type Decoded = Record<string, unknown>
  const entries = Object.entries(fields)
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]))
  const write = (writer: Writer, value: Decoded): void => {
    for (const [name, field] of entries) {
      const item = value[name]
      if (item !== undefined) field.write(writer, item)
    }
  }
  return {
    decode: (bytes) => {
      const reader = new Reader(bytes)
      const value: Decoded = {}
      while (!reader.isAtEnd) {
        const tag = reader.varint()
        const known = byNumber.get(Math.floor(tag / 8))
        if (known?.field.wire === tag % 8) value[known.name] = known.field.read(reader, value[known.name])
        else reader.skip(tag % 8)
      }
      return value as { [K in keyof F]?: ValueOf<F[K]> }
    },
    encode: (value) => {
      const writer = new Writer()
      write(writer, value)
      return writer.finish()
    },
    write,
  }
}
