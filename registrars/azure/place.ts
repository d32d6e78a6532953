/** Where a record lies, and when two of them are the same. */
import type { RegistrationRecord } from '../../reconcile/registrar.ts'
import type { RecordPlace } from './convert.ts'

export type NamedPlace = RecordPlace & { name: string }

/** As Resource Manager compares names. */
export const isSameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

/** The place of a record. */
export function placeOf({ mode, site }: Pick<RegistrationRecord, 'mode' | 'site'>): RecordPlace {
  return mode === 'cloud' ? { mode, site: site ?? '' } : { mode }
}

/** The same record, as Resource Manager sees it. */
export const isSame = (left: NamedPlace, right: NamedPlace): boolean =>
  isSameName(left.name, right.name) &&
  (left.mode === 'cloud' ? right.mode === 'cloud' && isSameName(left.site, right.site) : right.mode === 'local')

export const namedPlace = (record: RegistrationRecord): NamedPlace => ({ name: record.name, ...placeOf(record) })
