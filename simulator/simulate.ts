/**
 * Starts simulated sensors and, if wanted, a simulated cloud in this process.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ApplianceKind } from '../schemas/documents.ts'
import { registrarPinKey, type PinFile } from '../schemas/pin-file.ts'
import { createSimulatorClock } from './clock.ts'
import { startCloud, type RunningCloud } from './cloud/cloud.ts'
import { startControl, type Control } from './control.ts'
import { cloudKey, createFaultEngine, strikesAtOnce, type Fault } from './faults.ts'
import { installConsole, installSensor } from './install.ts'
import { asDelivered, createRack, type Hardware } from './hardware.ts'
import { createKeyPool, type KeyPool } from './keys.ts'
import { canMoveOnLoopback } from './loopback.ts'
import type { SimulatorOptions } from './options.ts'
import { createRequestLog, type LoggedRequest } from './request-log.ts'
import { createConsole, type RunningConsole } from './console/appliance.ts'
import type { ConsoleState } from './console/state.ts'
import { createSensor, type RunningSensor } from './sensor/appliance.ts'
import type { SensorState } from './sensor/state.ts'
import { defaultTuning, type World } from './world.ts'

export type {
  SimulatedCloudOptions,
  SimulatedConsoleOptions,
  SimulatedSensorOptions,
  SimulatorOptions,
} from './options.ts'

/** One line of the table of appliances. */
export interface ListedAppliance {
  kind: ApplianceKind
  key: string
  endpoint: string
  pin: string
  serialNumber: string
}

/** A running simulator and the handles that tests need. */
export interface Simulator {
  /** As they are now: an endpoint follows a move. */
  readonly appliances: readonly ListedAppliance[]
  readonly cloud?: RunningCloud
  /** Present when a control port was asked for. */
  readonly control?: { url: string }
  /** Lines for the person who starts it, such as that moves are unavailable. */
  readonly notices: readonly string[]
  /** A sensor. Throws for an unknown key. */
  appliance(key: string): RunningSensor
  /** A sensor or a management console. Throws for an unknown key. */
  either(key: string): RunningSensor | RunningConsole
  /** A management console. Throws for an unknown key. */
  managementConsole(key: string): RunningConsole
  advanceClock(seconds: number): void
  /** Sets the true time, ISO 8601. */
  setClock(at: string): void
  /**
   * Adds a fault and gives its id. One of the appliance itself that names no request strikes at once. Throws for an
   * unknown key.
   */
  addFault(fault: Fault): string
  removeFaults(id?: string): void
  /** Those that are there, with how often each has struck. */
  faults(): readonly (Fault & { id: string; struck: number })[]
  /** Requests after a sequence number, oldest first. */
  requests(since?: number): readonly LoggedRequest[]
  /** Requests of an appliance by operation. */
  counts(key: string, since?: number): Readonly<Record<string, number>>
  /** Takes an appliance away as a power cut would. */
  kill(key: string): Promise<void>
  /** Puts other hardware in an appliance's place and starts it: new, or what stood there before. */
  swapHardware(key: string, hardware: Hardware): Promise<void>
  /** Starts an appliance from what is on its disk. */
  restart(key: string): Promise<void>
  stop(): Promise<void>
}

/** Starts everything; resolves once all of it accepts connections. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { world, cloud } = await createWorld(options)
  const slots = await installAll(options, world, cloud).catch(async (error: unknown) => {
    await cloud?.stop()
    throw error
  })
  const running = new Map<string, RunningAppliance>()
  const boot = async ({ key, port, create }: Slot): Promise<void> => {
    const appliance = create(running.get(key)?.port() ?? port)
    running.set(key, appliance)
    await appliance.start()
  }
  const handles = createHandles(world, running, slots, boot)
  let control: Control | undefined
  const stop = () => stopAll(running, cloud, control)
  try {
    for (const slot of slots) await boot(slot)
    for (const fault of options.faults ?? []) handles.addFault(fault)
    if (options.controlPort !== undefined) control = await startControl(options.controlPort, handles)
    if (options.pinFile !== undefined) writePinFile(options, handles.appliances, cloud)
  } catch (error) {
    await stop()
    throw error
  }
  return Object.assign(handles, {
    notices: world.canMove ? [] : [movesUnavailable],
    ...(cloud && { cloud }),
    ...(control && { control: { url: control.url } }),
    stop,
  })
}

const movesUnavailable =
  'This system has one loopback address only: simulated sensors cannot move, and a change of address is refused (NOT_SUPPORTED).'

async function createWorld(options: SimulatorOptions): Promise<{ world: World; cloud?: RunningCloud }> {
  const clock = createSimulatorClock(options.startAt === undefined ? undefined : Date.parse(options.startAt))
  const shared = { clock, faults: createFaultEngine(options.seed, [], options.onFaultCall), log: createRequestLog() }
  const { stateFolder } = options
  if (stateFolder !== undefined) mkdirSync(stateFolder, { recursive: true })
  const kept = stateFolder === undefined ? {} : { stateFolder }
  const cloud = options.cloud && (await startCloud({ ...options.cloud, ...shared, ...kept }))
  const world: World = {
    ...shared,
    vendorKey: cloud?.publicKey ?? generateKeyPairSync('ed25519').publicKey,
    surroundings: options.surroundings ?? {},
    tuning: { ...defaultTuning, ...options.tuning },
    canMove: await canMoveOnLoopback(),
    consoles: new Map(),
    ...(cloud && { cloud }),
  }
  return { world, ...(cloud && { cloud }) }
}

type RunningAppliance = RunningSensor | RunningConsole

interface Slot {
  key: string
  port: number
  /** Makes the appliance anew from what is on its disk. */
  create: (port: number) => RunningAppliance
  /** Puts other hardware in its place: new from installation, or what stood there before. */
  swap: (hardware: Hardware) => Promise<void>
}

