/** Writes MessagePack token by token into one growing buffer. */
export class MsgpackWriter {
  #bytes = Buffer.allocUnsafe(1024)
  #at = 0

  nil(): void {
    this.#byte(0xc0)
  }

  /** The canonical form: extension 0 with one byte of nothing. */
  unknown(): void {
    this.#room(3)
    this.#at += Buffer.from([0xd4, 0, 0]).copy(this.#bytes, this.#at)
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2)
  }

  /** As Terraform does it: composed Unicode, so that equal text is equal bytes. */
  text(value: string): void {
    const normal = value.normalize('NFC')
    const length = Buffer.byteLength(normal)
    if (length < 32) this.#byte(0xa0 | length)
    else this.#head(0xd9, [1, 2, 4], length)
    this.#room(length)
    this.#at += this.#bytes.write(normal, this.#at)
  }

  binary(value: Uint8Array): void {
    this.#head(0xc4, [1, 2, 4], value.length)
    this.#room(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  /** A whole number that a double holds. */
  int(value: number): void {
    if (value >= -32 && value < 128) this.#byte(value & 0xff)
    else {
      this.#byte(0xd3)
      this.#room(8)
      this.#at = this.#bytes.writeBigInt64BE(BigInt(value), this.#at)
    }
  }

  arrayLength(length: number): void {
    if (length < 16) this.#byte(0x90 | length)
    else this.#head(0xdc, [2, 4], length)
  }

  mapLength(length: number): void {
    if (length < 16) this.#byte(0x80 | length)
    else this.#head(0xde, [2, 4], length)
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  /** The first head whose width holds the length. */
  #head(first: number, sizes: readonly number[], length: number): void {
    const index = sizes.findIndex((size) => length < 256 ** size)
    const size = sizes[index]
    if (size === undefined) throw new RangeError('value is longer than 4 GiB')
    this.#byte(first + index)
    this.#room(size)
    this.#at = this.#bytes.writeUIntBE(length, this.#at, size)
  }

  #byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#at++] = value
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + length))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
