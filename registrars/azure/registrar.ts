/**
 * Registers sensors in Azure through the published `Microsoft.IoTSecurity` operations of Azure Resource Manager.
 *
 * @module
 */
import type { LoadedRegistrar } from '../../schemas/fleet.ts'
import type { SecretReference } from '../../schemas/rules.ts'
import type { Clock } from '../../reconcile/clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type {
  LookupOptions,
  OfferedUpdate,
  Placement,
  RecordLookup,
  Registrar,
  RegistrationRecord,
} from '../../reconcile/registrar.ts'
import { createHttp, type Exchange } from '../../transport/http.ts'
import { toOfferedUpdates, toRecord, toSensorProperties, type RecordPlace, type SensorProperties } from './convert.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createPaths, type Paths } from './paths.ts'
import { isSameName, placeOf } from './place.ts'
import { malformed } from './refusal.ts'
import { createResourceManager, type Call, type ResourceManager } from './resource-manager.ts'
import { createTokens } from './token.ts'

export type AzureConfig = Extract<LoadedRegistrar, { azure: unknown }>['azure']

export interface AzureDeps {
  readSecret(reference: SecretReference): Promise<string>
  clock: Clock
  /** Ends everything that is under way. */
  signal?: AbortSignal
  /** A write with all its repeats ends within this time. Default: 40 s. */
  writeTimeoutMs?: number
  /** 0 ≤ x < 1, for the spread of repeats. Default: Math.random. */
  random?: () => number
  /** Called after each attempt, for counting. */
  onExchange?: (exchange: Exchange) => void
}

/** Fits into a lease just renewed. */
const defaultWriteTimeoutMs = 40_000

/** Bounds of one attempt. */
const bounds = {
  connectTimeoutMs: 5000,
  headersTimeoutMs: 15_000,
  bodyTimeoutMs: 15_000,
  timeoutMs: 20_000,
  longestRetryAfterMs: 20_000,
  maxBytes: 16 * 1024 * 1024,
}

interface Parts {
  name: string
  manager: ResourceManager
  paths: Paths
  ledger: Ledger
  signal: AbortSignal | undefined
  writeTimeoutMs: number
}

/** Nothing is contacted and no secret is read before the first call of a method. */
export function createAzureRegistrar(name: string, config: AzureConfig, deps: AzureDeps): Registrar {
  const { origin } = new URL(config.endpoint)
  const { clock, random, onExchange, signal, writeTimeoutMs = defaultWriteTimeoutMs } = deps
  const trust = { anchors: config.trust }
  const http = createHttp({
    origin,
    trust,
    clock,
    ...bounds,
    ...(random && { random }),
    ...(onExchange && { onExchange }),
  })
  const tokens = createTokens(name, config, (reference) => deps.readSecret(reference))
  const manager = createResourceManager({ registrar: name, origin, http, tokens })
  const paths = createPaths(config)
  let offered: Promise<readonly OfferedUpdate[]> | undefined
  const parts: Parts = { name, manager, paths, ledger: createLedger(manager, paths, signal), signal, writeTimeoutMs }
  return {
    name,
    support: { register: true, observe: true, download: 'automatic' },
    writeTimeoutMs,
    lookup: (record, options) => lookup(parts, record, options),
    list: () => parts.ledger.list({ what: 'listing the records', signal }),
    offeredUpdates: () => (offered ??= listUpdates(parts)),
    checkRegister: (record, placement, present, caller) =>
      write(parts, `checking that ${record} can be registered`, caller, (call) =>
        checkRegister(parts, { name: record, placement, present }, call),
      ),
    register: (record, placement, caller) =>
      write(parts, `registering ${record}`, caller, (call) => register(parts, record, placement, call)),
    deregister: (record, caller) =>
      write(parts, `deleting the record ${record.name}`, caller, (call) => deregister(parts, record, call)),
    downloadActivation: (record, caller) =>
      download(parts, record, {
        what: `downloading the activation file of ${record.name}`,
        signal: either(signal, caller),
      }),
    close: () => http.close(),
  }
}

const either = (...signals: (AbortSignal | undefined)[]): AbortSignal | undefined => {
  const given = signals.filter((signal) => signal !== undefined)
  return given.length > 1 ? AbortSignal.any(given) : given[0]
}

async function lookup(
  { ledger, signal }: Parts,
  name: string,
  { fresh = false, at, signal: caller }: LookupOptions = {},
): Promise<RecordLookup> {
  const call: Call = { what: `looking up ${name}`, signal: either(signal, caller) }
  const found = fresh ? ledger.findFresh(name, at && expectedPlace(at), call) : ledger.find(name, call)
  return choose(name, await found, at)
}

/** Asked once: the answer is that of the subscription. */
async function listUpdates({ name, manager, paths, signal }: Parts): Promise<readonly OfferedUpdate[]> {
  const what = 'listing the updates of sensors'
  const updates = toOfferedUpdates(await manager.query(paths.packageDownloads(), { what, signal }))
  if (!updates) throw malformed({ registrar: name, what }, 'the answer lists no packages of sensors')
  return updates
}

