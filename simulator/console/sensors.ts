/** The sensors of a console: who is connected, who is not, and why; documented words. */
import type { ConsoleRefusal, SensorLink } from '../console-link.ts'
import { consoleTooOld } from '../../formats/version.ts'
import type { Console } from './console.ts'
import { notify } from './notify.ts'
import type { ConnectionId, ManagedSensor } from './state.ts'

/** Clocks that differ by more than this disconnect a sensor. */
const mostDriftMs = 5 * 60 * 1000
/** Sensors contact their console every minute; after so long without one they count as disconnected. */
const silentMs = 150_000

const descriptions: Readonly<Record<ConsoleRefusal | 'silent' | 'left' | 'connected', string>> = {
  connected: 'Synced',
  clock: 'Times drift detected. The sensor is disconnected.',
  version: 'The version of the management console is older than that of the sensor. The sensor is disconnected.',
  certificate: 'The sensor is not communicating. Check the network, or the certificate validation.',
  silent: 'The sensor is not communicating. Check the network, or the certificate validation.',
  token: 'Cannot process data from the sensor.',
  left: 'The sensor was disconnected from the management console.',
}

const ids: Readonly<Record<keyof typeof descriptions, ConnectionId>> = {
  connected: 'SYNCED',
  clock: 'TIME_DIFF_OFFSET',
  version: 'DISCONNECTED',
  certificate: 'DISCONNECTED',
  silent: 'DISCONNECTED',
  token: 'OUT_OF_SYNC',
  left: 'DISCONNECTED',
}

/** Takes the contact of a sensor, or refuses it. */
export function takeContact(console: Console, token: string, sensor: SensorLink): 'connected' | ConsoleRefusal {
  const verdict = judge(console, token, sensor)
  const known = console.state.sensors.some(({ uid }) => uid === sensor.serialNumber)
  if (verdict === 'connected' || known) see(console, sensor, verdict)
  return verdict
}

function judge(console: Console, token: string, sensor: SensorLink): 'connected' | ConsoleRefusal {
  const { state } = console
  if (token !== state.token) return 'token'
  if (consoleTooOld(state.softwareVersion, sensor.softwareVersion())) return 'version'
  return Math.abs(console.nowMs() - sensor.nowMs()) > mostDriftMs ? 'clock' : 'connected'
}

/** Notes what is known of a sensor now; a change of its connection is told. */
export function see(console: Console, sensor: SensorLink, verdict: keyof typeof descriptions): void {
  const { state, world, links } = console
  const before = state.sensors.find(({ uid }) => uid === sensor.serialNumber)
  const seen: ManagedSensor = {
    id: before?.id ?? Math.max(0, ...state.sensors.map(({ id }) => id)) + 1,
    uid: sensor.serialNumber,
    name: sensor.name(),
    version: sensor.softwareVersion(),
    interfaceAddress: sensor.address(),
    isActivated: sensor.isActivated(),
    zoneId: before?.zoneId ?? null,
    connection: { id: ids[verdict], description: descriptions[verdict] },
  }
  links.set(sensor.serialNumber, { sensor, atUptimeMs: world.clock.uptimeMs() })
  if (JSON.stringify(before) !== JSON.stringify(seen)) replace(console, seen)
  tellConnection(console, before, seen)
}

function replace(console: Console, seen: ManagedSensor): void {
  const others = console.state.sensors.filter(({ uid }) => uid !== seen.uid)
  console.commit({ sensors: [...others, seen].sort((one, other) => one.id - other.id) })
}

const isConnected = (sensor: ManagedSensor | undefined): boolean => sensor?.connection.id === 'SYNCED'

function tellConnection(console: Console, before: ManagedSensor | undefined, after: ManagedSensor): void {
  if (isConnected(before) && !isConnected(after)) {
    const detail = `Sensor ${after.name} is disconnected. ${after.connection.description}`
    notify(console, { title: 'Sensor disconnected', detail, severity: 'Major', sensor: after })
  }
  if (before && !isConnected(before) && isConnected(after)) {
    const detail = `Sensor ${after.name} is connected again.`
    notify(console, { title: 'Sensor connected', detail, severity: 'Warning', sensor: after })
  }
}

/** Sensors that have been silent for too long count as disconnected. */
export function markSilent(console: Console): void {
  const { state, world, links } = console
  for (const sensor of state.sensors.filter(isConnected)) {
    const link = links.get(sensor.uid)
    if (link && world.clock.uptimeMs() - link.atUptimeMs <= silentMs) continue
    if (!link) links.set(sensor.uid, { sensor: absent(sensor), atUptimeMs: world.clock.uptimeMs() })
    else disconnect(console, sensor, 'silent')
  }
}

/** After a restart nobody has called yet: the time without a contact counts from then on. */
const absent = (sensor: ManagedSensor): SensorLink => ({
  serialNumber: sensor.uid,
  name: () => sensor.name,
  softwareVersion: () => sensor.version,
  address: () => sensor.interfaceAddress,
  endpoint: () => '',
  isActivated: () => sensor.isActivated,
  isUp: () => false,
  nowMs: () => 0,
  latestBackup: () => null,
  takeMailServer: () => Promise.resolve(),
})

/** Says of a known sensor that it is not connected any more. */
export function disconnect(console: Console, sensor: ManagedSensor, why: 'silent' | 'left' | 'certificate'): void {
  const after = { ...sensor, connection: { id: ids[why], description: descriptions[why] } }
  replace(console, after)
  if (why !== 'left') tellConnection(console, sensor, after)
}

/** When the next sensor may turn out to be silent, in ms from now. */
export function nextSilenceMs({ state, world, links }: Console): number {
  const deadlines = state.sensors
    .filter(isConnected)
    .map(({ uid }) => (links.get(uid)?.atUptimeMs ?? world.clock.uptimeMs() - silentMs) + silentMs + 1)
  return Math.min(Infinity, ...deadlines) - world.clock.uptimeMs()
}
