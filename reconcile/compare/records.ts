/**
 * Which record a sensor should have, and whose the one is that has the desired name.
 *
 * @module
 */
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { ActivationState, Observation } from '../driver.ts'
import type { Look } from './look.ts'
import type { PlannedValue } from '../plan-types.ts'
import type { LookupOptions, Mode, Placement, RecordLookup, RegistrationRecord } from '../registrar.ts'

/** Where a record lies: names are unique within a site only, so elsewhere the same name is another sensor's. */
export type Place = Pick<Placement, 'mode' | 'site'>

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

export function reportedOf({ observation }: { observation: Pick<Observation, 'activation' | 'live'> }): Reported {
  const { activation, live } = observation
  const mode = live.get('activation.mode')
  return {
    name: activation?.name ?? (live.get('name') as string | undefined) ?? null,
    mode: activation?.mode ?? (mode === 'cloud' || mode === 'local' ? mode : null),
    activation,
  }
}

/** Where the sensor itself says that it is registered, as far as it says so. */
export const reportedPlace = ({ mode, activation }: Reported): Place | undefined =>
  mode === null ? undefined : placeOf(mode, activation?.site ?? undefined)

const placeOf = (mode: Mode, site: string | undefined): Place =>
  mode === 'cloud' && site !== undefined ? { mode, site } : { mode }

/** Where the sensor should be registered. Absent: no name is declared and the sensor has none. */
export function wantedOf({ desired }: Pick<Look, 'desired'>, reported: Reported): Wanted | undefined {
  const { name = reported.name, activation, registration } = desired.settings
  if (!name) return undefined
  const mode = activation?.mode ?? reported.mode ?? 'cloud'
  // Records of locally managed sensors carry neither site nor zone.
  if (mode === 'local') return { name, placement: { mode } }
  const { zone, tiAutomaticUpdates } = registration ?? {}
  const site = registration?.site ?? reported.activation?.site ?? undefined
  return {
    name,
    placement: {
      ...placeOf(mode, site),
      ...(zone !== undefined && { zone }),
      ...(tiAutomaticUpdates !== undefined && { tiAutomaticUpdates }),
    },
  }
}

/** True when a record lies there. Where a cloud site is not known, any is good. */
export const liesAt = (record: Place, { mode, site }: Place): boolean =>
  record.mode === mode && (mode === 'local' || site === undefined || isSameSite(record.site, site))

/** As Resource Manager compares names. */
const isSameSite = (left: string | undefined, right: string): boolean => left?.toLowerCase() === right.toLowerCase()

/** For a lookup: tells records of one name apart. A cloud without a site would not. */
export const whereOf = (place: Place | undefined): Pick<LookupOptions, 'at'> =>
  place && (place.mode === 'local' || place.site !== undefined) ? { at: placeOf(place.mode, place.site) } : {}

/** A lookup as it concerns one place: a record elsewhere is another sensor's. */
export const seenAt = (lookup: RecordLookup, place: Place | undefined): RecordLookup =>
  place && lookup.state === 'present' && !liesAt(lookup.record, place) ? { state: 'absent' } : lookup

/** What the registrar says of the registration that the sensor itself reports. */
export function liveLookup({ sight: { records } }: Pick<Look, 'sight'>, reported: Reported): RecordLookup | undefined {
  return records.live && seenAt(records.live, reportedPlace(reported))
}

/** What the registrar says of the desired name in the desired place; where no name is declared, of the live one. */
export function desiredLookup(look: Pick<Look, 'sight' | 'desired'>, wanted: Wanted): RecordLookup | undefined {
  const { records } = look.sight
  const lookup = look.desired.settings.name === undefined ? (records.desired ?? records.live) : records.desired
  return lookup && seenAt(lookup, wanted.placement)
}

/** The record, when there is one to see. */
export const recordOf = (lookup: RecordLookup | undefined): RegistrationRecord | undefined =>
  lookup?.state === 'present' ? lookup.record : undefined

/** True when the sensor itself reports to be registered so, as far as it says where. */
export function isReported(reported: Reported, { name, ...place }: Place & { name: string }): boolean {
  const own = reportedPlace(reported)
  return reported.name === name && (own === undefined || liesAt(place, own))
}

/** What the intent of a re-activation has laid claim to. */
export function claimOf(data: Readonly<Record<string, unknown>> | undefined): Claim | undefined {
  const to = data?.['to']
  if (typeof to !== 'object' || to === null || !('name' in to) || typeof to.name !== 'string') return undefined
  const place = 'placement' in to ? (to.placement as Place) : undefined
  return { name: to.name, ...(place && { place: placeOf(place.mode, place.site) }) }
}

interface Claim {
  name: string
  /** Absent when the intent does not say. */
  place?: Place
}

/** What an intent has laid claim to, and the spec no longer asks for nor the sensor reports. */
export function abandonedClaim(
  reported: Reported,
  wanted: Wanted | undefined,
  intentData: Readonly<Record<string, unknown>> | undefined,
): Claim | undefined {
  const claim = claimOf(intentData)
  if (!claim) return undefined
  const { name, place } = claim
  const isWanted = wanted?.name === name && (!place || liesAt(place, wanted.placement))
  const isActive = reported.name === name && (!place || isReported(reported, { name, ...place }))
  return isWanted || isActive ? undefined : claim
}

/** A record in the desired place is ours if the sensor reports to be registered so, or an open intent says so. */
export function isOurs(
  { name, placement }: Wanted,
  reported: Reported,
  intentData: Readonly<Record<string, unknown>> | undefined,
): boolean {
  const claim = claimOf(intentData)
  const isClaimed = claim?.name === name && (!claim.place || liesAt(claim.place, placement))
  return isClaimed || isReported(reported, { name, ...placement })
}

/** What a person brings about where registration or activation is not for the tool to do. */
export function registrationValues({ settings }: DesiredAppliance): Readonly<Record<string, PlannedValue>> {
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
