/** What the person at the command line got wrong or must decide. Printed as one problem, exit code 1. */
export class UsageError extends Error {
  readonly code: string
  readonly hint: string | undefined

  constructor(code: string, message: string, hint?: string) {
    super(message)
    this.name = 'UsageError'
    this.code = code
    this.hint = hint
  }
}
