/** One listing of everything, kept until it is no longer true. */
import { DeviceError } from '../../reconcile/device-error.ts'
import type { RegistrationRecord } from '../../reconcile/registrar.ts'
import { nameOf, toRecord, type RecordPlace } from './convert.ts'
import type { Paths } from './paths.ts'
import { isSame, namedPlace, type NamedPlace } from './place.ts'
import type { Call, ResourceManager } from './resource-manager.ts'

export interface Listing {
  sites: readonly string[]
  records: RegistrationRecord[]
}

export interface Listings {
  /** Lists once. A failure is kept as well: what cannot be reached is not asked again for each sensor. */
  read(call: Call): Promise<Listing>
  /** The listing, once it is complete. */
  settled(): Listing | undefined
  /** Puts a record in the place of the one that was there, or takes it away. */
  replace(place: NamedPlace, record?: RegistrationRecord): void
  forget(): void
}

/** Listing ends with `signal` alone: one sensor that gives up takes nothing from the others. */
export function createListings(manager: ResourceManager, paths: Paths, signal: AbortSignal | undefined): Listings {
  let kept: Promise<Listing> | undefined
  let settled: Listing | undefined
  const forget = () => {
    kept = undefined
    settled = undefined
  }
  return {
    read(call) {
      const listing = (kept ??= listEverything(manager, paths, { what: 'listing the records', signal }))
      const settle = (value: Listing): Listing => (kept === listing ? (settled = value) : value)
      return untilAborted(listing.then(settle), call)
    },
    settled: () => settled,
    /** A listing that is under way may or may not have seen the write, so it is not kept. */
    replace(place, record) {
      if (!settled) return forget()
      settled.records = settled.records.filter((one) => !isSame(namedPlace(one), place))
      if (record) settled.records.push(record)
    },
    forget,
  }
}

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

async function listEverything(manager: ResourceManager, paths: Paths, call: Call): Promise<Listing> {
  const sites = paths.hub === undefined ? await listSites(manager, paths, call) : [paths.hub]
  const places: RecordPlace[] = [{ mode: 'local' }, ...sites.map((site) => ({ mode: 'cloud', site }) as const)]
  const records = await Promise.all(places.map((place) => listPlace(manager, paths, place, call)))
  return { sites, records: records.flat() }
}

async function listSites(manager: ResourceManager, paths: Paths, call: Call): Promise<string[]> {
  const listed = (await manager.list(paths.sites(), call)) ?? []
  return listed.flatMap((site) => nameOf(site) ?? [])
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
