/**
 * The registration that a sensor had before an update across 22.1. The portal makes another one for the new version and
 * goes on listing this one until somebody deletes it (vendor how-to, "Reactivate your sensor for version 22.1.x or higher").
 *
 * Under which name it goes on is not published, and no sensor reports it. So it is told by what was seen of it while the
 * sensor was registered there: the moment at which it was made, in the same place. Where that is not one record alone,
 * nothing is deleted.
 *
 * @module
 */
import { crossesActivation, newActivationVersion } from '../../formats/software-package.ts'
import { compareVersions } from '../../formats/version.ts'
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { Change } from '../change.ts'
import type { Observation } from '../driver.ts'
import type { Sight } from '../engine.ts'
import type { Mode, RecordLookup, RegistrationRecord } from '../registrar.ts'
import { isDeleteAllowed, noFindings, problemOf, type Findings, type Look } from './look.ts'
import { desiredLookup, isReported, liesAt, recordOf, reportedOf, wantedOf } from './records.ts'
import { crosses, runningVersion } from './software-diff.ts'

export const legacyPath = 'registration.legacy'

/** What is remembered of it. */
export interface LegacyRecord {
  /** Serial number of the sensor. */
  identity: string
  registrar: string
  /** What the sensor was registered as. */
  name: string
  mode: Mode
  site?: string
  /** ISO 8601: by this moment it is known again. */
  createdAt: string
}

/** The registration of a sensor that is about to cross 22.1, as it is before anybody prepares the update. */
export function legacyRecordOf(
  desired: Pick<DesiredAppliance, 'settings'>,
  observation: Pick<Observation, 'identity' | 'live' | 'activation' | 'softwareVersion'>,
  lookup: RecordLookup | undefined,
): LegacyRecord | undefined {
  const { registrar } = desired.settings.registration ?? {}
  const record = recordOf(lookup)
  if (registrar === undefined || !record || !isAboutToCross(desired, observation)) return undefined
  const { name, mode, site, createdAt, lastContact } = record
  const isOwn = isReported(reportedOf({ observation }), record) && lastContact !== undefined
  // One that was prepared for the new version is younger than the file that the sensor has.
  const installed = observation.activation?.file?.createdAt
  const isYounger = createdAt !== undefined && installed !== undefined && Date.parse(createdAt) > Date.parse(installed)
  if (!isOwn || createdAt === undefined || isYounger) return undefined
  const { identity } = observation
  return { identity, registrar, name, mode, ...(site !== undefined && { site }), createdAt }
}

function isAboutToCross(
  { settings }: Pick<DesiredAppliance, 'settings'>,
  observation: Pick<Observation, 'live' | 'softwareVersion'>,
): boolean {
  const [from, to] = [runningVersion({ observation, live: observation.live }), settings.software?.version]
  return from !== undefined && to !== undefined && crossesActivation(from, to)
}

/** Records that may be the one that is remembered. `taken` are names that documents declare: those are in use. */
export function legacyCandidates(
  { name, mode, site, createdAt }: LegacyRecord,
  records: readonly RegistrationRecord[],
  taken: ReadonlySet<string>,
): readonly RegistrationRecord[] {
  const place = { mode, ...(site !== undefined && { site }) }
  const found = records.filter(
    (record) =>
      record.createdAt === createdAt &&
      liesAt(record, place) &&
      !taken.has(record.name.toLowerCase()) &&
      record.name.toLowerCase() !== name.toLowerCase() &&
      isBefore(record.softwareVersion),
  )
  const namesakes = found.filter((record) => record.name.toLowerCase().startsWith(name.toLowerCase()))
  return namesakes.length === 1 ? namesakes : found
}

const isBefore = (version: string | undefined): boolean =>
  version === undefined || compareVersions(version, newActivationVersion) < 0

/** The one that is surely it. */
export const boundLegacy = ({ legacy = [] }: Pick<Sight, 'legacy'>): RegistrationRecord | undefined =>
  legacy.length === 1 ? legacy[0] : undefined

/** The new registration has taken the place of the old one: the sensor is valid, and the cloud lists its new version. */
export function hasCrossed(look: Look): boolean {
  const reported = reportedOf(look)
  const wanted = wantedOf(look, reported)
  const record = wanted && recordOf(desiredLookup(look, wanted))
  return reported.activation?.status === 'Valid' && !isBefore(runningVersion(look) ?? '0') && isSuccessor(record)
}

/** Connected, and listed with the new version. */
export const isSuccessor = (record: RegistrationRecord | undefined): boolean =>
  record?.connected === true && record.softwareVersion !== undefined && !isBefore(record.softwareVersion)

/** A change where `--allow-delete` names the sensor; else it stays, and is told. */
export function compareLegacy(look: Look): Findings {
  const findings = noFindings()
  const { legacy = [] } = look.sight
  const record = boundLegacy(look.sight)
  if (record && isDeleteAllowed(look) && (hasCrossed(look) || crosses(look))) findings.changes.push(goneChange(record))
  else if (legacy.length > 0 && hasCrossed(look))
    findings.problems.push(record ? stays(look, record) : unclear(look, legacy))
  return findings
}

const goneChange = (record: RegistrationRecord): Change => ({
  kind: 'registration',
  what: 'legacyRecord',
  path: legacyPath,
  aspect: 'registration',
  before: whereabouts(record),
  after: undefined,
  cause: 'spec',
  sensitive: false,
})

/** `line-1-legacy in site plant` */
export const whereabouts = ({ name, site }: Pick<RegistrationRecord, 'name' | 'site'>): string =>
  site === undefined ? name : `${name} in site ${site}`

const portalPlace = 'In the Azure portal: Defender for IoT > Sites and sensors'

const stays = ({ desired }: Look, record: RegistrationRecord): Problem =>
  problemOf(desired, {
    severity: 'warning',
    code: 'LEGACY_RECORD',
    field: 'registration',
    summary: `${whereabouts(record)} is the registration that the sensor had before its update to 22.x: it stays listed until it is deleted`,
    hint: `To delete it: --allow-delete ${desired.key}${record.connected ? ', once the cloud no longer shows it as connected (up to 15 minutes)' : ''}. Or by hand. ${portalPlace} > ${record.name} > three dots (...) > Delete sensor.`,
  })

const unclear = ({ desired }: Look, records: readonly RegistrationRecord[]): Problem =>
  problemOf(desired, {
    severity: 'warning',
    code: 'LEGACY_RECORD',
    field: 'registration',
    summary: `One of ${records.map(whereabouts).join(', ')} is the registration that the sensor had before its update to 22.x, and nothing says which: none is deleted`,
    hint: `${portalPlace}: look which of them is of this sensor, and select its three dots (...) > Delete sensor.`,
  })
