/** What a simulated appliance in memory does: settings, leases, the guarded network change, activation. */
import { createHash } from 'node:crypto'
import { readActivationFile, unusedFileDays, verifyActivationFile } from '../../formats/activation-file.ts'
import { certificateFacts } from '../../formats/certificate.ts'
import { showClock, type DateFormat } from '../../formats/displayed-clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type {
  AddressTriple,
  ClockState,
  LiveValue,
  PeerCheck,
  PlannedPeer,
  ServedCertificate,
  WriteValue,
} from '../../reconcile/driver.ts'
import type { LeaseGrant, LeaseRequest } from '../../reconcile/lease.ts'
import { formatPath, parsePath } from '../../schemas/fields.ts'
import { isTimeZone } from '../../schemas/rules.ts'
import { contactConsoles, notConfigured } from './console.ts'
import { endDueUpdate, isAway } from './software.ts'
import { isoNow, newId, type MemoryAppliance, type MemoryConsole, type MemoryWorld, type Stored } from './world.ts'

const dayMs = 86_400_000

type Options = { serialNumber: string; address: string } & Partial<Omit<MemoryAppliance, 'console'>>

/** Adds a sensor as it is after installation, not activated. */
export const addAppliance = (world: MemoryWorld, { address, ...options }: Options): MemoryAppliance =>
  add(world, { ...options, console: null }, installed(address))

/** Adds a management console as it is after installation. */
export function addConsole(
  world: MemoryWorld,
  { address, sites = [], ...options }: Options & Partial<Pick<MemoryConsole, 'sites'>>,
): MemoryAppliance {
  const console = { address, token: `token-of-${options.serialNumber}`, sites, entries: new Map(), backupsError: null }
  return add(world, { ...options, console }, installedConsole)
}

function add(
  world: MemoryWorld,
  { settings, ...rest }: Pick<MemoryAppliance, 'serialNumber' | 'console'> & Partial<MemoryAppliance>,
  defaults: readonly [string, Stored][],
): MemoryAppliance {
  const appliance: MemoryAppliance = {
    softwareVersion: '22.3.4',
    hardwareProfile: 'L500',
    clockDriftSeconds: 0,
    activation: {
      name: null,
      mode: null,
      site: null,
      status: 'NotActivated',
      expiresAt: null,
      file: null,
      cloud: null,
      message: null,
    },
    revision: 1,
    lastFence: 0,
    lease: null,
    intent: null,
    owner: null,
    networkChange: null,
    backups: [],
    lastRestore: null,
    restoreProblem: null,
    uploaded: null,
    lastUpdate: null,
    freeBytes: 1e9,
    update: null,
    updateMs: 30 * 60_000,
    failUpdates: 0,
    audit: [],
    cloudReachable: true,
    rejectActivations: 0,
    distrustedHosts: [],
    gone: false,
    consoleConnection: notConfigured,
    ...rest,
    settings: new Map<string, Stored>([...defaults, ...(settings ?? [])]),
  }
  world.appliances.push(appliance)
  return appliance
}

const installed = (address: string): [string, Stored][] => [
  ['time.timezone', 'Etc/UTC'],
  ['time.dateFormat', 'dd/MM/yyyy HH:mm:ss'],
  ['time.ntp.enabled', false],
  ['network.address', address],
  ['network.subnetMask', '255.255.255.0'],
  ['network.gateway', address.replace(/\d+$/, '254')],
  ['network.hostname', 'sensor'],
  ['network.proxy.enabled', false],
  ['certificate.validation', 'none'],
  ['backup.enabled', true],
  ['backup.directory', '/var/cyberx/backups'],
  ['backup.target.enabled', false],
]

const installedConsole: readonly [string, Stored][] = [
  ['certificate.validation', 'none'],
  ['sensorBackups.collect', false],
  ['sensorBackups.path', '/var/cyberx/sensor-backups'],
]

