/**
 * One difference between what is declared and what is.
 *
 * @module
 */
import type { AuditEntry } from './driver.ts'

/**
 * Why a field differs. `spec`: the spec moved since the last apply (the change is pending). `sensor`: the appliance
 * moved (drift). `time`: something is about to expire and a step can renew it. `undetermined`: no memory of a last
 * apply; counts as drift.
 */
export type Cause = 'spec' | 'sensor' | 'both' | 'time' | 'undetermined'

/** A value as it is shown. Secrets appear as `{ secret }`, files as a fingerprint; `undefined` is not set. */
export type Shown =
  | string
  | number
  | boolean
  | readonly string[]
  | { secret: 'set' | 'not set' | 'differs' }
  | { certificate: string; sha256: string; notAfter?: string }
  | { sha256: string }

interface ChangeBase {
  /** Path of the field, or of what differs, such as `registration.record`. */
  path: string
  aspect: string
  before: Shown | undefined
  after: Shown | undefined
  cause: Cause
  sensitive: boolean
  /** Who changed it, when the appliance tells. */
  attribution?: AuditEntry
}

export type Change =
  /** A declared field has another value. */
  | (ChangeBase & { kind: 'field' })
  /** A rule exists that must not: `absent: true`, or not declared under `unmanagedRules: remove`. */
  | (ChangeBase & { kind: 'extraRule'; rule: string })
  /** The sensor is not activated from its present registration. `what` says in which way. */
  | (ChangeBase & { kind: 'registration'; what: RegistrationFault })
  /** Something expires: activation file, served certificate, newest backup. */
  | (ChangeBase & { kind: 'expiry' })
  /** An unconfirmed network change, or a run's intent, that a step finishes or lets revert. */
  | (ChangeBase & { kind: 'unfinished'; what: 'networkChange' | 'intent' })

export type RegistrationFault =
  | 'recordMissing'
  | 'wrongSite'
  | 'wrongMode'
  | 'notValid'
  | 'neverConnected'
  | 'fileOlderThanRecord'
  | 'notActivated'
  /** The declared software version is activated in another way than the installed one. */
  | 'activationOutdated'
  /** What the sensor was registered as before an update across 22.1 is still listed. */
  | 'legacyRecord'

/** Drift is everything whose cause is not `spec`. Time is not drift either: nobody moved anything. */
export const isDrift = ({ cause }: Pick<Change, 'cause'>): boolean =>
  cause === 'sensor' || cause === 'both' || cause === 'undetermined'
