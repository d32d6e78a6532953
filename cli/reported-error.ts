/** Ends a verb whose result says already what is wrong. */
export class ReportedError extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.name = 'ReportedError'
    this.exitCode = exitCode
  }
}
