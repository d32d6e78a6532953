/**
 * Records as they were listed, kept for the run: one listing of the sites, one of each site's sensors and one of the
 * locally managed sensors serve every sensor of a fleet.
 *
 * @module
 */
import type { RegistrationRecord } from '../../reconcile/registrar.ts'
import { toRecord, type RecordPlace } from './convert.ts'
import { createListings } from './listings.ts'
import type { Paths } from './paths.ts'
import { isSame, isSameName, namedPlace, type NamedPlace } from './place.ts'
import type { Call, ResourceManager } from './resource-manager.ts'

export interface Ledger {
  /** Names of the sites. */
  sites(call: Call): Promise<readonly string[]>
  /** Every record. */
  list(call: Call): Promise<readonly RegistrationRecord[]>
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

export function createLedger(manager: ResourceManager, paths: Paths, signal: AbortSignal | undefined): Ledger {
  const listings = createListings(manager, paths, signal)
  const deleted: NamedPlace[] = []
  const find = async (name: string, call: Call) =>
    (await listings.read(call)).records.filter((record) => isSameName(record.name, name))
  const look = async (place: NamedPlace, call: Call) => {
    const record = await getRecord(manager, paths, place, call)
    if (listings.settled()) listings.replace(place, record)
    return record
  }
  return {
    sites: async (call) => (await listings.read(call)).sites,
    list: async (call) => (await listings.read(call)).records,
    find,
    async findFresh(name, at, call) {
      const settled = listings.settled()
      const known = settled?.records.filter((record) => isSameName(record.name, name)).map(namedPlace) ?? []
      const former = deleted.filter((place) => isSameName(place.name, name))
      const places = distinct([...known, ...former, ...(at ? [{ name, ...at }] : [])])
      const records = await Promise.all(places.map((place) => look(place, call)))
      const found = records.filter((record) => record !== undefined)
      if (found.length > 0 || (settled && former.length > 0)) return found
      if (!at || !settled) listings.forget()
      return find(name, call)
    },
    keep: (record) => listings.replace(namedPlace(record), record),
    drop(place) {
      deleted.push(place)
      listings.replace(place)
    },
    forget: () => listings.forget(),
  }
}

const distinct = (places: readonly NamedPlace[]): NamedPlace[] =>
  places.filter((place, index) => places.findIndex((other) => isSame(other, place)) === index)

async function getRecord(
  manager: ResourceManager,
  paths: Paths,
  { name, ...place }: NamedPlace,
  call: Call,
): Promise<RegistrationRecord | undefined> {
  const resource = await manager.get(paths.sensor(place, name), call)
  return resource === undefined ? undefined : toRecord(resource, place)
}