/** The appliance that answers at an address, its timers brought up to now. */
export function applianceAt(world: MemoryWorld, endpoint: string): MemoryAppliance | undefined {
  world.appliances.forEach((appliance) => tick(world, appliance))
  contactConsoles(world)
  const host = new URL(endpoint).hostname
  return world.appliances.find((one) => !isAway(world, one) && addressOf(one) === host)
}

const addressOf = ({ console, settings }: MemoryAppliance): Stored | undefined =>
  console?.address ?? settings.get('network.address')

function tick(world: MemoryWorld, appliance: MemoryAppliance): void {
  const { networkChange, lease } = appliance
  const now = world.clock.monotonic()
  if (networkChange && now >= networkChange.endsAt) {
    setTriple(appliance, networkChange.from)
    appliance.networkChange = null
    appliance.revision++
  }
  if (lease && now >= lease.endsAt) appliance.lease = null
  endDueUpdate(world, appliance)
}

/** Every field as it is read. */
export function liveOf({ settings, activation, softwareVersion, console }: MemoryAppliance): Map<string, LiveValue> {
  const live = new Map<string, LiveValue>([...settings].map(([path, value]) => [path, readForm(value)]))
  if (console) return live
  live.set('software.version', softwareVersion)
  if (activation.name !== null) live.set('name', activation.name)
  if (activation.mode !== null) live.set('activation.mode', activation.mode)
  return live
}

const readForm = (value: Stored): LiveValue =>
  typeof value === 'object' && 'secret' in value ? { set: true, tag: value.tag } : value

/** The clock, and how a console would show it. */
export function clockOf(world: MemoryWorld, { settings, clockDriftSeconds }: MemoryAppliance): ClockState {
  const nowMs = world.clock.now() + clockDriftSeconds * 1000
  const [timezone, dateFormat] = [settings.get('time.timezone'), settings.get('time.dateFormat')]
  return {
    now: new Date(nowMs).toISOString(),
    ...(typeof timezone === 'string' &&
      isTimeZone(timezone) && { displayed: showClock(nowMs, timezone, dateFormat as DateFormat) }),
    synchronized: settings.get('time.ntp.enabled') === true && Math.abs(clockDriftSeconds) <= 300,
  }
}

/** The certificate that would be served on the wire. */
export function servedOf({ settings, serialNumber }: MemoryAppliance, now: number): ServedCertificate {
  const stored = settings.get('certificate.certificate')
  if (typeof stored === 'object' && 'content' in stored) {
    const { sha256, pin, subject, notBefore, notAfter } = certificateFacts(stored.content)
    return { sha256, pin, subject, notBefore, notAfter, expired: Date.parse(notAfter) < now }
  }
  const hash = createHash('sha256').update(serialNumber)
  return {
    pin: `sha256/${hash.copy().digest('base64')}`,
    sha256: hash.digest('hex'),
    subject: `CN=${serialNumber}`,
    notBefore: '2020-01-01T00:00:00.000Z',
    notAfter: '2049-12-31T23:59:59.000Z',
    expired: false,
  }
}

/** How the certificates of the peers fare that the appliance speaks TLS with. */
export function checkPeers(appliance: MemoryAppliance, planned: readonly PlannedPeer[]): PeerCheck[] {
  const paths = new Set(planned.map(({ path }) => path))
  const present = presentPeers(appliance).filter(({ path }) => !paths.has(path))
  return [...present, ...planned].map(({ path, host, port }) => {
    const isValid = !appliance.distrustedHosts.includes(host)
    const message = `its certificate ${isValid ? 'is valid' : 'cannot be validated'}`
    return { path, host, port, result: isValid ? 'valid' : 'invalid', message }
  })
}

function presentPeers({ settings }: MemoryAppliance): Pick<PeerCheck, 'path' | 'host' | 'port'>[] {
  const encrypted = [...settings].filter(([path, value]) => isTls(path, value)).map(([path]) => parsePath(path))
  return encrypted.map((segments) => {
    const at = (name: string) => settings.get(formatPath([...segments.slice(0, -1), name]))
    const stored = at('host')
    const host = typeof stored === 'string' ? stored : ''
    const path = formatPath(segments[0] === 'mailServer' ? ['mailServer'] : segments.slice(0, 5))
    return { path, host, port: Number(at('port')) }
  })
}

