/**
 * Which record a sensor should have, and whose the one is that has the desired name.
 *
 * @module
 */
import type { DesiredSensor } from '../../schemas/fleet.ts'
import type { ActivationState } from '../driver.ts'
import type { Look } from './look.ts'
import type { PlannedValue } from '../plan-types.ts'
import type { Mode, Placement, RecordLookup, RegistrationRecord } from '../registrar.ts'

/** Registration as declared; what is not declared is as the sensor has it. */
export interface Wanted {
  name: string
  placement: Placement
}

/** What the sensor reports about itself. */
export interface Reported {
  name: string | null
  mode: Mode | null
  activation: ActivationState | undefined
}

export function reportedOf({ observation }: Look): Reported {
  const { activation, live } = observation
  const mode = live.get('activation.mode')
  return {
    name: activation?.name ?? (live.get('name') as string | undefined) ?? null,
    mode: activation?.mode ?? (mode === 'cloud' || mode === 'local' ? mode : null),
    activation,
  }
}

/** Where the sensor should be registered. Absent: no name is declared and the sensor has none. */
export function wantedOf(look: Look, reported: Reported): Wanted | undefined {
  const { settings } = look.desired
  const name = settings.name ?? reported.name
  if (!name) return undefined
  const mode = settings.activation?.mode ?? reported.mode ?? 'cloud'
  return { name, placement: placementOf(look, mode) }
}

/** Records of locally managed sensors carry neither site nor zone. */
function placementOf({ desired }: Look, mode: Mode): Placement {
  if (mode === 'local') return { mode }
  const { site, zone, tiAutomaticUpdates } = desired.settings.registration ?? {}
  return {
    mode,
    ...(site !== undefined && { site }),
    ...(zone !== undefined && { zone }),
    ...(tiAutomaticUpdates !== undefined && { tiAutomaticUpdates }),
  }
}

/** What the registrar says of the desired name; where no name is declared, that is the live one. */
export const desiredLookup = ({ sight: { records }, desired }: Look): RecordLookup | undefined =>
  desired.settings.name === undefined ? (records.desired ?? records.live) : records.desired

/** The record, when there is one to see. */
export const recordOf = (lookup: RecordLookup | undefined): RegistrationRecord | undefined =>
  lookup?.state === 'present' ? lookup.record : undefined

/** A record of the desired name is ours if the sensor reports that name, or an open intent names it. */
export function isOurs(look: Look, name: string, reported: Reported): boolean {
  return reported.name === name || namesOf(look.observation.unfinished.intent?.data).includes(name)
}

/** Names in an intent of a re-activation: `name`, `to`, or `to.name`. */
function namesOf(data: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const to = data?.['to']
  const inner = typeof to === 'object' && to !== null && 'name' in to ? to.name : undefined
  return [data?.['name'], to, inner].filter((one) => typeof one === 'string')
}

/** What a person brings about where registration or activation is not for the tool to do. */
export function registrationValues({ settings }: DesiredSensor): Readonly<Record<string, PlannedValue>> {
  const { name, activation, registration } = settings
  const values = {
    name,
    'activation.mode': activation?.mode,
    'registration.registrar': registration?.registrar,
    'registration.site': registration?.site,
    'registration.zone': registration?.zone,
  }
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** True when a record lies where it should. In local mode neither side names a site. */
export const sitsRight = (record: RegistrationRecord, { mode, site }: Placement): boolean =>
  record.mode === mode && (site === undefined || record.site === undefined || record.site === site)
