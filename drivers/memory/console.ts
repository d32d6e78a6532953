/**
 * Management consoles in memory, and the connections of sensors to them. Contacts take no time: whoever looks finds both
 * ends as they are now.
 */
import { consoleTooOld } from '../../formats/version.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { ConsoleConnection, ConsoleSights, ManagedSensor, Write, WriteValue } from '../../reconcile/driver.ts'
import { isAway } from './software.ts'
import type { MemoryAppliance, MemoryConsole, MemoryWorld, Stored } from './world.ts'

const mostDriftSeconds = 300

export const notConfigured: ConsoleConnection = { state: 'NotConfigured', address: null, identity: null, message: null }

type Verdict = 'connected' | 'string' | 'unreachable' | 'token' | 'version' | 'clock'

/** Why a console does not take a sensor, as the sensor shows it and as the console lists it. */
const words: Readonly<Record<Verdict | 'silent', readonly [connection: string, message: string]>> = {
  connected: ['SYNCED', 'Synced'],
  string: ['DISCONNECTED', 'The connection string is not one.'],
  unreachable: ['DISCONNECTED', 'The management console does not answer.'],
  silent: ['DISCONNECTED', 'The sensor is not communicating.'],
  token: ['OUT_OF_SYNC', 'The management console does not know this connection string.'],
  version: ['DISCONNECTED', 'The version of the management console is older than that of the sensor.'],
  clock: ['TIME_DIFF_OFFSET', 'Times drift detected. The sensor is disconnected.'],
}

type Console = MemoryAppliance & { console: MemoryConsole }

const isConsole = (appliance: MemoryAppliance): appliance is Console => appliance.console !== null

/** Throws what a sensor answers to a write that only a management console takes. */
export function consoleOf({ console, serialNumber }: MemoryAppliance): MemoryConsole {
  if (console) return console
  throw new DeviceError('NOT_SUPPORTED', `${serialNumber} is no management console.`)
}

/** What sensors are connected with. */
export const connectionStringOf = ({ address, token }: MemoryConsole): string => `${address}:${token}`

/** What a console tells of itself and of its sensors. */
export const sightsOf = ({ sites, entries, backupsError }: MemoryConsole): ConsoleSights => ({
  sites,
  backupsError,
  sensors: [...entries.values()].map((entry) => ({ ...entry })),
})

/** The connection string that a sensor uses, when the connection is on. */
function stringOf(settings: ReadonlyMap<string, Stored | WriteValue>): string | undefined {
  if (settings.get('managementConsole.enabled') !== true) return undefined
  const stored = settings.get('managementConsole.connectionString')
  return typeof stored === 'object' && stored !== null && 'secret' in stored ? stored.secret : ''
}

interface Contact {
  verdict: Verdict
  address: string | null
  found?: Console
}

function contact(world: MemoryWorld, sensor: MemoryAppliance, text: string): Contact {
  const [, address, token] = /^([0-9.]+):(\S+)$/.exec(text) ?? []
  if (address === undefined) return { verdict: 'string', address: null }
  const found = world.appliances.filter(isConsole).find((one) => one.console.address === address && !isAway(world, one))
  if (!found) return { verdict: 'unreachable', address }
  return { verdict: judge(found, sensor, token), address, found }
}

function judge(found: Console, sensor: MemoryAppliance, token: string | undefined): Verdict {
  if (token !== found.console.token) return 'token'
  if (consoleTooOld(found.softwareVersion, sensor.softwareVersion)) return 'version'
  const isApart = Math.abs(found.clockDriftSeconds - sensor.clockDriftSeconds) > mostDriftSeconds
  return isApart ? 'clock' : 'connected'
}

/** Refuses settings whose connection does not come about. What is stored stays as it was. */
export function checkConnection(
  world: MemoryWorld,
  sensor: MemoryAppliance,
  { values }: Pick<Write & { type: 'set' }, 'values'>,
): void {
  const text = stringOf(new Map<string, Stored | WriteValue>([...sensor.settings, ...values]))
  if (text === undefined) return
  const { verdict } = contact(world, sensor, text)
  if (verdict === 'connected') return
  throw new DeviceError('CONSOLE_FAILED', words[verdict][1], { facts: { reason: verdict } })
}

/** Every sensor contacts its console; those that did not are not communicating. */
export function contactConsoles(world: MemoryWorld): void {
  const consoles = world.appliances.filter(isConsole).filter((one) => !isAway(world, one))
  const heard = new Set(world.appliances.map((sensor) => contactConsole(world, sensor)))
  for (const { console } of consoles) {
    for (const [identity, entry] of console.entries) {
      if (!heard.has(heardKey(console, identity))) console.entries.set(identity, { ...entry, ...told('silent') })
    }
  }
}

const heardKey = ({ address }: MemoryConsole, identity: string): string => `${address} ${identity}`

const told = (verdict: keyof typeof words): Pick<ManagedSensor, 'connection' | 'description'> => ({
  connection: words[verdict][0],
  description: words[verdict][1],
})

/** One contact; both ends note what came of it. Gives who was heard where. */
function contactConsole(world: MemoryWorld, sensor: MemoryAppliance): string | undefined {
  if (sensor.console || isAway(world, sensor)) return undefined
  const text = stringOf(sensor.settings)
  if (text === undefined) {
    sensor.consoleConnection = notConfigured
    return undefined
  }
  const { verdict, address, found } = contact(world, sensor, text)
  sensor.consoleConnection = {
    state: verdict === 'connected' ? 'Connected' : 'Disconnected',
    address,
    // A console that does not answer is still the one that answered last.
    identity:
      found?.serialNumber ?? (address === sensor.consoleConnection.address ? sensor.consoleConnection.identity : null),
    message: verdict === 'connected' ? null : words[verdict][1],
  }
  if (!found) return undefined
  note(found.console, sensor, verdict)
  return heardKey(found.console, sensor.serialNumber)
}

function note({ entries }: MemoryConsole, sensor: MemoryAppliance, verdict: Verdict): void {
  const { serialNumber: identity, softwareVersion, activation } = sensor
  const known = entries.get(identity)
  if (!known && verdict !== 'connected') return
  entries.set(identity, { ...known, identity, name: activation.name ?? 'sensor', softwareVersion, ...told(verdict) })
}

/** Assigns a sensor that was connected once to a zone. */
export function assignZone(
  appliance: MemoryAppliance,
  { identity, zone, site }: Pick<Write & { type: 'assignZone' }, 'identity' | 'zone' | 'site'>,
): void {
  const { entries, sites } = consoleOf(appliance)
  const entry = entries.get(identity)
  if (!entry) throw new DeviceError('REFUSED', 'No such sensor has been connected to this console.')
  const [found, ...more] = sites
    .filter(({ name }) => site === undefined || name === site)
    .flatMap(({ zones }) => zones.filter(({ name }) => name === zone))
  if (!found || more.length > 0) throw new DeviceError('REFUSED', `There is not one zone ${zone} in Site Management.`)
  entries.set(identity, { ...entry, zoneId: found.id })
}

/** Removes the entry of a sensor that is not connected. */
export function removeSensor(appliance: MemoryAppliance, identity: string): void {
  const { entries } = consoleOf(appliance)
  if (entries.get(identity)?.connection === words.connected[0])
    throw new DeviceError('REFUSED', 'The sensor is connected.')
  entries.delete(identity)
}
