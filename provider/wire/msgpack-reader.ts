/** Reads MessagePack token by token; which token must come next, the caller knows from the type. */
export class MsgpackReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** First byte of the next token. */
  peek(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new TypeError('value ends too early')
    return byte
  }

  takeNil(): boolean {
    const isNil = this.peek() === 0xc0
    if (isNil) this.#at++
    return isNil
  }

  bool(): boolean {
    const byte = this.#byte()
    if (byte === 0xc2 || byte === 0xc3) return byte === 0xc3
    throw new TypeError('a boolean is required')
  }

  text(): string {
    const head = this.#byte()
    if (head >= 0xa0 && head <= 0xbf) return this.#text(head & 31)
    if (head >= 0xd9 && head <= 0xdb) return this.#text(this.#length(head - 0xd9))
    throw new TypeError('a string is required')
  }

  binary(): Buffer {
    const head = this.#byte()
    if (head >= 0xc4 && head <= 0xc6) return this.#take(this.#length(head - 0xc4))
    throw new TypeError('bytes are required')
  }

  /** Whole numbers, floats, and decimals as text. */
  number(): number | bigint | string {
    const head = this.peek()
    if ((head >= 0xa0 && head <= 0xbf) || (head >= 0xd9 && head <= 0xdb)) return this.text()
    this.#at++
    if (head <= 0x7f) return head
    if (head >= 0xe0) return head - 256
    const width = widths[head]
    if (!width) throw new TypeError('a number is required')
    return width.read(this.#take(width.bytes))
  }

  arrayLength(): number {
    const head = this.#byte()
    if (head >= 0x90 && head <= 0x9f) return head & 15
    if (head === 0xdc || head === 0xdd) return this.#length(head - 0xdc + 1)
    throw new TypeError('a list is required')
  }

  mapLength(): number {
    const head = this.#byte()
    if (head >= 0x80 && head <= 0x8f) return head & 15
    if (head === 0xde || head === 0xdf) return this.#length(head - 0xde + 1)
    throw new TypeError('a map is required')
  }

  skipExtension(): void {
    const head = this.#byte()
    const length = head >= 0xd4 && head <= 0xd8 ? 2 ** (head - 0xd4) : this.#length(head - 0xc7)
    this.#take(1 + length)
  }

  /** A length of 1, 2 or 4 bytes. */
  #length(size: number): number {
    return this.#take(2 ** size).readUIntBE(0, 2 ** size)
  }

  #byte(): number {
    const byte = this.peek()
    this.#at++
    return byte
  }

  #text(length: number): string {
    const from = this.#at
    return this.#bytes.toString('utf8', from, this.#pass(length))
  }

  #take(length: number): Buffer {
    const from = this.#at
    return this.#bytes.subarray(from, this.#pass(length))
  }

  /** Where the next so many bytes end; they count as read. */
  #pass(length: number): number {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new TypeError('value ends too early')
    this.#at = end
    return end
  }
}

/** True for the first byte of an extension; with Terraform, every one is an unknown value, refined or not. */
export const isExtension = (head: number): boolean => (head >= 0xd4 && head <= 0xd8) || (head >= 0xc7 && head <= 0xc9)

const narrow = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Numbers by their first byte. */
const widths: Readonly<Record<number, { bytes: number; read(bytes: Buffer): number | bigint }>> = {
  0xca: { bytes: 4, read: (bytes) => bytes.readFloatBE() },
  0xcb: { bytes: 8, read: (bytes) => bytes.readDoubleBE() },
  0xcc: { bytes: 1, read: (bytes) => bytes.readUInt8() },
  0xcd: { bytes: 2, read: (bytes) => bytes.readUInt16BE() },
  0xce: { bytes: 4, read: (bytes) => bytes.readUInt32BE() },
  0xcf: { bytes: 8, read: (bytes) => narrow(bytes.readBigUInt64BE()) },
  0xd0: { bytes: 1, read: (bytes) => bytes.readInt8() },
  0xd1: { bytes: 2, read: (bytes) => bytes.readInt16BE() },
  0xd2: { bytes: 4, read: (bytes) => bytes.readInt32BE() },
  0xd3: { bytes: 8, read: (bytes) => narrow(bytes.readBigInt64BE()) },
}
