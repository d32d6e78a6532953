/**
 * What the wire refuses, as errors that say what to do. No message holds what was sent: texts of the appliance are cut,
 * made one line, and freed of the secrets of the request.
 *
 * @module
 */
import { DeviceError, type DeviceErrorCode } from '../../reconcile/device-error.ts'
import { retryAfterMs } from '../../transport/retry.ts'
import { sanitise } from '../../transport/sanitise.ts'
import { TransportError } from '../../transport/transport-error.ts'
import type { ErrorEnvelope } from '../../schemas/generated/wire.ts'

type WireError = ErrorEnvelope['error']
type WireCode = NonNullable<WireError['code']>

/** Where a refusal came from, for its message. */
export interface Circumstances {
  endpoint: string
  /** As in "write the time settings". */
  doing: string
  /** Values that must not come back in a message. */
  secrets?: readonly string[]
}

/** The error of the way to the appliance. Anything else passes as it is. */
export function toDeviceError(error: unknown): unknown {
  if (!(error instanceof TransportError)) return error
  const { code, message, advice, facts } = error
  return new DeviceError(code, message, { cause: error, facts: { ...facts }, ...(advice && { advice }) })
}

/** The error of a status without a readable explanation. */
export function statusError(
  status: number,
  headers: Readonly<Record<string, string>>,
  { endpoint, doing }: Circumstances,
  nowMs = Date.now(),
): DeviceError {
  const waitMs = retryAfterMs(headers['retry-after'], nowMs)
  const facts = { status, ...(waitMs !== undefined && { retryAfterSeconds: Math.ceil(waitMs / 1000) }) }
  const code = status === 429 ? 'THROTTLED' : status >= 500 ? 'SERVER_ERROR' : 'ANSWER_MALFORMED'
  const what = status === 429 ? 'is asked too often' : `answered with status ${status}`
  return new DeviceError(code, `${sanitise(endpoint)} ${what} when asked to ${doing}`, {
    facts,
    ...(advices[code] && { advice: advices[code] }),
  })
}

/** The error of a refusal that the appliance explains. */
export function wireError(status: number, error: WireError, circumstances: Circumstances): DeviceError {
  const code = codeOf(status, error)
  const said = sanitise(redact(error.userDisplayErrorMessage, circumstances.secrets ?? []))
  const { holder, remainingSeconds, obstacle, reason } = error.details ?? {}
  const facts = {
    status,
    ...(error.code && { wireCode: error.code }),
    ...(typeof reason === 'string' && { reason: sanitise(reason) }),
    ...(typeof holder === 'string' && { holder: sanitise(holder) }),
    ...(typeof remainingSeconds === 'number' && { remainingSeconds }),
    ...(typeof reason === 'string' && { reason: sanitise(reason) }),
    ...(typeof obstacle === 'string' && { obstacle: sanitise(obstacle) }),
  }
  const did = failings[code] ?? 'refused to'
  const message = `${sanitise(circumstances.endpoint)} ${did} ${circumstances.doing}: ${said || 'it gives no reason'}`
  const advice = (code === 'BACKUP_FAILED' && ofReason(targetAdvices, reason)) || advices[code]
  return new DeviceError(code, message, { facts, ...(advice && { advice }) })
}

/** An appliance in trouble refuses nothing: whoever reads "refused" looks for a wrong password. */
const failings: Partial<Record<DeviceErrorCode, string>> = {
  THROTTLED: 'is asked too often when asked to',
  SERVER_ERROR: 'failed when asked to',
  REBOOTING: 'is rebooting when asked to',
  BUSY: 'is busy when asked to',
}

/** Reasons are words of the appliance, which may be `constructor`. */
const ofReason = <T>(table: Readonly<Record<string, T>>, reason: unknown): T | undefined =>
  typeof reason === 'string' && Object.hasOwn(table, reason) ? table[reason] : undefined

function codeOf(status: number, { code, details }: WireError): DeviceErrorCode {
  if (code === 'UPDATE_REFUSED') return ofReason(updateCodes, details?.['reason']) ?? 'UPDATE_PACKAGE_REFUSED'
  if (code === 'ACTIVATION_REFUSED') return ofReason(activationCodes, details?.['reason']) ?? 'ACTIVATION_REJECTED'
  if (code) return codes[code]
  if (status === 429) return 'THROTTLED'
  return status >= 500 ? 'SERVER_ERROR' : 'REFUSED'
}

