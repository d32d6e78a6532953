import type { ErrorEnvelope } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'

export type ErrorCode = NonNullable<ErrorEnvelope['error']['code']>

/** A request that the sensor refuses, thrown by the aspects and answered by the router. */
export class Refusal extends Error {
  readonly status: number
  readonly error: ErrorEnvelope['error']
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.error = errorOf(code, message, options.details)
    this.headers = options.headers ?? {}
  }
}

/** The error of the documented envelope, with code and details of the Settings API. */
export const errorOf = (
  code: ErrorCode,
  message: string,
  details?: Record<string, unknown>,
): ErrorEnvelope['error'] => ({
  code,
  userDisplayErrorMessage: message,
  internalSystemErrorMessage: message,
  ...(details && { details }),
})

/** The answer of a refusal. */
export const refusalAnswer = ({ status, error, headers }: Refusal): Answer => ({ status, headers, body: { error } })
