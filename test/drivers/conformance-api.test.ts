/**
 * The api driver and the azure registrar, under the engine, against simulated sensors and consoles and a simulated cloud.
 *
 * Addresses: 127.20.150.0/24 to 127.20.153.0/24.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { createApiDriver } from '../../drivers/api/driver.ts'
import type { Clock } from '../../reconcile/clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { World } from '../../reconcile/engine.ts'
import { createAzureRegistrar } from '../../registrars/azure/registrar.ts'
import { parsePath } from '../../schemas/fields.ts'
import type { DesiredAppliance, LoadedSecret } from '../../schemas/fleet.ts'
import { startSimulator } from '../../simulator/simulate.ts'
import { simulatedPackage } from '../../simulator/software-package.ts'
import { desiredConsole, desiredSensor, fleetOf } from '../support/memory-fleet.ts'
import { createMemoryStore } from '../support/memory-store.ts'
import { listenStream } from '../support/receivers.ts'
import { makeCertificate } from '../transport/pki.ts'
import { packagesOf, sha256Of } from '../support/packages.ts'
import { describeConformance } from './conformance.ts'
import { consoleSamples, samples } from './samples.ts'
import type { ConformanceWorld, ConsoleUnderTest, UnderTest } from './conformance-session.ts'

/** The right time, but no long waits. */
const clock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: (ms, signal) => wait(Math.min(ms, 40), undefined, signal && { signal }),
}

const version = '22.3.9'
const file = `/packages/sensor-secured-patcher-${version}.tar`
const content = simulatedPackage(version)

/** One simulator for all tests; each test takes a sensor of its own. */
const testsBesideSamples = 30
const enough = samples.length + consoleSamples.length + testsBesideSamples
const sensors = Array.from({ length: enough }, (_, index) => ({ key: `line-${index + 1}`, host: index + 1 }))
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
  managementConsoles: ['hq', 'spare', 'old', 'own'].map((key, index) => ({
    key,
    address: `127.20.153.${index + 1}`,
    port: 0,
    username: 'admin',
    password: 'admin-password',
    sites: [{ name: 'Plant', zones: ['Assembly', 'Packaging'] }],
    softwareVersion: key === 'old' ? '22.2.9' : version,
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
  tuning: { jobMs: 20, updateMs: 400, serviceRestartMs: 50, requestsPerSecond: 10_000 },
})
afterAll(() => simulator.stop())
let taken = 0

async function openSimulated(): Promise<ConformanceWorld> {
  const { key, host } = sensors[taken++] ?? { key: '', host: 0 }
  if (key === '' || !simulator.cloud) throw new Error('the simulator has no sensor left, or no cloud')
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
    packages: packagesOf(new Map([[file, content]])),
    fingerprintKey: { id: 'key-1', key: new Uint8Array(32).fill(7) },
    driver: () => driver,
    registrar: () => registrar,
    registrarReader: () => registrar,
    onEvent: () => {},
    toolVersion: '0.0.0-test',
  }
  const { sensors: _, managementConsoles: __, ...fleet } = fleetOf([])
  return {
    world,
    support: driver.support,
    sensor: underTest(key, desiredSensor({}, { key: 'line-1' })),
    fleet,
    registeredName: key,
    addresses: [`127.20.151.${host}`, `127.20.150.${host}`],
    consoles: {
      hq: consoleUnderTest('hq'),
      spare: consoleUnderTest('spare'),
      old: consoleUnderTest('old'),
      own: consoleUnderTest('own'),
    },
    update: { version, package: { file, sha256: sha256Of(content) } },
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

/** A simulated appliance, and a person at its console. */
function underTest(simulated: string, template: DesiredAppliance): UnderTest {
  const found = simulator.appliances.find((one) => one.key === simulated)
  if (!found) throw new Error(`the simulator has no appliance ${simulated}`)
  const { endpoint, pin, serialNumber: identity } = found
  return {
    document: { ...template, access: { ...template.access, endpoint, identity, trust: [{ pin }] } },
    changeInConsole: async (path, value) => {
      const [aspect = '', ...rest] = parsePath(path)
      const patch = rest.reduceRight((inner: unknown, segment) => ({ [segment]: inner }), inConsole(value))
      await simulator.either(simulated).changeInConsole('operator', aspect as 'forwarding', patch)
    },
  }
}

function consoleUnderTest(key: string): ConsoleUnderTest {
  const { address, token } = simulator.managementConsole(key).state
  return { ...underTest(key, desiredConsole({}, { key })), connectionString: `${address}:${token}` }
}

/** A value as a write would say it. */
function inConsole(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('secret' in value) return { value: value.secret, tag: null }
  return 'content' in value ? value.content : value
}

describeConformance({ name: 'api', open: openSimulated })
