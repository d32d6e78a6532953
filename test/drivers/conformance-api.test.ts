/**
 * The api driver and the azure registrar, under the engine, against simulated sensors and a simulated cloud.
 *
 * Addresses: 127.20.150.0/24 to 127.20.152.0/24.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { createApiDriver } from '../../drivers/api/driver.ts'
import type { Clock } from '../../reconcile/clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { World } from '../../reconcile/engine.ts'
import { createAzureRegistrar } from '../../registrars/azure/registrar.ts'
import { parsePath } from '../../schemas/fields.ts'
import type { LoadedSecret } from '../../schemas/fleet.ts'
import { startSimulator } from '../../simulator/simulate.ts'
import { desiredSensor, fleetOf } from '../support/memory-fleet.ts'
import { createMemoryStore } from '../support/memory-store.ts'
import { listenStream } from '../support/receivers.ts'
import { makeCertificate } from '../transport/pki.ts'
import { noPackages } from '../support/packages.ts'
import { describeConformance, type ConformanceWorld } from './conformance.ts'

/** The right time, but no long waits. */
const clock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: (ms, signal) => wait(Math.min(ms, 40), undefined, signal && { signal }),
}

/** One simulator for all tests; each test takes a sensor of its own. */
const sensors = Array.from({ length: 80 }, (_, index) => ({ key: `line-${index + 1}`, host: index + 1 }))
const simulator = await startSimulator({
  appliances: sensors.map(({ key, host }) => ({
    key,
    address: `127.20.150.${host}`,
    port: 0,
    username: 'admin',
    password: 'admin-password',
    settings: { network: { hostname: 'sensor', subnetMask: '255.255.255.0', gateway: '127.20.150.254' } },
    activated: { name: key, mode: 'cloud', site: 'plant' },
  })),
  cloud: {
    address: '127.20.152.1',
    port: 0,
    subscriptionId: 'subscription',
    location: 'eastus',
    token: 'cloud-token',
    sites: ['plant'],
  },
  distinctKeys: 1,
  tuning: { jobMs: 20, requestsPerSecond: 10_000 },
})
afterAll(() => simulator.stop())
let taken = 0

async function openSimulated(): Promise<ConformanceWorld> {
  const { key, host } = sensors[taken++] ?? { key: '', host: 0 }
  const appliance = simulator.appliances.find((one) => one.key === key)
  if (!appliance || !simulator.cloud) throw new Error('the simulator has no sensor left, or no cloud')
  const values: Record<string, string> = { ADMIN: 'admin-password', CLOUD: 'cloud-token' }
  const readSecret = async ({ fromEnv = '' }: LoadedSecret): Promise<string> => {
    const value = values[fromEnv]
    if (value === undefined) throw new DeviceError('SECRET_MISSING', `The variable ${fromEnv} is not set.`)
    return value
  }
  const driver = createApiDriver({ clock, readSecret, random: () => 0 })
  const registrar = createAzureRegistrar(
    'cloud',
    {
      endpoint: simulator.cloud.endpoint,
      subscriptionId: 'subscription',
      location: 'eastus',
      token: { fromEnv: 'CLOUD' },
      trust: [{ pin: simulator.cloud.pin }],
    },
    { clock, readSecret, random: () => 0 },
  )
  const world: World = {
    clock,
    memory: createMemoryStore(clock),
    secrets: { read: readSecret },
    packages: noPackages,
    fingerprintKey: { id: 'key-1', key: new Uint8Array(32).fill(7) },
    driver: () => driver,
    registrar: () => registrar,
    registrarReader: () => registrar,
    onEvent: () => {},
    toolVersion: '0.0.0-test',
  }
  const { sensors: _, ...fleet } = fleetOf([])
  const template = desiredSensor({}, { identity: appliance.serialNumber })
  const access = { ...template.access, endpoint: appliance.endpoint, trust: [{ pin: appliance.pin }] }
  return {
    world,
    support: driver.support,
    sensor: { ...template, access },
    fleet,
    registeredName: key,
    addresses: [`127.20.151.${host}`, `127.20.150.${host}`],
    changeInConsole: async (path, value) => {
      const [aspect = '', ...rest] = parsePath(path)
      const patch = rest.reduceRight((inner: unknown, segment) => ({ [segment]: inner }), inConsole(value))
      await simulator.appliance(key).changeInConsole('operator', aspect as 'time', patch)
    },
    distrustedPeer: async () => {
      const { port } = await listenStream(makeCertificate({ cn: 'siem' }))
      return { host: '127.0.0.1', port }
    },
    setSecret: (name, value) => {
      values[name] = value
    },
    close: () => registrar.close?.(),
  }
}

/** A value as a write would say it. */
function inConsole(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('secret' in value) return { value: value.secret, tag: null }
  return 'content' in value ? value.content : value
}

describeConformance({ name: 'api', open: openSimulated })
