import { GrowingBuffer } from './growing-buffer.ts'

/** Writes MessagePack token by token. */
export class MsgpackWriter {
  readonly #written = new GrowingBuffer()

  nil(): void {
    this.#written.byte(0xc0)
  }

  /** The canonical form: extension 0 with one byte of nothing. */
  unknown(): void {
    this.#written.uint(0xd4_00_00, 3)
  }

  bool(value: boolean): void {
    this.#written.byte(value ? 0xc3 : 0xc2)
  }

  /** As Terraform does it: composed Unicode, so that equal text is equal bytes. */
  text(value: string): void {
    const normal = value.normalize('NFC')
    const length = Buffer.byteLength(normal)
    if (length < 32) this.#written.byte(0xa0 | length)
    else this.#head(0xd9, [1, 2, 4], length)
    this.#written.text(normal, length)
  }

  binary(value: Uint8Array): void {
    this.#head(0xc4, [1, 2, 4], value.length)
    this.#written.bytes(value)
  }

  /** A whole number that a double holds. */
  int(value: number): void {
    if (value >= -32 && value < 128) this.#written.byte(value & 0xff)
    else {
      this.#written.byte(0xd3)
      this.#written.int64(BigInt(value))
    }
  }

  arrayLength(length: number): void {
    if (length < 16) this.#written.byte(0x90 | length)
    else this.#head(0xdc, [2, 4], length)
  }

  mapLength(length: number): void {
    if (length < 16) this.#written.byte(0x80 | length)
    else this.#head(0xde, [2, 4], length)
  }

  finish(): Uint8Array {
    return this.#written.finish()
  }

  /** The first head whose width holds the length. */
  #head(first: number, sizes: readonly number[], length: number): void {
    const index = sizes.findIndex((size) => length < 256 ** size)
    const size = sizes[index]
    if (size === undefined) throw new RangeError('value is longer than 4 GiB')
    this.#written.byte(first + index)
    this.#written.uint(length, size)
  }
}
