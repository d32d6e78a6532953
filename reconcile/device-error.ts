/** What the world got wrong, with a stable code. `advice` says what to do. No message holds a secret. */
export class DeviceError extends Error {
  readonly code: DeviceErrorCode
  readonly advice: string | undefined
  /** Facts for the engine, such as `remainingSeconds` of a held lease. */
  readonly facts: Readonly<Record<string, unknown>>

  constructor(
    code: DeviceErrorCode,
    message: string,
    options: ErrorOptions & { advice?: string; facts?: Record<string, unknown> } = {},
  ) {
    super(message, options)
    this.name = 'DeviceError'
    this.code = code
    this.advice = options.advice
    this.facts = options.facts ?? {}
  }
}

/** Every code is an entry of the problem catalogue (schemas/catalog/). */
export type DeviceErrorCode =
  | 'UNREACHABLE'
  | 'CONNECTION_LOST'
  | 'TIMEOUT'
  | 'TLS_UNTRUSTED'
  | 'IDENTITY_MISMATCH'
  | 'NOT_A_SENSOR'
  | 'WRONG_KIND'
  | 'CREDENTIALS_REFUSED'
  | 'CREDENTIALS_RETIRED'
  | 'ACCOUNT_LOCKED'
  | 'SECRET_MISSING'
  | 'ANSWER_MALFORMED'
  | 'ANSWER_TOO_LARGE'
  | 'THROTTLED'
  | 'SERVER_ERROR'
  | 'REBOOTING'
  | 'BUSY'
  | 'LEASE_HELD'
  | 'LEASE_LOST'
  | 'REVISION_CONFLICT'
  | 'REFUSED'
  | 'CERTIFICATE_REFUSED'
  | 'ACTIVATION_FILE_INVALID'
  | 'ACTIVATION_NO_CLOUD'
  | 'ACTIVATION_REJECTED'
  | 'CLOCK_DRIFT'
  | 'BACKUP_FAILED'
  | 'RESTORE_FAILED'
  | 'CONSOLE_FAILED'
  | 'TIME_ZONE_UNKNOWN'
  | 'MANAGED_ELSEWHERE'
  | 'UPDATE_PACKAGE_REFUSED'
  | 'UPDATE_PATH_REFUSED'
  | 'UPDATE_NOT_ACTIVATED'
  | 'UPDATE_NO_SPACE'
  | 'UPDATE_FAILED'
  | 'NOT_SUPPORTED'
  | 'ABORTED'
  | 'REGISTRAR_UNREACHABLE'
  | 'REGISTRAR_DENIED'
  | 'REGISTRAR_REFUSED'
  | 'REGISTRAR_ERROR'
  | 'ACTIVATION_FILE_MISSING'

const unclear: ReadonlySet<DeviceErrorCode> = new Set([
  'CONNECTION_LOST',
  'TIMEOUT',
  'SERVER_ERROR',
  'REBOOTING',
  'ANSWER_MALFORMED',
  'ANSWER_TOO_LARGE',
  'ABORTED',
])

/**
 * Says that the outcome of a write to an appliance is not known: it may or may not have taken effect. Writes to a
 * registrar are judged where they are made, by looking the record up.
 */
export const outcomeUnknown = (error: unknown): boolean => error instanceof DeviceError && unclear.has(error.code)

/** Says that the appliance could not be read: it is unknown, neither in sync nor drifted. */
export const isUnknown = (error: unknown): boolean =>
  error instanceof DeviceError && !['SECRET_MISSING', 'ABORTED'].includes(error.code)
