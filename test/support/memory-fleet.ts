/** A fleet, a world in memory and an engine over both, in a few lines. */
import { activate, addAppliance, addConsole } from '../../drivers/memory/appliance.ts'
import { createMemoryDriver } from '../../drivers/memory/driver.ts'
import { createMemoryRegistrar } from '../../drivers/memory/registrar.ts'
import { createMemoryWorld, type MemoryAppliance, type MemoryWorld } from '../../drivers/memory/world.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Driver } from '../../reconcile/driver.ts'
import type { ApplyOptions, PlanOptions, Sight, World } from '../../reconcile/engine.ts'
import type { Outcome, RunEvent } from '../../reconcile/outcome.ts'
import type { Plan } from '../../reconcile/plan-types.ts'
import type { Registrar } from '../../reconcile/registrar.ts'
import { planRun, seenIn } from '../../reconcile/run.ts'
import type { DesiredAppliance, DesiredSettings, Fleet } from '../../schemas/fleet.ts'
import { createMemoryStore, type MemoryStore } from './memory-store.ts'
import { packagesOf } from './packages.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** Secrets by the name of their variable. */
export type SecretValues = Record<string, string>

export interface Bench {
  clock: VirtualClock
  memoryWorld: MemoryWorld
  store: MemoryStore
  secrets: SecretValues
  /** Content of update packages by path. */
  packages: Map<string, string>
  events: RunEvent[]
  world: World
}

/** An engine's world over a world in memory. */
export function createBench(driverOf: (world: MemoryWorld) => Driver = createMemoryDriver): Bench {
  const clock = createVirtualClock()
  const memoryWorld = createMemoryWorld(clock)
  const store = createMemoryStore(clock)
  const secrets: SecretValues = { ADMIN: 'admin-password' }
  const events: RunEvent[] = []
  const packages = new Map<string, string>()
  const driver = driverOf(memoryWorld)
  const registrars = new Map<string, Registrar>()
  const registrar = (name: string) => {
    const known = registrars.get(name) ?? createMemoryRegistrar(memoryWorld, name)
    registrars.set(name, known)
    return known
  }
  const world: World = {
    clock,
    memory: store,
    secrets: {
      read: async ({ fromEnv = '' }) => {
        const value = secrets[fromEnv]
        if (value === undefined) throw new DeviceError('SECRET_MISSING', `The variable ${fromEnv} is not set.`)
        return value
      },
    },
    packages: packagesOf(packages),
    fingerprintKey: { id: 'key-1', key: new Uint8Array(32).fill(7) },
    driver: () => driver,
    registrarReader: registrar,
    registrar,
    onEvent: (event) => events.push(event),
    toolVersion: '0.0.0-test',
  }
  return { clock, memoryWorld, store, secrets, packages, events, world }
}

/** A process that starts anew on the same world: what was looked up or kept in memory is gone. */
export function restarted({ world, memoryWorld }: Bench): World {
  const registrars = new Map<string, Registrar>()
  const registrar = (name: string) => {
    const known = registrars.get(name) ?? createMemoryRegistrar(memoryWorld, name)
    registrars.set(name, known)
    return known
  }
  return { ...world, registrar, registrarReader: registrar }
}

export interface SensorOptions {
  key?: string
  address?: string
  site?: string
  identity?: string
  hold?: DesiredAppliance['hold']
  formerKey?: string
}

export const desiredSensor = (settings: DesiredSettings, options: SensorOptions = {}): DesiredAppliance =>
  desiredAppliance('Sensor', settings, { key: 'line-1', address: '10.1.0.5', ...options })

export const desiredConsole = (settings: DesiredSettings, options: SensorOptions = {}): DesiredAppliance =>
  desiredAppliance('ManagementConsole', settings, { key: 'hq', address: '10.1.8.1', ...options })

