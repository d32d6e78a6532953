/** Memory cannot be read or written: what is wrong with it, in one sentence, and what to do. */
export class MemoryError extends Error {
  readonly code: string
  readonly hint: string

  constructor(code: string, message: string, hint: string, options: ErrorOptions = {}) {
    super(message, options)
    this.name = 'MemoryError'
    this.code = code
    this.hint = hint
  }
}
