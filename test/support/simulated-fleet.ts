/** Simulated sensors and a cloud, and an engine that reaches them over the api driver and the azure registrar. */
import { setTimeout as wait } from 'node:timers/promises'
import { createApiDriver } from '../../drivers/api/driver.ts'
import { readPackage } from '../../load/package-file.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import type { Clock } from '../../reconcile/clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { ApplyOptions, PlanOptions, World } from '../../reconcile/engine.ts'
import type { Outcome } from '../../reconcile/outcome.ts'
import type { AppliancePlan, Plan } from '../../reconcile/plan-types.ts'
import type { Registrar } from '../../reconcile/registrar.ts'
import { planRun, seenIn } from '../../reconcile/run.ts'
import { createAzureRegistrar, type AzureConfig, type AzureDeps } from '../../registrars/azure/registrar.ts'
import type { DesiredAppliance, DesiredSettings, Fleet, LoadedSecret } from '../../schemas/fleet.ts'
import type { SimulatedCloudOptions, SimulatedSensorOptions } from '../../simulator/options.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulate.ts'
import { desiredSensor, fleetOf } from './memory-fleet.ts'
import { createMemoryStore, type MemoryStore } from './memory-store.ts'

export interface SimulatedFleetOptions extends Omit<SimulatorOptions, 'appliances' | 'cloud'> {
  /** One sensor each, keys are line-1, line-2, … */
  addresses: readonly string[]
  sensor?: Partial<SimulatedSensorOptions>
  /** Address of the cloud; none without. */
  cloudAddress?: string
  cloud?: Partial<SimulatedCloudOptions>
  /** Resource ids of IoT hubs by the name of their registrar, `cloud` or `other`. */
  hubs?: Readonly<Record<string, string>>
}

export interface SimulatedFleet {
  simulator: Simulator
  world: World
  store: MemoryStore
  secrets: Record<string, string>
  /** Every sensor with these settings. */
  readonly fleet: (settings: Settings) => Fleet
  /** Lets time pass on both sides. */
  readonly advance: (seconds: number) => void
  /** Plans and applies, as `apply` does; `sensor`, `outcome` and `step` are those of the first. */
  readonly converge: (settings: Settings, options?: PlanOptions & Partial<ApplyOptions>) => Promise<Converged>
  readonly close: () => Promise<void>
}

/** Of every sensor, or by key. */
export type Settings = DesiredSettings | ((key: string) => DesiredSettings)

export interface Converged {
  plan: Plan
  whole: Outcome
  sensor: AppliancePlan
  outcome: Outcome['sensors'][number]
  step: Outcome['sensors'][number]['steps'][number] | undefined
}

/** The right time and what was advanced, but no long waits. */
const clockOf = (advancedMs: () => number): Clock => ({
  now: () => Date.now() + advancedMs(),
  monotonic: () => performance.now() + advancedMs(),
  sleep: (ms, signal) => wait(Math.min(ms, 40), undefined, signal && { signal }),
})

export async function openSimulated(options: SimulatedFleetOptions): Promise<SimulatedFleet> {
  const simulator = await start(options)
  let advancedMs = 0
  const clock = clockOf(() => advancedMs)
  const secrets: Record<string, string> = { ADMIN: 'admin-password', CLOUD: 'cloud-token' }
  const store = createMemoryStore(clock)
  const world = worldOf(simulator, clock, store, secrets, options.hubs)
  const installed = [...simulator.appliances]
  const fleet: SimulatedFleet['fleet'] = (settings) => fleetOf(installed.map((one) => desired(one, settings)))
  let runs = 0
  return {
    simulator,
    world,
    store,
    secrets,
    fleet,
    advance(seconds) {
      advancedMs += seconds * 1000
      simulator.advanceClock(seconds)
    },
    async converge(settings, given = {}) {
      const declared = fleet(settings)
      // A registrar keeps what it has looked up for one run.
      const own = worldOf(simulator, clock, store, secrets, options.hubs)
      const { plan, sights } = await planRun(declared, own, { waitForRuns: true, ...given })
      const whole = await applyPlan(plan, declared, own, { run: `run-${++runs}`, seen: seenIn(sights), ...given })
      await own.registrar('cloud').close?.()
      const [[sensor], [outcome]] = [plan.sensors, whole.sensors]
      if (!sensor || !outcome) throw new Error('there is no sensor')
      return { plan, whole, sensor, outcome, step: outcome.steps[0] }
    },
    async close() {
      for (const name of ['cloud', 'other']) await world.registrar(name).close?.()
      await simulator.stop()
    },
  }
}

function start({ addresses, sensor, cloudAddress, cloud, ...options }: SimulatedFleetOptions): Promise<Simulator> {
  const site = cloudAddress === undefined ? {} : { site: 'plant' }
  return startSimulator({
    appliances: addresses.map((address, index) => ({
      key: `line-${index + 1}`,
      address,
      port: 0,
      username: 'admin',
      password: 'admin-password',
      ...(cloudAddress !== undefined && { activated: { name: `line-${index + 1}`, mode: 'cloud' as const, ...site } }),
      ...sensor,
    })),
    ...(cloudAddress !== undefined && {
      cloud: {
        address: cloudAddress,
        port: 0,
        subscriptionId: 'subscription',
        location: 'eastus',
        token: 'cloud-token',
        sites: ['plant'],
        ...cloud,
      },
    }),
    distinctKeys: 1,
    tuning: { jobMs: 20, requestsPerSecond: 10_000, driftSecondsPerDay: 0 },
    ...options,
  })
}

function openRegistrar(
  name: string,
  { cloud }: Simulator,
  deps: Pick<AzureDeps, 'clock' | 'readSecret'>,
  hub: string | undefined,
): Registrar {
  const config: AzureConfig = {
    endpoint: cloud?.endpoint ?? 'https://127.0.0.1:9',
    subscriptionId: 'subscription',
    location: 'eastus',
    token: { fromEnv: 'CLOUD' },
    trust: [{ pin: cloud?.pin ?? '' }],
    ...(hub !== undefined && { hub }),
  }
  return createAzureRegistrar(name, config, { ...deps, random: () => 0 })
}

function worldOf(
  simulator: Simulator,
  clock: Clock,
  memory: MemoryStore,
  secrets: Record<string, string>,
  hubs: Readonly<Record<string, string>> = {},
): World {
  const read = async ({ fromEnv = '' }: LoadedSecret): Promise<string> => {
    const value = secrets[fromEnv]
    if (value === undefined) throw new DeviceError('SECRET_MISSING', `The variable ${fromEnv} is not set.`)
    return value
  }
  const driver = createApiDriver({ clock, readSecret: read, random: () => 0 })
  const registrars = new Map<string, Registrar>()
  const registrar = (name: string): Registrar => {
    const known = registrars.get(name) ?? openRegistrar(name, simulator, { clock, readSecret: read }, hubs[name])
    registrars.set(name, known)
    return known
  }
  return {
    clock,
    memory,
    secrets: { read },
    packages: { find: readPackage },
    fingerprintKey: { id: 'key-1', key: new Uint8Array(32).fill(7) },
    driver: () => driver,
    registrar,
    registrarReader: registrar,
    onEvent: () => {},
    toolVersion: '0.0.0-test',
  }
}

function desired(
  { key, endpoint, pin, serialNumber }: Simulator['appliances'][number],
  settings: Settings,
): DesiredAppliance {
  const of = typeof settings === 'function' ? settings(key) : settings
  const template = desiredSensor(of, { key, identity: serialNumber })
  return { ...template, access: { ...template.access, endpoint, trust: [{ pin }] } }
}
