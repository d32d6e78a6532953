import { packActivationFile } from '../../formats/activation-file.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type {
  LookupOptions,
  Placement,
  RecordLookup,
  Registrar,
  RegistrationRecord,
} from '../../reconcile/registrar.ts'
import { called, isoNow, newId, type MemoryRecord, type MemoryWorld } from './world.ts'

const dayMs = 86_400_000

/** The cloud of a world in memory. Lookups are kept until a write. */
export function createMemoryRegistrar(world: MemoryWorld, name = 'cloud'): Registrar {
  const kept = new Map<string, readonly MemoryRecord[]>()
  const call = <T>(method: string, work: () => T) => called(world, { method, target: name }, work)
  const writing = <T>(method: string, work: () => T) =>
    call(method, () => {
      kept.clear()
      return work()
    })
  return {
    name,
    support: { register: true, observe: true, download: 'automatic' },
    writeTimeoutMs: 30_000,
    async lookup(record, { fresh, at } = {}) {
      const known = fresh ? undefined : kept.get(record)
      const found = known ?? (await call('lookup', () => named(world, record)))
      kept.set(record, found)
      return choose(found, at)
    },
    list: () => call('list', () => world.records.map((record) => ({ ...record }))),
    ...(world.offers && { offeredUpdates: () => call('offeredUpdates', () => world.offers ?? []) }),
    checkRegister: () => call('checkRegister', () => undefined),
    register: (record, placement) => writing('register', () => register(world, record, placement)),
    deregister: (record) =>
      writing('deregister', () => {
        world.records = world.records.filter((other) => other.name !== record.name || !samePlace(other, record))
      }),
    downloadActivation: (record) => call('download', () => download(world, record)),
  }
}

const named = ({ records }: MemoryWorld, name: string): MemoryRecord[] =>
  records.filter((record) => record.name === name).map((record) => ({ ...record }))

/** Names are unique within a site only: of several records, the one that lies where it is expected. */
function choose(found: readonly MemoryRecord[], at: LookupOptions['at']): RecordLookup {
  const record = found.find((one) => at && samePlace(one, at)) ?? (found.length === 1 ? found[0] : undefined)
  if (record) return { state: 'present', record }
  return found.length === 0 || (at && (at.mode === 'local' || at.site !== undefined))
    ? { state: 'absent' }
    : { state: 'notObservable', reason: `${found.length} sensors are registered under this name` }
}

const samePlace = (a: Pick<Placement, 'mode' | 'site'>, b: Pick<Placement, 'mode' | 'site'>): boolean =>
  a.mode === b.mode && (a.mode === 'local' || a.site === b.site)

/** Puts a record into the cloud, as a person would have before. */
export function addRecord(world: MemoryWorld, record: Omit<MemoryRecord, 'id' | 'createdAt'>): MemoryRecord {
  const added = { ...record, id: newId(world, 'record'), createdAt: isoNow(world) }
  world.records.push(added)
  return added
}

function register(world: MemoryWorld, name: string, placement: Placement): RegistrationRecord {
  const standing = world.records.find((record) => record.name === name && samePlace(record, placement))
  const { mode, site, zone, tiAutomaticUpdates } = placement
  const where = mode === 'cloud' ? { site, zone, tiAutomaticUpdates } : {}
  const given = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined))
  if (standing) return { ...Object.assign(standing, given) }
  return { ...addRecord(world, { name, mode, ...given, connected: false, status: 'Pending activation' }) }
}

function download(world: MemoryWorld, wanted: RegistrationRecord): Uint8Array {
  const { name } = wanted
  const record = world.records.find((other) => other.name === name && samePlace(other, wanted))
  if (!record) throw new DeviceError('REGISTRAR_REFUSED', `${name} is not registered.`)
  const from = world.localExpiry === 'download' ? world.clock.now() : Date.parse(record.createdAt)
  const expiresAt = new Date(from + world.localFileDays * dayMs).toISOString()
  return packActivationFile(
    {
      id: newId(world, 'file'),
      name,
      mode: record.mode,
      subscriptionId: 'subscription',
      site: record.site ?? null,
      recordId: record.id,
      createdAt: isoNow(world),
      expiresAt: record.mode === 'local' ? expiresAt : null,
    },
    world.signingKey,
  )
}

/** A registrar whose files a person hands in: it can look nothing up and registers nothing. */
export function createMemoryFolder(world: MemoryWorld, files: Map<string, Uint8Array>, name = 'folder'): Registrar {
  const refuse = () => new DeviceError('NOT_SUPPORTED', `${name} registers nothing.`)
  return {
    name,
    support: { register: false, observe: false, download: 'manual' },
    writeTimeoutMs: 0,
    lookup: () => Promise.resolve({ state: 'notObservable', reason: 'a folder of files knows no records' }),
    fileAtHand: (record) => called(world, { method: 'fileAtHand', target: name }, () => files.has(record)),
    instructions: (record) => `Register ${record} in the portal and put its activation file into ${name}.`,
    register: () => Promise.reject(refuse()),
    deregister: () => Promise.reject(refuse()),
    downloadActivation: (record) =>
      called(world, { method: 'download', target: name }, () => {
        const file = files.get(record.name)
        if (!file) throw new DeviceError('ACTIVATION_FILE_MISSING', `There is no activation file of ${record.name}.`)
        return file
      }),
  }
}