const isTls = (path: string, value: Stored): boolean =>
  (path === 'mailServer.tls' && value !== 'none') || (path.endsWith('.syslog.protocol') && value === 'tls')

/** Writes fields. An action is replaced whole: what is not named of it goes. */
export function writeSettings(appliance: MemoryAppliance, values: ReadonlyMap<string, WriteValue>): void {
  const actions = new Set([...values.keys()].map(actionOf))
  for (const path of appliance.settings.keys()) {
    const action = actionOf(path)
    if (action !== undefined && actions.has(action)) appliance.settings.delete(path)
  }
  for (const [path, value] of values) {
    if (value === null) appliance.settings.delete(path)
    else appliance.settings.set(path, value)
  }
  appliance.revision++
}

function actionOf(path: string): string | undefined {
  if (!path.startsWith('forwarding.')) return undefined
  const segments = parsePath(path)
  return segments[3] === 'actions' ? formatPath(segments.slice(0, 5)) : undefined
}

export function removeRule({ settings }: MemoryAppliance, rule: string): void {
  const prefix = formatPath(['forwarding', 'rules', rule])
  for (const path of settings.keys()) if (path.startsWith(`${prefix}.`)) settings.delete(path)
}

/** Acquires or renews the lease and sets the intent. */
export function grantLease(world: MemoryWorld, appliance: MemoryAppliance, request: LeaseRequest): LeaseGrant {
  tick(world, appliance)
  const { lease } = appliance
  if (request.fence !== undefined && lease?.fence !== request.fence) {
    throw new DeviceError('LEASE_LOST', `The lease of ${appliance.serialNumber} is gone.`)
  }
  if (request.fence === undefined && lease) {
    const remainingSeconds = (lease.endsAt - world.clock.monotonic()) / 1000
    throw new DeviceError('LEASE_HELD', `The lease of ${appliance.serialNumber} is held by ${lease.holder}.`, {
      facts: { holder: lease.holder, remainingSeconds },
    })
  }
  const revisionBefore = String(appliance.revision)
  if (request.revision !== undefined && request.revision !== revisionBefore) {
    throw new DeviceError('REVISION_CONFLICT', `${appliance.serialNumber} has moved on.`)
  }
  const fence = request.fence ?? ++appliance.lastFence
  const endsAt = world.clock.monotonic() + request.ttlSeconds * 1000
  appliance.lease = { holder: request.holder, fence, endsAt }
  if (request.intent !== undefined) setIntent(appliance, request.intent)
  if (request.owner !== undefined) setOwner(appliance, request.owner)
  return { fence, remainingSeconds: request.ttlSeconds, revision: String(appliance.revision), revisionBefore }
}

function setIntent(appliance: MemoryAppliance, intent: MemoryAppliance['intent']): void {
  if (JSON.stringify(appliance.intent) === JSON.stringify(intent)) return
  appliance.intent = structuredClone(intent)
  appliance.revision++
}

function setOwner(appliance: MemoryAppliance, owner: string | null): void {
  if (appliance.owner === owner) return
  appliance.owner = owner
  appliance.revision++
}

export function releaseLease(appliance: MemoryAppliance, fence: number, clearIntent: boolean): void {
  if (appliance.lease?.fence !== fence) return
  appliance.lease = null
  if (clearIntent) setIntent(appliance, null)
}

/** Refuses a write without the lease or from another revision. */
export function checkGuard(
  world: MemoryWorld,
  appliance: MemoryAppliance,
  guard: { fence?: number; revision?: string },
  leased: boolean,
): void {
  tick(world, appliance)
  if (leased && (guard.fence === undefined || appliance.lease?.fence !== guard.fence)) {
    throw new DeviceError('LEASE_LOST', `A write to ${appliance.serialNumber} came without its lease.`)
  }
  if (guard.revision !== undefined && guard.revision !== String(appliance.revision)) {
    throw new DeviceError('REVISION_CONFLICT', `${appliance.serialNumber} has moved on.`)
  }
}