const codes: Readonly<Record<Exclude<WireCode, 'ACTIVATION_REFUSED' | 'UPDATE_REFUSED'>, DeviceErrorCode>> = {
  UNAUTHENTICATED: 'CREDENTIALS_REFUSED',
  CREDENTIALS_REFUSED: 'CREDENTIALS_REFUSED',
  ACCOUNT_LOCKED: 'ACCOUNT_LOCKED',
  NOT_FOUND: 'REFUSED',
  INVALID: 'REFUSED',
  REVISION_CONFLICT: 'REVISION_CONFLICT',
  LEASE_HELD: 'LEASE_HELD',
  LEASE_REQUIRED: 'LEASE_LOST',
  FENCE_STALE: 'LEASE_LOST',
  BUSY: 'BUSY',
  CERTIFICATE_REFUSED: 'CERTIFICATE_REFUSED',
  NOT_SUPPORTED: 'NOT_SUPPORTED',
  TARGET_FAILED: 'BACKUP_FAILED',
  RESTORE_FAILED: 'RESTORE_FAILED',
  CONSOLE_FAILED: 'CONSOLE_FAILED',
  CONNECTED: 'REFUSED',
  TIME_ZONE_UNKNOWN: 'TIME_ZONE_UNKNOWN',
  MANAGED_ELSEWHERE: 'MANAGED_ELSEWHERE',
  THROTTLED: 'THROTTLED',
  REBOOTING: 'REBOOTING',
  INTERNAL: 'SERVER_ERROR',
}

const activationCodes: Readonly<Record<string, DeviceErrorCode>> = {
  file: 'ACTIVATION_FILE_INVALID',
  cloud: 'ACTIVATION_NO_CLOUD',
  rejected: 'ACTIVATION_REJECTED',
  clock: 'CLOCK_DRIFT',
}

const updateCodes: Readonly<Record<string, DeviceErrorCode>> = {
  package: 'UPDATE_PACKAGE_REFUSED',
  path: 'UPDATE_PATH_REFUSED',
  activation: 'UPDATE_NOT_ACTIVATED',
  space: 'UPDATE_NO_SPACE',
  failed: 'UPDATE_FAILED',
}

const advices: Partial<Record<DeviceErrorCode, string>> = {
  CREDENTIALS_REFUSED: 'Check user name and password of the credentials entry. A refused password is not tried again.',
  ACCOUNT_LOCKED: 'Wait until the account is unlocked (300 s), check the password, and run again.',
  LEASE_HELD: 'Another run is changing this appliance. Wait until it has ended.',
  LEASE_LOST: 'Another run took over, or the lease ran out. Plan again.',
  REFUSED: 'Correct what it says is wrong, in the documents or on the appliance, then run again.',
  REVISION_CONFLICT: 'Somebody changed the appliance meanwhile. Plan again.',
  BUSY: 'Wait until the job that is running has ended.',
  THROTTLED: 'Run again later, or with a lower --concurrency.',
  SERVER_ERROR: 'Run again later; if it stays, look into the logs of the appliance.',
  REBOOTING: 'Wait until the appliance is up again.',
  CONSOLE_FAILED:
    'Check network, clock and certificates between sensor and console, and that the console is not older than the sensor; then run again.',
  MANAGED_ELSEWHERE:
    'Change it where it is set (portal: Sensor settings, or the management console), or leave it out of the spec.',
  UPDATE_PACKAGE_REFUSED: 'Download the package again in the portal; do not unpack, rename or change it.',
  UPDATE_PATH_REFUSED: 'Declare the packages on the documented path: 3.1.1, 10.5.5, then 22.x; nothing leads back.',
  UPDATE_NOT_ACTIVATED: 'Activate the sensor first: only an activated sensor is updated.',
  UPDATE_NO_SPACE: 'Remove old captures and backups from the sensor, then run again.',
  UPDATE_FAILED:
    'Look into /opt/sensor/logs on the sensor (legacy-upgrade.log, install.log), over SSH as cyberx_host, then run again.',
  BACKUP_FAILED: 'Check server, share, user and free space of the backup target.',
  RESTORE_FAILED: 'Choose another file: "sensorform backup list" shows which can be restored.',
}

/** What to look at, by the reason for which a backup target failed. */
const targetAdvices: Readonly<Record<string, string>> = {
  settings: 'Declare backup.target.smb.server and backup.target.smb.share.',
  unreachable: 'Check backup.target.smb.server and share, and the way from the sensor to the server (TCP 445).',
  version: 'Declare a backup.target.smb.version that the server speaks.',
  credentials: 'Check backup.target.smb.username and its password.',
  path: 'Create the folder on the share, or correct backup.target.smb.path.',
  full: 'Make space on the share.',
  write: 'Let the user write to the folder of the share.',
}

/** Takes secrets out of a text. Very short ones are left: they would take words apart and tell more than they hide. */
function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, ...secret.split('\n')])
    .filter((secret) => secret.length >= 4)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
}
