/**
 * A re-activation of a simulated sensor: what is sent, and what becomes of an upload whose connection is cut.
 *
 * Addresses: 127.20.155.0/24 and 127.20.156.1.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createApiDriver } from '../../drivers/api/driver.ts'
import type { Clock } from '../../reconcile/clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { World } from '../../reconcile/engine.ts'
import { createAzureRegistrar } from '../../registrars/azure/registrar.ts'
import type { LoadedSecret } from '../../schemas/fleet.ts'
import { startSimulator } from '../../simulator/simulate.ts'
import { converge, desiredSensor, fleetOf } from '../support/memory-fleet.ts'
import { createMemoryStore } from '../support/memory-store.ts'
import { noPackages } from '../support/packages.ts'

/** The right time, but no long waits: what waits for minutes is not done when the test must be. */
const clock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: (ms, signal) => wait(Math.min(ms, 40), undefined, signal && { signal }),
}

const keys = ['usual', 'before', 'after', 'always']
const simulator = await startSimulator({
  appliances: keys.map((key, index) => ({
    key,
    address: `127.20.155.${index + 1}`,
    port: 0,
    username: 'admin',
    password: 'admin-password',
    settings: { network: { hostname: 'sensor', subnetMask: '255.255.255.0', gateway: '127.20.155.254' } },
    activated: { name: key, mode: 'cloud', site: 'plant' },
  })),
  cloud: {
    address: '127.20.156.1',
    port: 0,
    subscriptionId: 'subscription',
    location: 'eastus',
    token: 'cloud-token',
    sites: ['plant'],
  },
  distinctKeys: 1,
  tuning: { jobMs: 200, requestsPerSecond: 10_000 },
})
afterAll(() => simulator.stop())
beforeEach(() => simulator.removeFaults())

const readSecret = async ({ fromEnv = '' }: LoadedSecret): Promise<string> => {
  const value = { ADMIN: 'admin-password', CLOUD: 'cloud-token' }[fromEnv]
  if (value === undefined) throw new DeviceError('SECRET_MISSING', `The variable ${fromEnv} is not set.`)
  return value
}

/** Renames one sensor and tells how it ended and what was answered to each upload. */
async function rename(key: string) {
  const appliance = simulator.appliances.find((one) => one.key === key)
  if (!appliance || !simulator.cloud) throw new Error('no such simulated sensor')
  const deps = { clock, readSecret, random: () => 0 }
  const driver = createApiDriver(deps)
  const { endpoint, pin } = simulator.cloud
  const place = { endpoint, subscriptionId: 'subscription', location: 'eastus', token: { fromEnv: 'CLOUD' } }
  const registrar = createAzureRegistrar('cloud', { ...place, trust: [{ pin }] }, deps)
  const world: World = {
    clock,
    memory: createMemoryStore(clock),
    secrets: { read: readSecret },
    packages: noPackages,
    driver: () => driver,
    registrar: () => registrar,
    registrarReader: () => registrar,
    onEvent: () => {},
    toolVersion: '0.0.0-test',
  }
  const template = desiredSensor({ name: `${key}-new`, registration: { registrar: 'cloud', site: 'plant' } })
  const access = { ...template.access, endpoint: appliance.endpoint, trust: [{ pin: appliance.pin }] }
  const since = simulator.requests().at(-1)?.sequence ?? 0
  try {
    const { outcome } = await converge(fleetOf([{ ...template, access }]), world)
    const requests = simulator.requests(since).filter((request) => request.appliance === key)
    return { outcome: outcome.sensors[0], requests }
  } finally {
    await registrar.close?.()
    await driver.close?.()
  }
}

const uploadsOf = ({ requests }: Awaited<ReturnType<typeof rename>>) =>
  requests.filter(({ operation }) => operation === 'activate').length

test('an ordinary rename uploads once, and no request conflicts', async () => {
  const renamed = await rename('usual')
  expect(renamed.outcome).toMatchObject({ status: 'done', problems: [] })
  expect(uploadsOf(renamed)).toBe(1)
  expect(renamed.requests.filter(({ status }) => status === 412)).toEqual([])
})

test.each<{ name: string; key: string; fault: 'cutBefore' | 'cutAfter'; uploads: number }>([
  { name: 'before it took effect: it is repeated', key: 'before', fault: 'cutBefore', uploads: 2 },
  { name: 'after it took effect: its job is waited for', key: 'after', fault: 'cutAfter', uploads: 1 },
])('the connection is cut $name', async ({ key, fault, uploads }) => {
  simulator.addFault({ kind: fault, appliance: key, operation: 'activate', nth: 1 })
  const renamed = await rename(key)
  expect(renamed.outcome).toMatchObject({ status: 'done', problems: [] })
  expect(uploadsOf(renamed)).toBe(uploads)
})

test('an upload that is always cut off fails after two repeats, and the next run goes on', async () => {
  simulator.addFault({ kind: 'cutBefore', appliance: 'always', operation: 'activate' })
  const failed = await rename('always')
  expect(failed.outcome).toMatchObject({
    status: 'failed',
    problems: [{ code: 'CONNECTION_LOST', summary: expect.stringContaining('although it was tried 3 times') }],
  })
  simulator.removeFaults()
  expect((await rename('always')).outcome).toMatchObject({ status: 'done', problems: [{ code: 'INTENT_FOUND' }] })
})
