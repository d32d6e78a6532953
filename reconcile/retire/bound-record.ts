/**
 * Which registration is bound to a key that no document declares any more: the one that the sensor itself reported when
 * it was read last, with the registrar of the last apply. Nothing is guessed from a name alone.
 *
 * @module
 */
import { isReported, liesAt, reportedOf, reportedPlace, type Place } from '../compare/records.ts'
import type { Remembered } from '../memory.ts'
import type { Mode } from '../registrar.ts'
import type { DesiredSettings, Fleet } from '../../schemas/fleet.ts'

export interface BoundRecord {
  registrar: string
  name: string
  mode: Mode
  site?: string
}

/** The record that is bound to a key, as far as memory tells. */
export function boundRecord({ lastRead, lastApplied }: Remembered): BoundRecord | undefined {
  const registrar = lastApplied?.['registration.registrar']
  if (typeof registrar !== 'string' || !lastRead) return undefined
  const reported = reportedOf({ observation: lastRead })
  if (reported.name === null) return undefined
  const mode = reported.mode ?? 'cloud'
  const site = mode === 'cloud' ? (reported.activation?.site ?? lastApplied?.['registration.site']) : undefined
  return { registrar, name: reported.name, mode, ...(typeof site === 'string' && { site }) }
}

/** Who else has this record: a document that declares its name, or another key that reported it when it was read last. */
export function otherUserOf(
  record: BoundRecord,
  fleet: Fleet,
  others: ReadonlyMap<string, Remembered>,
): string | undefined {
  for (const { key, settings } of fleet.sensors.values()) if (isDeclared(record, settings)) return key
  for (const [key, { lastRead }] of others) {
    if (lastRead && reports(lastRead, record)) return key
  }
  return undefined
}

/** Resource Manager compares names without regard to case. */
const isDeclared = (record: BoundRecord, { name, registration }: DesiredSettings): boolean =>
  name?.toLowerCase() === record.name.toLowerCase() &&
  (registration?.site === undefined || record.site === undefined || liesAt(record, placeIn(record, registration.site)))

const placeIn = ({ mode }: BoundRecord, site: string): Place => ({ mode, site })

function reports(lastRead: NonNullable<Remembered['lastRead']>, record: BoundRecord): boolean {
  const reported = reportedOf({ observation: lastRead })
  return reportedPlace(reported) !== undefined && isReported(reported, record)
}
