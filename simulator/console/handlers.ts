/** What a console answers beside that what every appliance does. */
import { createHash } from 'node:crypto'
import type { ConsoleRead, ManagedAppliances, ZoneAssignment } from '../../schemas/generated/wire.ts'
import { actorOf, audited } from '../sensor/audit.ts'
import { jobRead, runningJob } from '../sensor/jobs.ts'
import { leaseOf } from '../sensor/lease-state.ts'
import { displayedTime } from '../sensor/clock.ts'
import { testRule } from '../sensor/forwarding.ts'
import { readableSettings } from '../sensor/properties.ts'
import { Refusal } from '../sensor/refusal.ts'
import type { Call, Handlers } from '../sensor/sensor.ts'
import type { Console } from './console.ts'
import type { ManagedSensor, Zone } from './state.ts'

type Content = Omit<ConsoleRead, 'revision' | 'clock' | 'lease'>

function contentOf({ state, world }: Console): Content {
  const job = runningJob(state)
  return {
    kind: 'managementConsole',
    serialNumber: state.serialNumber,
    softwareVersion: state.softwareVersion,
    settings: readableSettings(state.settings),
    sites: state.sites.map(({ name, zones }) => ({ name, zones: [...zones] })),
    sensorBackups: { files: state.collected.length, ...state.collection },
    pending: { job: job && jobRead(job, world.clock.uptimeMs()) },
    intent: state.intent,
    owner: state.owner,
  }
}

/** The revision of a console. What it knows of sensors is a list of its own, and no part of it. */
export function revisionOf(console: Console): string {
  const { pending, ...rest } = contentOf(console)
  const stable = { ...rest, job: pending.job?.id, changes: console.state.changes }
  return createHash('sha256').update(JSON.stringify(stable)).digest('base64url').slice(0, 22)
}

function readConsole(console: Console, { request }: Call) {
  const revision = revisionOf(console)
  const now = new Date(console.nowMs()).toISOString()
  const headers = { etag: `"${revision}"`, 'sensorform-clock': now }
  if (request.headers['if-none-match'] === headers.etag) return { status: 304, headers }
  const uptimeMs = console.world.clock.uptimeMs()
  const held = leaseOf(console.state, uptimeMs)
  const body: ConsoleRead = {
    ...contentOf(console),
    revision,
    clock: { now, displayed: displayedTime(console.nowMs(), displayedAs), synchronized: true },
    lease: held && {
      holder: held.holder,
      fence: held.fence,
      remainingSeconds: (held.endsUptimeMs - uptimeMs) / 1000,
    },
  }
  return { status: 200, headers, body }
}

const displayedAs = { timezone: 'UTC', dateFormat: null, ntp: { enabled: null, server: null } }

function sensorOf({ state }: Console, { params }: Call): ManagedSensor {
  const found = state.sensors.find(({ uid }) => uid === params['uid'])
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'No such sensor has been connected to this console.')
  return found
}

function zoneOf({ state }: Console, { site, zone }: ZoneAssignment): Zone {
  const found = state.sites
    .filter(({ name }) => site === undefined || name === site)
    .flatMap(({ zones }) => zones.filter(({ name }) => name === zone))
  const [first, ...more] = found
  if (!first) throw new Refusal(404, 'NOT_FOUND', `There is no zone ${zone} in Site Management.`)
  if (more.length > 0) throw new Refusal(409, 'INVALID', `Several sites have a zone ${zone}.`)
  return first
}

function assignZone(console: Console, call: Call) {
  const sensor = sensorOf(console, call)
  const { id, name } = zoneOf(console, call.body as ZoneAssignment)
  if (sensor.zoneId !== id) {
    const entry = { action: 'assign zone', path: `sensors.${sensor.name}`, after: name }
    const sensors = console.state.sensors.map((one) => (one.uid === sensor.uid ? { ...one, zoneId: id } : one))
    console.commit({ sensors, audit: audited(console, actorOf(call), [entry]) })
  }
  return { status: 200, body: { revision: console.revision() } }
}

function removeSensor(console: Console, call: Call) {
  const sensor = sensorOf(console, call)
  if (sensor.connection.id === 'SYNCED') throw new Refusal(409, 'CONNECTED', 'The sensor is connected.')
  const entry = { action: 'remove sensor', path: `sensors.${sensor.name}`, before: sensor.uid }
  console.commit({
    sensors: console.state.sensors.filter(({ uid }) => uid !== sensor.uid),
    audit: audited(console, actorOf(call), [entry]),
  })
  return { status: 204 }
}

const listAppliances = ({ state }: Console): ManagedAppliances =>
  state.sensors.map(({ connection, ...sensor }) => ({
    ...sensor,
    connectionState: { ...connection, isConsideredConnected: connection.id === 'SYNCED' },
    state: connection.id,
    dataIntelligenceVersion: null,
    upgradeStatus: null,
    upgradeFinishTime: null,
    hasLog: false,
    isInLearningMode: false,
  }))

export const consoleHandlers: Handlers<Console> = {
  readAppliance: readConsole,
  readConnectionString: (console, call) => {
    console.commit({ audit: audited(console, actorOf(call), [{ action: 'read connection string' }]) })
    const { address, token } = console.state
    return { status: 200, body: { connectionString: `${address}:${token}` } }
  },
  listAppliances: (console) => ({ status: 200, body: listAppliances(console) }),
  assignZone,
  removeSensor,
  listCollectedBackups: ({ state }) => ({ status: 200, body: { files: [...state.collected] } }),
  testRule: (console, call) => testRule(console, call, { name: 'management-console', timezone: 'UTC' }),
}
