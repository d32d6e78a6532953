/**
 * A re-activation is withheld, with a problem, when it could not succeed or is not ours to do:
 *
 * | when                                                                     | problem           |
 * | ------------------------------------------------------------------------ | ----------------- |
 * | a connected record of the desired name and place is not ours             | RECORD_CONNECTED  |
 * | a record of the desired name and place is not ours, and no `--adopt-record` | RECORD_NOT_OURS |
 * | the registrar could not be asked                                         | REGISTRATION_UNKNOWN |
 * | the sensor does not reach the cloud, and no network write is planned     | CLOUD_UNREACHABLE |
 * | the clock of the sensor is off, and no NTP write is planned              | CLOCK_DRIFT       |
 *
 * @module
 */
import type { Fleet } from '../../schemas/fleet.ts'
import type { Change } from '../change.ts'
import { problemOf, type Look } from '../compare/look.ts'
import { desiredLookup, isOurs, recordOf, type Reported, type Wanted } from '../compare/records.ts'
import { inheritedRecord, isInherited } from '../replace/replacement.ts'
import type { RecordLookup } from '../registrar.ts'

/** Everything that a decision about one registration needs. */
export interface RegistrationCase {
  look: Look
  fleet: Fleet
  registrar: string
  reported: Reported
  wanted: Wanted
  changes: readonly Change[]
  /** The version that runs once 22.1 is crossed, where a version is declared. */
  crossedTo: string | undefined
}

/** A record of the desired name, in the desired place, that is not this sensor's. */
export function ownershipProblem(one: RegistrationCase) {
  const { look, wanted, reported } = one
  const record = recordOf(desiredLookup(look, wanted))
  if (!record || isOurs(wanted, reported, look.observation.unfinished.intent?.data)) return undefined
  if (isInherited(inheritedRecord(look.remembered, look.observation), record)) {
    return record.connected ? formerConnected(one) : undefined
  }
  if (record.connected) return wasOurs(one) ? stillConnected(one) : connected(one)
  return look.context.options.overrides?.adoptRecord?.includes(look.desired.key) ? undefined : notOurs(one)
}

/** A registrar that could tell, but did not just now: nobody knows whether the name is free, or what is to be deleted. */
export function unaskedProblem({ look, registrar, reported, wanted }: RegistrationCase) {
  if (!look.context.registrarSupport(registrar).observe) return undefined
  const { live } = look.sight.records
  return unseen(desiredLookup(look, wanted)) || (reported.name !== null && unseen(live))
    ? unasked(look, registrar)
    : undefined
}

const unseen = (lookup: RecordLookup | undefined): boolean => lookup === undefined || lookup.state === 'notObservable'

const unasked = ({ desired }: Look, registrar: string) =>
  problemOf(desired, {
    severity: 'error',
    code: 'REGISTRATION_UNKNOWN',
    field: 'registration.registrar',
    summary: `The registrar ${registrar} could not be asked: nobody knows whether the name is free, so the registration is left as it is`,
    hint: 'Plan again when it answers.',
  })

const connected = ({ look: { desired }, wanted }: RegistrationCase) =>
  problemOf(desired, {
    severity: 'error',
    code: 'RECORD_CONNECTED',
    field: 'name',
    summary: `${wanted.name} is registered already, and connected: it is another sensor's`,
    hint: 'Choose another name; or, if the other sensor is to be renamed, apply that first.',
  })

/** True when the last apply left the sensor under this very name: since then it was restored, or activated by hand. */
const wasOurs = ({ look: { remembered }, wanted }: RegistrationCase): boolean =>
  remembered?.lastApplied?.['name'] === wanted.name

const stillConnected = ({ look: { desired }, wanted }: RegistrationCase) =>
  problemOf(desired, {
    severity: 'error',
    code: 'RECORD_CONNECTED',
    field: 'name',
    summary: `${wanted.name} is registered already, and connected. The last apply left this sensor under that name, but the sensor reports another one: the record is its own of before, or another sensor's by now`,
    hint: `The cloud shows up to 15 minutes late who is connected: wait, then apply with --adopt-record ${desired.key}. If it stays connected, another sensor has the name: choose another one.`,
  })

const formerConnected = ({ look: { desired }, wanted }: RegistrationCase) =>
  problemOf(desired, {
    severity: 'error',
    code: 'RECORD_CONNECTED',
    field: 'name',
    summary: `${wanted.name} is still connected: the hardware that is replaced is at work`,
    hint: 'Switch the old hardware off, wait until the cloud shows it as disconnected (up to 15 minutes), and apply again.',
  })

const notOurs = (one: RegistrationCase) =>
  problemOf(one.look.desired, {
    severity: 'error',
    code: 'RECORD_NOT_OURS',
    field: 'name',
    ...(wasOurs(one)
      ? {
          summary: `${one.wanted.name} is registered already. The last apply left this sensor under that name, but the sensor reports another one`,
          hint: `If it was restored, or activated by hand, the record is its own: --adopt-record ${one.look.desired.key}. Else choose another name.`,
        }
      : {
          summary: `${one.wanted.name} is registered already, and nothing says that the record is this sensor's`,
          hint: `Choose another name; or, if the record is meant for this sensor: --adopt-record ${one.look.desired.key}.`,
        }),
  })

/** Nobody says under which name the sensor is to be registered. */
export const namelessProblem = ({ desired }: Look) =>
  problemOf(desired, {
    severity: 'error',
    code: 'NAME_MISSING',
    field: 'name',
    summary: 'The sensor has no registered name, and none is declared: it cannot be activated',
    hint: 'Declare name.',
  })
