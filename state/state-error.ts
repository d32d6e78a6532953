import { MemoryError } from '../reconcile/memory-error.ts'

/** What is wrong with the state folder, in one sentence, and what to do. */
export class StateError extends MemoryError {
  declare readonly code: 'STATE_CORRUPT' | 'STATE_NEWER' | 'STATE_UNWRITABLE' | 'STATE_BUSY' | 'FINGERPRINT_KEY'

  constructor(code: StateError['code'], message: string, hint: string, options: ErrorOptions = {}) {
    super(code, message, hint, options)
    this.name = 'StateError'
  }
}
