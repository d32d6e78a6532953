/**
 * Records as they were listed, kept for the run: one listing of the sites, one of each site's sensors and one of the
 * locally managed sensors serve every sensor of a fleet.
 *
 * @module
 */
import { DeviceError } from '../../reconcile/device-error.ts'
import type { RegistrationRecord } from '../../reconcile/registrar.ts'
import { nameOf, toRecord, type RecordPlace } from './convert.ts'
import type { Paths } from './paths.ts'
import type { Call, ResourceManager } from './resource-manager.ts'

export interface Ledger {
  /** Names of the sites. */
  sites(call: Call): Promise<readonly string[]>
  /** Every record of this name. */
  find(name: string, call: Call): Promise<readonly RegistrationRecord[]>
  /**
   * Asks again: for the record where it is kept, was deleted by this run, or is expected; everything is listed anew only
   * when there is no such place.
   */
  findFresh(name: string, at: RecordPlace | undefined, call: Call): Promise<readonly RegistrationRecord[]>
  /** Keeps what a write answered. */
  keep(record: RegistrationRecord): void
  /** Drops a record that is gone. */
  drop(record: NamedPlace): void
  /** After a write whose outcome is not known. */
  forget(): void
}

export type NamedPlace = RecordPlace & { name: string }

interface Listing {
  sites: readonly string[]
  records: RegistrationRecord[]
}

/** As Resource Manager compares names. */
export const isSameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

export function placeOf({ mode, site }: Pick<RegistrationRecord, 'mode' | 'site'>): RecordPlace {
  return mode === 'cloud' ? { mode, site: site ?? '' } : { mode }
}

const isSame = (left: NamedPlace, right: NamedPlace): boolean =>
  isSameName(left.name, right.name) &&
  (left.mode === 'cloud' ? right.mode === 'cloud' && isSameName(left.site, right.site) : right.mode === 'local')

const namedPlace = (record: RegistrationRecord): NamedPlace => ({ name: record.name, ...placeOf(record) })

/** Listings end with `signal` alone: one sensor that gives up takes nothing from the others. */
export function createLedger(manager: ResourceManager, paths: Paths, signal: AbortSignal | undefined): Ledger {
  let kept: Promise<Listing> | undefined
  let settled: Listing | undefined
  const deleted: NamedPlace[] = []
  const forget = () => {
    kept = undefined
    settled = undefined
  }
  /** A failure is kept as well: what cannot be reached is not asked again for each sensor. */
  const read = (call: Call): Promise<Listing> => {
    const listing = (kept ??= listEverything(manager, paths, { what: call.what, signal }))
    const settle = (value: Listing): Listing => (kept === listing ? (settled = value) : value)
    return untilAborted(listing.then(settle), call)
  }
  const find = async (name: string, call: Call) =>
    (await read(call)).records.filter((record) => isSameName(record.name, name))
  /** A listing that is under way may or may not have seen the write, so it is not kept. */
  const replace = (place: NamedPlace, record?: RegistrationRecord) => {
    if (!settled) return forget()
    settled.records = settled.records.filter((one) => !isSame(namedPlace(one), place))
    if (record) settled.records.push(record)
  }
  const look = async (place: NamedPlace, call: Call) => {
    const record = await getRecord(manager, paths, place, call)
    if (settled) replace(place, record)
    return record
  }
  return {
    sites: async (call) => (await read(call)).sites,
    find,
    async findFresh(name, at, call) {
      const known = settled?.records.filter((record) => isSameName(record.name, name)).map(namedPlace) ?? []
      const former = deleted.filter((place) => isSameName(place.name, name))
      const places = distinct([...known, ...former, ...(at ? [{ name, ...at }] : [])])
      const records = await Promise.all(places.map((place) => look(place, call)))
      const found = records.filter((record) => record !== undefined)
      if (found.length > 0 || (settled && former.length > 0)) return found
      if (!at || !settled) forget()
      return find(name, call)
    },
    keep: (record) => replace(namedPlace(record), record),
    drop(place) {
      deleted.push(place)
      replace(place)
    },
    forget,
  }
}

const distinct = (places: readonly NamedPlace[]): NamedPlace[] =>
  places.filter((place, index) => places.findIndex((other) => isSame(other, place)) === index)

/** Stops waiting, not the work. */
function untilAborted<T>(work: Promise<T>, { what, signal }: Call): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DeviceError('ABORTED', `${what} was called off`, { cause: signal.reason }))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

async function getRecord(
  manager: ResourceManager,
  paths: Paths,
  { name, ...place }: NamedPlace,
  call: Call,
): Promise<RegistrationRecord | undefined> {
  const resource = await manager.get(paths.sensor(place, name), call)
  return resource === undefined ? undefined : toRecord(resource, place)
}

async function listEverything(manager: ResourceManager, paths: Paths, call: Call): Promise<Listing> {
  const listed = (await manager.list(paths.sites(), call)) ?? []
  const sites = listed.flatMap((site) => nameOf(site) ?? [])
  const places: RecordPlace[] = [{ mode: 'local' }, ...sites.map((site) => ({ mode: 'cloud', site }) as const)]
  const records = await Promise.all(places.map((place) => listPlace(manager, paths, place, call)))
  return { sites, records: records.flat() }
}

async function listPlace(
  manager: ResourceManager,
  paths: Paths,
  place: RecordPlace,
  call: Call,
): Promise<RegistrationRecord[]> {
  const resources = (await manager.list(paths.sensors(place), call)) ?? []
  return resources.flatMap((resource) => toRecord(resource, place) ?? [])
}
