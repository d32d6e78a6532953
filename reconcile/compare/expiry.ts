/**
 * What is about to expire. With a step that renews it, a change of cause `time`; without one, a problem.
 *
 * | what                 | limit                      | renewed by                          | otherwise            |
 * | -------------------- | -------------------------- | ----------------------------------- | -------------------- |
 * | activation file      | `activation.minRemaining`, | re-activation, where a registrar is | ACTIVATION_EXPIRING  |
 * |                      | or it has expired          | declared                            |                      |
 * |                      | 30d, as the console warns  |                                     | ACTIVATION_EXPIRING  |
 * | newest backup        | `backup.maxAge`            | a backup now                        | BACKUP_OVERDUE       |
 * | served certificate   | `certificate.minRemaining` | another declared certificate: a     | CERTIFICATE_EXPIRING |
 * |                      |                            | field change of its own             |                      |
 *
 * @module
 */
import type { Problem } from '../../schemas/problem.ts'
import { durationMs } from '../../schemas/rules.ts'
import { readFile } from './certificate-reading.ts'
import type { Change } from '../change.ts'
import type { ActivationState } from '../driver.ts'
import { mergeFindings, noFindings, problemOf, type Findings, type Look } from './look.ts'

/** Looks at everything that expires. */
export const compareExpiry = (look: Look): Findings =>
  mergeFindings(activationExpiry(look), certificateExpiry(look), backupAge(look))

function activationExpiry(look: Look): Findings {
  const findings = noFindings()
  const { activation: declared, registration } = look.desired.settings
  const { activation } = look.observation
  if (!activation || (!declared && !registration?.registrar)) return findings
  const remainingMs = activation.expiresAt === null ? Infinity : Date.parse(activation.expiresAt) - look.context.now
  const minimumMs = declared?.minRemaining ? durationMs(declared.minRemaining) : 0
  const expired = activation.status === 'Expired' || remainingMs <= 0
  const isDue = expired || remainingMs < minimumMs
  if (!isDue && remainingMs >= consoleWarningMs) return findings
  if (isDue && registration?.registrar) {
    const before = activation.expiresAt ?? activation.status
    findings.changes.push(expiry('activation.expiresAt', 'activation', before, declared?.minRemaining))
  } else {
    findings.problems.push(activationExpiring(look, activation, expired))
  }
  return findings
}

/** The console warns from here on, until another file is installed. Documented. */
const consoleWarningMs = durationMs('30d')

/** In the words of the console, where it tells them. Whatever expires, the sensor goes on working. */
function activationExpiring(look: Look, { expiresAt, status, message }: ActivationState, expired: boolean): Problem {
  const { registration } = look.desired.settings
  const says = message === null ? '' : `. System message of the console: ${JSON.stringify(message)}`
  return expiring(
    look,
    'ACTIVATION_EXPIRING',
    'activation.minRemaining',
    `The activation file ${expired ? 'expired' : 'expires'} at ${expiresAt ?? status}; the sensor ${expired ? 'works on' : 'will work on'}${says}`,
    registration?.registrar
      ? 'Declare activation.minRemaining: 30d to have it renewed.'
      : 'Declare registration.registrar to have it renewed, or upload a new file: System settings > Sensor management > Subscription & Activation Mode.',
  )
}

function certificateExpiry(look: Look): Findings {
  const findings = noFindings()
  const { served } = look.observation
  const { certificate } = look.desired.settings
  if (!served || !certificate?.minRemaining) return findings
  if (Date.parse(served.notAfter) - look.context.now >= durationMs(certificate.minRemaining)) return findings
  if (renews(look, served.sha256, served.notAfter)) return findings
  findings.problems.push(
    expiring(
      look,
      'CERTIFICATE_EXPIRING',
      'certificate.minRemaining',
      `The served certificate (${served.subject}) ${served.expired ? 'expired' : 'expires'} at ${served.notAfter}`,
      'Declare a certificate that is valid for longer, with its privateKey.',
    ),
  )
  return findings
}

/** True when a declared certificate, which lives longer, takes the place of the served one. */
function renews({ desired }: Look, sha256: string, notAfter: string): boolean {
  const { certificate: file, privateKey } = desired.settings.certificate ?? {}
  const leaf = file && privateKey && readFile(file).leaf
  return leaf !== undefined && leaf.sha256 !== sha256 && Date.parse(leaf.notAfter) > Date.parse(notAfter)
}

function backupAge(look: Look): Findings {
  const findings = noFindings()
  const { backup } = look.desired.settings
  const { backups, hardwareProfile } = look.observation
  if (!backup || backup.enabled === false) return findings
  if (backups?.supported === false || hardwareProfile === 'L100') {
    findings.problems.push(noBackups(look))
    return findings
  }
  if (!backup.maxAge) return findings
  if (!backups) {
    findings.unverifiable.push('backup.maxAge')
    return findings
  }
  const latest = backups.latest?.createdAt
  if (latest !== undefined && look.context.now - Date.parse(latest) <= durationMs(backup.maxAge)) return findings
  if (look.support.backupNow) findings.changes.push(expiry('backup.maxAge', 'backup', latest, backup.maxAge))
  else findings.problems.push(overdue(look, latest, backup.maxAge))
  return findings
}

const expiry = (path: string, aspect: string, before: string | undefined, after: string | undefined): Change => ({
  kind: 'expiry',
  path,
  aspect,
  before,
  after,
  cause: 'time',
  sensitive: false,
})

const expiring = ({ desired }: Look, code: string, field: string, summary: string, hint: string) =>
  problemOf(desired, { severity: 'warning', code, field, summary, hint })

const overdue = (look: Look, latest: string | undefined, maxAge: string) =>
  expiring(
    look,
    'BACKUP_OVERDUE',
    'backup.maxAge',
    latest ? `The newest backup is of ${latest}, older than ${maxAge}` : 'There is no backup',
    'This driver cannot make a backup: make one in the console, and see why the daily run at 03:00 made none.',
  )

const noBackups = ({ desired, observation }: Look) =>
  problemOf(desired, {
    severity: 'error',
    code: 'BACKUP_NOT_SUPPORTED',
    field: 'backup',
    summary: `This sensor (hardware profile ${observation.hardwareProfile ?? 'unknown'}) supports no backups`,
    hint: 'Take the backup settings out of the spec of this sensor (backup: null), or declare backup.enabled: false.',
  })

/** Codes of problems that say that something expires and no step renews it. */
export const expiringCodes: ReadonlySet<string> = new Set([
  'ACTIVATION_EXPIRING',
  'CERTIFICATE_EXPIRING',
  'BACKUP_OVERDUE',
])