function expectedPlace({ mode, site }: NonNullable<LookupOptions['at']>): RecordPlace | undefined {
  if (mode === 'local') return { mode }
  return site === undefined ? undefined : { mode, site }
}

/** One record of several only where it is expected: taking another sensor's for ours could delete it. */
function choose(name: string, records: readonly RegistrationRecord[], at: LookupOptions['at']): RecordLookup {
  const expected = at && records.find((record) => isAt(record, at))
  const record = expected ?? (records.length === 1 ? records[0] : undefined)
  if (record) return { state: 'present', record }
  if (records.length === 0 || (at && expectedPlace(at))) return { state: 'absent' }
  const places = records.map(({ site }) => (site === undefined ? 'locally managed' : `site ${site}`)).join(', ')
  return { state: 'notObservable', reason: `several sensors are registered as ${name} (${places})` }
}

const isAt = (record: RegistrationRecord, { mode, site }: NonNullable<LookupOptions['at']>): boolean =>
  record.mode === mode && (mode === 'local' || site === undefined || isSameName(record.site ?? '', site))

/** Ends in time whatever happens. An error leaves open what the cloud did, so nothing that was listed is kept. */
async function write<T>(
  { name, ledger, signal, writeTimeoutMs }: Parts,
  what: string,
  caller: AbortSignal | undefined,
  run: (call: Call) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(writeTimeoutMs)
  try {
    return await run({ what, signal: either(signal, caller, deadline) })
  } catch (cause) {
    ledger.forget()
    if (!deadline.aborted || caller?.aborted || signal?.aborted) throw cause
    const message = `registrar ${name}: ${what}: not done within ${writeTimeoutMs / 1000} s`
    const advice = 'Whether the cloud did it is not known: plan again.'
    throw new DeviceError('REGISTRAR_UNREACHABLE', message, { cause, advice })
  }
}

/** A PUT replaces all that is writable, so what is not declared is sent as it is. */
async function register(parts: Parts, name: string, placement: Placement, call: Call): Promise<RegistrationRecord> {
  const { manager, paths, ledger } = parts
  const place = await findPlace(parts, name, placement, call)
  const path = paths.sensor(place, name)
  const body =
    place.mode === 'cloud' ? { properties: propertiesOf(paths, placement, await manager.get(path, call)) } : undefined
  const record = toRecord(await manager.put(path, body, call), place)
  if (!record)
    throw new DeviceError('REGISTRAR_ERROR', `registrar ${parts.name}: ${call.what}: the answer is no sensor`)
  ledger.keep(record)
  return record
}

/** The published model of a record in an IoT hub knows no type of sensor. */
function propertiesOf({ hub }: Paths, placement: Placement, existing: unknown): Partial<SensorProperties> {
  const { sensorType, ...properties } = toSensorProperties(placement, existing)
  return { ...properties, ...(hub === undefined && { sensorType }) }
}

/** Published operations tell no rights, so a record that is ours is written as it is. */
async function checkRegister(
  parts: Parts,
  { name, placement, present }: { name: string; placement: Placement; present: RegistrationRecord | undefined },
  call: Call,
): Promise<void> {
  await findPlace(parts, name, placement, call)
  if (present) await register(parts, present.name, placeOf(present), call)
}

/** The site must be there: making one is a decision about a plant that no typing error should take. */
async function findPlace(
  { name: registrar, ledger, paths: { hub } }: Parts,
  name: string,
  { mode, site }: Placement,
  call: Call,
): Promise<RecordPlace> {
  if (mode === 'local') return { mode }
  const refuse = (why: string, advice: string) =>
    new DeviceError('REGISTRAR_REFUSED', `registrar ${registrar}: registering ${name}: ${why}`, { advice })
  if (hub !== undefined && (site === undefined || isSameName(site, hub))) return { mode, site: hub }
  if (hub !== undefined)
    throw refuse(
      `an IoT hub has no sites, and so no ${site}`,
      'Leave out `registration.site`, or use a registrar without hub.',
    )
  if (site === undefined) throw refuse('no site is declared', 'Give `registration.site`.')
  const known = async () => (await ledger.sites(call)).find((one) => isSameName(one, site))
  const found = (await known()) ?? (ledger.forget(), await known())
  if (found !== undefined) return { mode, site: found }
  const sites = (await ledger.sites(call)).join(', ') || 'none'
  throw refuse(
    `there is no site ${site}`,
    `Create it in the Azure portal (Defender for IoT > Sites and sensors), or correct \`registration.site\`. Sites: ${sites}.`,
  )
}

async function deregister({ manager, paths, ledger }: Parts, record: RegistrationRecord, call: Call): Promise<void> {
  const place = placeOf(record)
  await manager.delete(paths.sensor(place, record.name), call)
  ledger.drop({ name: record.name, ...place })
}

const download = ({ manager, paths }: Parts, record: RegistrationRecord, call: Call): Promise<Uint8Array> =>
  manager.download(paths.activation(placeOf(record), record.name), call)
