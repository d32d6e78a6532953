/**
 * What went wrong between here and there. Drivers and registrars turn it into their own error: the codes are a part of
 * theirs. No message holds a header or a body of a request.
 */
export class TransportError extends Error {
  readonly code: TransportErrorCode
  readonly advice: string | undefined
  readonly facts: Readonly<Record<string, unknown>>

  constructor(
    code: TransportErrorCode,
    message: string,
    options: ErrorOptions & { advice?: string; facts?: Record<string, unknown> } = {},
  ) {
    super(message, options)
    this.name = 'TransportError'
    this.code = code
    this.advice = options.advice
    this.facts = options.facts ?? {}
  }
}

export type TransportErrorCode =
  /** No connection came about: nothing was sent. */
  | 'UNREACHABLE'
  /** The connection ended after something was sent: the outcome of a write is unknown. */
  | 'CONNECTION_LOST'
  | 'TIMEOUT'
  /** Nothing was sent. */
  | 'TLS_UNTRUSTED'
  | 'ANSWER_TOO_LARGE'
  | 'ANSWER_MALFORMED'
  | 'ABORTED'
