/** Bytes that are written one after the other; it grows as they need it. */
export class GrowingBuffer {
  #bytes = Buffer.allocUnsafe(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** UTF-8 of so many bytes. */
  text(value: string, byteLength: number): void {
    this.#room(byteLength)
    this.#length += this.#bytes.write(value, this.#length)
  }

  /** Big-endian, of 1 to 6 bytes. */
  uint(value: number, size: number): void {
    this.#room(size)
    this.#length = this.#bytes.writeUIntBE(value, this.#length, size)
  }

  int64(value: bigint): void {
    this.#room(8)
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length)
  }

  /** Takes back all that was written from there on. */
  take(from: number): Uint8Array {
    const taken = Uint8Array.from(this.#bytes.subarray(from, this.#length))
    this.#length = from
    return taken
  }

  /** All of it, not copied: nothing may be written any more. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #room(length: number): void {
    if (this.#length + length <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + length))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
