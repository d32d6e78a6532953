/** What is wrong with the state folder, in one sentence, and what to do. */
export class StateError extends Error {
  readonly code: 'STATE_CORRUPT' | 'STATE_NEWER' | 'STATE_UNWRITABLE' | 'STATE_BUSY' | 'FINGERPRINT_KEY'
  readonly hint: string

  constructor(code: StateError['code'], message: string, hint: string, options: ErrorOptions = {}) {
    super(message, options)
    this.name = 'StateError'
    this.code = code
    this.hint = hint
  }
}