/** Gives every appliance its disk; one that is empty gets a new installation. Consoles come first: sensors call them. */
async function installAll(
  { appliances, managementConsoles = [], stateFolder, seed = 1, distinctKeys }: SimulatorOptions,
  world: World,
  cloud: RunningCloud | undefined,
): Promise<Slot[]> {
  const keys: KeyPool = createKeyPool(distinctKeys, seed)
  const around = { world, keys, seed, ...(cloud && { cloud }) }
  const consoles = managementConsoles.map(async (options) => {
    const { key, port } = options
    const rack = await createRack<ConsoleState>({ stateFolder, key, world }, (hardware) =>
      installConsole({ ...options, ...hardware }, around),
    )
    const create = (port: number) => createConsole({ key, port, world, disk: rack.disk() })
    return { key, port, create, swap: rack.swap }
  })
  const sensors = appliances.map(async (options) => {
    const { key, port } = options
    const rack = await createRack<SensorState>({ stateFolder, key, world }, (hardware) =>
      installSensor(hardware ? { ...asDelivered(options), ...hardware } : options, around),
    )
    const create = (port: number) => createSensor({ key, port, world, disk: rack.disk() })
    return { key, port, create, swap: rack.swap }
  })
  return Promise.all([...consoles, ...sensors])
}

export type Handles = Omit<Simulator, 'control' | 'notices' | 'stop'>

function createHandles(
  world: World,
  running: ReadonlyMap<string, RunningAppliance>,
  slots: readonly Slot[],
  boot: (slot: Slot) => Promise<void>,
): Handles {
  const either = (key: string): RunningAppliance => {
    const found = running.get(key)
    if (!found) throw new RangeError(`there is no simulated appliance ${key} (the cloud is ${cloudKey})`)
    return found
  }
  return {
    get appliances() {
      return [...running.values()].map(listed)
    },
    appliance: (key) => {
      const found = either(key)
      if (!isSensor(found)) throw new RangeError(`${key} is a simulated management console`)
      return found
    },
    managementConsole: (key) => {
      const found = either(key)
      if (isSensor(found)) throw new RangeError(`${key} is a simulated sensor`)
      return found
    },
    either,
    advanceClock: (seconds) => world.clock.advance(seconds),
    setClock: (at) => world.clock.set(Date.parse(at)),
    addFault: (fault) => {
      const { appliance: key } = fault
      const targets = key === undefined ? [...running.values()].filter(isSensor) : key === cloudKey ? [] : [either(key)]
      if (strikesAtOnce(fault)) for (const target of targets) target.strike(fault)
      return world.faults.add(fault)
    },
    removeFaults: (id) => world.faults.remove(id),
    faults: () => world.faults.list(),
    requests: (since) => world.log.since(since),
    counts: (key, since) => world.log.counts(key, since),
    kill: (key) => either(key).stop(),
    swapHardware: async (key, hardware) => {
      await either(key).stop()
      const slot = slots.find((one) => one.key === key)
      await slot?.swap(hardware)
      if (slot) await boot(slot)
    },
    restart: async (key) => {
      await either(key).stop()
      const slot = slots.find((one) => one.key === key)
      if (slot) await boot(slot)
    },
  }
}

const isSensor = (appliance: RunningAppliance): appliance is RunningSensor => appliance.kind === 'Sensor'

const listed = (appliance: RunningAppliance): ListedAppliance => ({
  kind: appliance.kind,
  key: appliance.key,
  endpoint: appliance.endpoint(),
  pin: appliance.pin(),
  serialNumber: appliance.state.serialNumber,
})

async function stopAll(
  running: ReadonlyMap<string, RunningAppliance>,
  cloud?: RunningCloud,
  control?: Control,
): Promise<void> {
  await Promise.all([...running.values()].map((appliance) => appliance.stop()))
  await cloud?.stop()
  await control?.stop()
}

function writePinFile(
  { pinFile = '', cloud: cloudOptions }: SimulatorOptions,
  appliances: readonly ListedAppliance[],
  cloud: RunningCloud | undefined,
): void {
  const pins: PinFile = {}
  for (const { key, pin, serialNumber } of appliances) pins[key] = { pins: [pin], identity: serialNumber }
  for (const registrar of cloudOptions?.registrars ?? []) {
    if (cloud) pins[registrarPinKey(registrar)] = { pins: [cloud.pin] }
  }
  mkdirSync(dirname(pinFile), { recursive: true })
  writeFileSync(pinFile, `${JSON.stringify(pins, null, 2)}\n`)
}
