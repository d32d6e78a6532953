/** Installing a simulated sensor: what is on its disk when it is first switched on. */
import { createHash } from 'node:crypto'
import { readActivationFile } from '../formats/activation-file.ts'
import type { SimulatedCloud } from './cloud-link.ts'
import { selfSigned, type KeyPool } from './keys.ts'
import { installedConsole, type ConsoleState } from './console/state.ts'
import type { SimulatedConsoleOptions, SimulatedSensorOptions } from './options.ts'
import { clockAfter } from './sensor/clock.ts'
import { mergeSettings } from './sensor/settings.ts'
import { installedState, type Aspect, type InstalledFile, type SensorState } from './sensor/state.ts'
import type { World } from './world.ts'

const defaults = { softwareVersion: '22.3.8.91', hardwareProfile: 'L500' } as const

/** Makes the first state of a sensor; activates it where the options say so. */
export async function installSensor(
  options: SimulatedSensorOptions,
  { world, keys, seed, cloud }: { world: World; keys: KeyPool; seed: number; cloud?: SimulatedCloud },
): Promise<SensorState> {
  const { key, address, username, password, moreUsers = [], activated } = options
  const serialNumber = options.serialNumber ?? serialNumberOf(seed, key)
  const nowMs = world.clock.nowMs()
  const served = selfSigned(await keys.next(), `sensor-${serialNumber}`, serialNumber, nowMs)
  const { softwareVersion, hardwareProfile } = { ...defaults, ...options }
  const users = [{ username, password }, ...moreUsers]
  const blank = { serialNumber, softwareVersion, hardwareProfile, address, users, served, nowMs }
  const state = withSettings(installedState(blank), options, world)
  return activated
    ? { ...state, activation: activeFile(activated, { cloud, world, serialNumber, softwareVersion }) }
    : state
}

/** Makes the first state of a management console. */
export async function installConsole(
  { key, address, username, password, moreUsers = [], sites = [], ...given }: SimulatedConsoleOptions,
  { world, keys, seed }: { world: World; keys: KeyPool; seed: number },
): Promise<ConsoleState> {
  const serialNumber = given.serialNumber ?? serialNumberOf(seed, key)
  const nowMs = world.clock.nowMs()
  const served = selfSigned(await keys.next(), `console-${serialNumber}`, serialNumber, nowMs)
  const softwareVersion = given.softwareVersion ?? defaults.softwareVersion
  const users = [{ username, password }, ...moreUsers]
  return installedConsole({ serialNumber, softwareVersion, address, users, served, sites, nowMs })
}

const serialNumberOf = (seed: number, key: string): string =>
  `SIM-${createHash('sha256').update(`${seed}/${key}`).digest('hex').slice(0, 12).toUpperCase()}`

function withSettings(state: SensorState, { settings = {} }: SimulatedSensorOptions, world: World): SensorState {
  let next = state
  for (const [aspect, patch] of Object.entries(settings)) {
    next = { ...next, ...mergeSettings('Sensor', next, aspect as Aspect, patch) }
  }
  return { ...next, clock: clockAfter(next, world, next.settings.time) }
}

interface ActivationContext {
  cloud: SimulatedCloud | undefined
  world: World
  serialNumber: string
  softwareVersion: string
}

function activeFile(
  activated: NonNullable<SimulatedSensorOptions['activated']>,
  { cloud, world, serialNumber, softwareVersion }: ActivationContext,
): InstalledFile {
  if (!cloud) return fileWithoutCloud(activated, world.clock.nowMs(), serialNumber)
  const zip = cloud.seed(activated)
  const read = readActivationFile(zip)
  if ('problem' in read) throw new TypeError(`the simulated cloud made a file that ${read.problem}`)
  const { file } = read
  cloud.connect(file.id, serialNumber, file.name, softwareVersion)
  return { ...file, sha256: createHash('sha256').update(zip).digest('hex') }
}

const yearMs = 365 * 86_400_000

/** Without a cloud nobody signs files; the sensor has one as if it had come from elsewhere. */
function fileWithoutCloud(
  { name, mode, site }: NonNullable<SimulatedSensorOptions['activated']>,
  nowMs: number,
  serialNumber: string,
): InstalledFile {
  return {
    id: `installed-${serialNumber}`,
    name,
    mode,
    subscriptionId: 'simulated',
    site: mode === 'cloud' ? (site ?? null) : null,
    recordId: `record-${serialNumber}`,
    createdAt: new Date(nowMs).toISOString(),
    expiresAt: mode === 'local' ? new Date(nowMs + yearMs).toISOString() : null,
    sha256: createHash('sha256').update(serialNumber).digest('hex'),
  }
}
