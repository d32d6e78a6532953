/** The connection of a sensor to its management console. */
import type { ConsoleLink, ConsoleRefusal, SensorLink } from '../console-link.ts'
import { probeTls } from '../tls-probe.ts'
import type { ApplianceRead } from '../../schemas/generated/wire.ts'
import { backupsRead } from './backup.ts'
import { Refusal } from './refusal.ts'
import type { Sensor } from './sensor.ts'
import type { Merged } from './settings.ts'
import type { SensorState, Settings } from './state.ts'

const everyMs = 60_000
const stringPath = 'managementConsole.connectionString'

type Failure = 'string' | 'unreachable' | ConsoleRefusal

/** In the words of the console. Documented, but for the first, the second and the third. */
const messages: Readonly<Record<Failure, string>> = {
  string: 'The connection string is not one: it is made of an address and a token, <address>:<token>.',
  unreachable: 'The management console does not answer.',
  token: 'The management console does not know this connection string.',
  clock: 'Times drift detected. The sensor is disconnected until the clocks agree.',
  version: 'The version of the management console is older than that of the sensor.',
  certificate: 'Not communicating. Check the network, or the certificate validation.',
}

interface ConnectionString {
  address: string
  token: string
}

function parse(text: string): ConnectionString | undefined {
  const [, address, token] = /^([0-9.]{7,15}):([\x21-\x7e]{8,})$/.exec(text) ?? []
  return address === undefined || token === undefined ? undefined : { address, token }
}

/** The console that the settings name, when the connection is on. */
function wanted({ settings, secrets }: Merged<Settings>): string | undefined {
  const { enabled } = settings.managementConsole
  return enabled === true ? (secrets[stringPath] ?? '') : undefined
}

/**
 * Tries the connection that new settings ask for, before they are taken over. Throws a Refusal, and leaves all as it was,
 * when the console does not take the sensor.
 */
export async function connectTo(sensor: Sensor, merged: Merged<Settings>): Promise<Partial<SensorState>> {
  const [before, after] = [wanted(sensor.state), wanted(merged)]
  if (after === undefined) {
    if (before !== undefined) leave(sensor, before)
    return { console: null }
  }
  if (after === before && sensor.memory.console?.state === 'Connected') return {}
  const { result, link } = await contact(sensor, after)
  if (result !== 'connected') {
    throw new Refusal(422, 'CONSOLE_FAILED', messages[result], { details: { reason: result } })
  }
  // A console that gives out another string than before is the same one.
  if (before !== undefined && parse(before)?.address !== parse(after)?.address) leave(sensor, before)
  remember(sensor, 'connected')
  return link ? { console: { serialNumber: link.serialNumber } } : {}
}

/** Where the console answers that the sensor is connected to. */
export const consoleEndpoint = ({ state, world }: Sensor): string | undefined =>
  world.consoles.get(parse(wanted(state) ?? '')?.address ?? '')?.endpoint()

function leave(sensor: Sensor, text: string): void {
  sensor.world.consoles.get(parse(text)?.address ?? '')?.left(sensor.state.serialNumber)
  delete sensor.memory.console
}

interface Contact {
  result: 'connected' | Failure
  link?: ConsoleLink
}

/** One contact: a real handshake each way, then the token. */
async function contact(sensor: Sensor, text: string): Promise<Contact> {
  const string = parse(text)
  if (!string) return { result: 'string' }
  const { consoles, faults } = sensor.world
  const struck = faults.strike({ appliance: sensor.key, operation: 'consoleContact', method: 'CONNECT', path: '' })
  const link = consoles.get(string.address)
  if (!link || struck.some(({ kind }) => kind === 'consoleUnreachable')) return { result: 'unreachable' }
  const there = await probeTls(link.endpoint(), authoritiesOf(sensor.state))
  if (there !== 'good') return { result: there, link }
  const own = linkOf(sensor)
  const back = await probeTls(sensor.endpoint(), link.authorities())
  if (back === 'certificate') link.failed(own, 'certificate')
  return back === 'good' ? { result: link.contact(string.token, own), link } : { result: back, link }
}

/** With validation on, a peer is judged by the sensor's own chain, or by its certificate where it has none. */
export function authoritiesOf({ settings }: { settings: Pick<Settings, 'certificate'> }): string | null {
  const { validation, chain, certificate } = settings.certificate
  return validation === 'mandatory' ? (chain ?? certificate ?? '') : null
}

const linkOf = (sensor: Sensor): SensorLink => ({
  serialNumber: sensor.state.serialNumber,
  name: () => sensor.state.activation?.name ?? 'sensor',
  softwareVersion: () => sensor.state.softwareVersion,
  address: () => sensor.state.settings.network.address ?? '',
  endpoint: () => sensor.endpoint(),
  isActivated: () => sensor.state.activation !== null,
  isUp: () => sensor.isUp(),
  nowMs: () => sensor.nowMs(),
  latestBackup: () => backupsRead(sensor.state).latest,
  takeMailServer: (patch, by) => sensor.takeMailServer(patch, by),
})

function remember(sensor: Sensor, result: Contact['result']): void {
  sensor.memory.console =
    result === 'connected'
      ? { state: 'Connected', message: null }
      : { state: 'Disconnected', message: messages[result] }
}

/** Uptime at which the next contact is due. */
export const nextContactUptimeMs = (sensor: Sensor): number =>
  wanted(sensor.state) === undefined ? Infinity : sensor.memory.consoleContactUptimeMs + everyMs

/** Contacts the console when that is due. */
export function sendDueContact(sensor: Sensor): void {
  const text = wanted(sensor.state)
  const uptimeMs = sensor.world.clock.uptimeMs()
  if (text === undefined || nextContactUptimeMs(sensor) > uptimeMs) return
  sensor.memory.consoleContactUptimeMs = uptimeMs
  void contact(sensor, text).then(({ result, link }) => {
    if (!sensor.isUp() || wanted(sensor.state) !== text) return
    const before = sensor.memory.console?.state
    remember(sensor, result)
    const known = sensor.state.console?.serialNumber
    if (before !== sensor.memory.console?.state || (link && known !== link.serialNumber)) {
      sensor.commit(link ? { console: { serialNumber: link.serialNumber } } : { console: sensor.state.console })
    }
  })
}

/** The connection as the bulk read shows it. */
export function connectionRead(sensor: Sensor): ApplianceRead['consoleConnection'] {
  const text = wanted(sensor.state)
  if (text === undefined) return { state: 'NotConfigured', address: null, serialNumber: null, message: null }
  const { state, message } = sensor.memory.console ?? { state: 'Disconnected', message: messages.unreachable }
  return {
    state,
    address: parse(text)?.address ?? null,
    serialNumber: sensor.state.console?.serialNumber ?? null,
    message,
  }
}