function desiredAppliance(
  kind: DesiredAppliance['kind'],
  settings: DesiredSettings,
  { key, address, site, identity, hold, formerKey }: SensorOptions & { key: string; address: string },
): DesiredAppliance {
  return {
    kind,
    key,
    labels: {},
    access: {
      driver: 'api',
      endpoint: `https://${address}`,
      credentials: 'default',
      trust: [{ pin: `sha256/${'A'.repeat(43)}=` }],
      ...(identity !== undefined && { identity }),
    },
    settings,
    place: { file: 'fleet.yaml', line: 1, column: 1 },
    origins: new Map(),
    ...(site !== undefined && { site }),
    ...(hold && { hold }),
    ...(formerKey !== undefined && { formerKey }),
  }
}

export function fleetOf(sensors: readonly DesiredAppliance[], more: Partial<Fleet> = {}): Fleet {
  const sites = new Set(sensors.flatMap(({ site }) => site ?? []))
  return {
    root: '/fleet',
    policy: {},
    credentials: new Map([['default', { username: 'admin', password: { fromEnv: 'ADMIN' } }]]),
    registrars: new Map([
      ['cloud', { directory: { path: 'unused' } }],
      ['other', { directory: { path: 'unused' } }],
    ]),
    sites: new Map([...sites].map((name) => [name, { name, labels: {} }])),
    managementConsoles: new Map(),
    sensors: new Map(sensors.map((sensor) => [sensor.key, sensor])),
    ...more,
  }
}

/** A sensor that is installed, registered in the cloud and activated from there. */
export async function installActivated(
  { memoryWorld }: Bench,
  options: { serialNumber?: string; address?: string; name: string; mode?: 'cloud' | 'local'; site?: string },
): Promise<MemoryAppliance> {
  const { serialNumber = 'SN-1', address = '10.1.0.5', name, mode = 'cloud', site = 'plant' } = options
  const appliance = addAppliance(memoryWorld, { serialNumber, address })
  const registrar = createMemoryRegistrar(memoryWorld)
  const record = await registrar.register(name, mode === 'cloud' ? { mode, site } : { mode })
  const file = await registrar.downloadActivation(record)
  activate(memoryWorld, appliance, file)
  memoryWorld.calls.length = 0
  return appliance
}

/** What a person does in the portal before an update to 22.x: the record is made anew and waits for its sensor. */
export function prepareRegistration({ memoryWorld, clock }: Bench): void {
  const [first, ...others] = memoryWorld.records
  if (!first) throw new Error('there is no record')
  const { lastContact: _, ...record } = first
  const createdAt = new Date(clock.now() + 1000).toISOString()
  memoryWorld.records = [{ ...record, connected: false, createdAt }, ...others]
}

/** A management console that is installed; its one site `Plant` has the zones `Assembly` and `Packaging`. */
export const installConsole = (
  { memoryWorld }: Bench,
  { serialNumber = 'MC-1', address = '10.1.8.1', ...more }: Partial<Parameters<typeof addConsole>[1]> = {},
): MemoryAppliance => addConsole(memoryWorld, { serialNumber, address, sites: [plant], ...more })

const plant = {
  name: 'Plant',
  zones: [
    { id: 1, name: 'Assembly' },
    { id: 2, name: 'Packaging' },
  ],
}

/** Consoles by key, as a fleet declares them. */
export const consolesOf = (...consoles: readonly DesiredAppliance[]): Pick<Fleet, 'managementConsoles'> => ({
  managementConsoles: new Map(consoles.map((console) => [console.key, console])),
})

let runs = 0

/** Plans and applies, as `apply` does. */
export async function converge(
  fleet: Fleet,
  world: World,
  options: PlanOptions & Partial<ApplyOptions> = {},
): Promise<{ plan: Plan; sights: readonly Sight[]; outcome: Outcome }> {
  const { plan, sights } = await planRun(fleet, world, { waitForRuns: true, ...options })
  const seen = seenIn(sights)
  const outcome = await applyPlan(plan, fleet, world, { seen, ...options, run: options.run ?? `run-${++runs}` })
  return { plan, sights, outcome }
}

/** What a plan has to say about each sensor, without what always differs. */
export const digestPlan = (plan: Plan) =>
  plan.sensors.map(({ key, status, changes, steps, problems }) => ({
    key,
    status,
    changes: changes.map(({ path }) => path),
    steps: steps.map(({ id }) => id),
    problems: problems.map(({ code }) => code),
  }))