export function tripleOf({ settings }: MemoryAppliance): AddressTriple {
  const text = (path: string) => {
    const value = settings.get(path)
    return typeof value === 'string' ? value : ''
  }
  return {
    address: text('network.address'),
    subnetMask: text('network.subnetMask'),
    gateway: text('network.gateway'),
  }
}

function setTriple({ settings }: MemoryAppliance, to: AddressTriple): void {
  for (const [key, value] of Object.entries(to)) settings.set(`network.${key}`, value)
}

/** Moves the address. With a guard it reverts unless confirmed. */
export function changeAddress(
  world: MemoryWorld,
  appliance: MemoryAppliance,
  change: { to: AddressTriple; guarded: boolean; confirmWithinSeconds: number },
): void {
  const from = tripleOf(appliance)
  const endsAt = world.clock.monotonic() + change.confirmWithinSeconds * 1000
  if (change.guarded) appliance.networkChange = { id: newId(world, 'change'), from, to: change.to, endsAt }
  setTriple(appliance, change.to)
  appliance.revision++
  if (from.address !== change.to.address) {
    throw new DeviceError('CONNECTION_LOST', `The connection to ${appliance.serialNumber} was lost.`)
  }
}

export function confirmAddress(appliance: MemoryAppliance, id: string): void {
  if (appliance.networkChange?.id !== id) throw new DeviceError('REFUSED', `There is no network change ${id}.`)
  appliance.networkChange = null
  appliance.revision++
}

const refuse = (why: string): DeviceError => new DeviceError('ACTIVATION_FILE_INVALID', `The activation file ${why}.`)

/** Activates with an uploaded file; the three documented failures are told apart. */
export function activate(world: MemoryWorld, appliance: MemoryAppliance, bytes: Uint8Array): void {
  const read = readActivationFile(bytes)
  if ('problem' in read) throw refuse(read.problem)
  const { file } = read
  if (!verifyActivationFile(read, world.verifyKey)) throw refuse('is not signed by the cloud')
  const ageMs = world.clock.now() - Date.parse(file.createdAt)
  if (ageMs > unusedFileDays * dayMs) throw refuse(`is older than ${unusedFileDays} days`)
  if (Math.abs(appliance.clockDriftSeconds) > 300) throw new DeviceError('CLOCK_DRIFT', 'The clock has drifted.')
  if (file.mode === 'cloud' && !appliance.cloudReachable) {
    throw new DeviceError('ACTIVATION_NO_CLOUD', 'The sensor does not reach the cloud.')
  }
  const record = world.records.find(({ id }) => id === file.recordId)
  if (file.mode === 'cloud' && (!record || appliance.rejectActivations-- > 0)) {
    throw new DeviceError('ACTIVATION_REJECTED', 'The service rejected the activation.')
  }
  appliance.rejectActivations = Math.max(0, appliance.rejectActivations)
  const { softwareVersion } = appliance
  const contact = { connected: file.mode === 'cloud', status: 'Ok', lastContact: isoNow(world), softwareVersion }
  if (record) Object.assign(record, contact)
  appliance.activation = {
    name: file.name,
    mode: file.mode,
    site: file.site,
    status: 'Valid',
    expiresAt: file.expiresAt,
    file: { id: file.id, createdAt: file.createdAt, sha256: createHash('sha256').update(bytes).digest('hex') },
    cloud: file.mode === 'cloud' ? { reachable: true, detail: null } : null,
    message: null,
  }
  appliance.revision++
}

/** A person sets a field in the console; `null` unsets. The tag of a secret is cleared. */
export function changeInConsole(
  world: MemoryWorld,
  appliance: MemoryAppliance,
  path: string,
  value: Exclude<Stored, { secret: string }> | { secret: string } | null,
): void {
  const stored = value !== null && typeof value === 'object' && 'secret' in value ? { ...value, tag: null } : value
  if (stored === null) appliance.settings.delete(path)
  else appliance.settings.set(path, stored)
  appliance.revision++
  appliance.audit.unshift({ at: isoNow(world), user: 'operator', from: '10.9.9.9 console', path })
}
