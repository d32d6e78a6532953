// Addresses: 127.20.104.x.
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { packActivationFile, type ActivationFile } from '../../../formats/activation-file.ts'
import type { Job } from '../../../schemas/generated/wire.ts'
import type { SimulatorOptions } from '../../../simulator/simulate.ts'
import { cloudAt, refusalOf, sensorAt, signIn, start, startOne } from './start.ts'

let host = 0
async function leased(around: Partial<SimulatorOptions> = {}) {
  host += 1
  const one = await startOne(`127.20.104.${host}`, {}, { cloud: cloudAt(`127.20.104.${host + 100}`), ...around })
  await one.client.lease()
  const seed = (name: string, mode: 'cloud' | 'local' = 'cloud') => {
    if (!one.simulator.cloud) throw new Error('no cloud')
    return one.simulator.cloud.seed({ name, mode, ...(mode === 'cloud' && { site: 'berlin-plant' }) })
  }
  return { ...one, seed }
}

const reasonOf = ({ state, error }: Job): unknown => [state, error?.code, error?.details?.['reason']]

test('a sensor fresh from installation is not activated', async () => {
  const { client } = await leased()
  const { name, status, file, cloud } = (await client.read()).activation
  expect({ name, status, file, cloud }).toEqual({
    name: null,
    status: 'NotActivated',
    file: null,
    cloud: { reachable: true, obstacle: null, detail: null },
  })
})

test('activation takes name, site and mode from the file, and the cloud sees the sensor', async () => {
  const { simulator, client, seed } = await leased()
  expect((await client.job('activate', { body: seed('berlin-1') })).result).toEqual({ name: 'berlin-1', mode: 'cloud' })
  const { name, mode, site, status } = (await client.read()).activation
  expect({ name, mode, site, status }).toEqual({
    name: 'berlin-1',
    mode: 'cloud',
    site: 'berlin-plant',
    status: 'Valid',
  })
  expect(simulator.cloud?.records().map((record) => record.name)).toEqual(['berlin-1'])
})

describe('a file that is not valid is refused at once, with reason `file`', () => {
  const file: ActivationFile = {
    id: 'f',
    name: 'x',
    mode: 'local',
    subscriptionId: 'sub-1',
    site: null,
    recordId: 'r',
    createdAt: new Date().toISOString(),
    expiresAt: null,
  }
  const stranger = generateKeyPairSync('ed25519').privateKey
  test.each([
    ['no zip', new Uint8Array([1, 2, 3])],
    ['signed by somebody else', packActivationFile(file, stranger)],
  ])('%s', async (_, body) => {
    const { client } = await leased()
    const reply = await client.call('activate', { body })
    expect(refusalOf(reply)).toEqual([422, 'ACTIVATION_REFUSED'])
    expect((reply.body as { error: { details: unknown } }).error.details).toEqual({ reason: 'file' })
  })

  test('created more than 14 days ago, on the clock of the sensor', async () => {
    const { simulator, seed } = await leased()
    const body = seed('berlin-1', 'local')
    simulator.advanceClock(13.9 * 86_400)
    const anew = await signIn(simulator.appliance('line-1').endpoint())
    await anew.lease()
    expect((await anew.job('activate', { body })).state).toBe('succeeded')
    const late = seed('berlin-2', 'local')
    simulator.advanceClock(14.1 * 86_400)
    const again = await signIn(simulator.appliance('line-1').endpoint())
    await again.lease()
    expect(refusalOf(await again.call('activate', { body: late }))).toEqual([422, 'ACTIVATION_REFUSED'])
    expect((await again.job('activate', { body })).state).toBe('succeeded')
  })
})

describe('a valid file fails as a job', () => {
  test('`cloud`: the proxy is not one that leads there', async () => {
    const { client, seed } = await leased({ surroundings: { proxies: [{ host: 'proxy.example', port: 3128 }] } })
    await client.call('writeNetwork', { body: { proxy: { enabled: true, host: 'proxy.example', port: 8080 } } })
    expect(reasonOf(await client.job('activate', { body: seed('berlin-1') }))).toEqual([
      'failed',
      'ACTIVATION_REFUSED',
      'cloud',
    ])
    expect((await client.read()).activation.cloud).toEqual({
      reachable: false,
      obstacle: 'proxy',
      detail: 'The proxy proxy.example:8080 does not answer.',
    })
    await client.call('writeNetwork', { body: { proxy: { port: 3128 } } })
    expect((await client.job('activate', { body: seed('berlin-1') })).state).toBe('succeeded')
  })

  test('`cloud`: no DNS server answers', async () => {
    const { client, seed } = await leased({ surroundings: { dnsServers: ['10.0.0.53'] } })
    await client.call('writeNetwork', { body: { dns: ['10.0.0.99'] } })
    expect(reasonOf(await client.job('activate', { body: seed('berlin-1') }))).toEqual([
      'failed',
      'ACTIVATION_REFUSED',
      'cloud',
    ])
  })

  test('`rejected`: another sensor has used the file', async () => {
    const simulator = await start({
      cloud: cloudAt('127.20.104.230'),
      appliances: [sensorAt('127.20.104.231'), sensorAt('127.20.104.232', { key: 'line-2' })],
    })
    const body = simulator.cloud?.seed({ name: 'berlin-1', mode: 'cloud', site: 'berlin-plant' })
    const outcomes = []
    for (const { endpoint } of simulator.appliances) {
      const client = await signIn(endpoint)
      await client.lease()
      outcomes.push(reasonOf(await client.job('activate', { body })))
    }
    expect(outcomes).toEqual([
      ['succeeded', undefined, undefined],
      ['failed', 'ACTIVATION_REFUSED', 'rejected'],
    ])
  })

  test('`clock`: without NTP the clock drifts by more than five minutes; with NTP it is right again', async () => {
    const { simulator, seed } = await leased({ tuning: { driftSecondsPerDay: 200 } })
    simulator.advanceClock(86_400 * 1.4)
    const anew = await signIn(simulator.appliance('line-1').endpoint())
    await anew.lease()
    expect((await anew.job('activate', { body: seed('berlin-1') })).state).toBe('succeeded')
    simulator.advanceClock(86_400 * 0.2)
    const later = await signIn(simulator.appliance('line-1').endpoint())
    await later.lease()
    expect(reasonOf(await later.job('activate', { body: seed('berlin-1') }))).toEqual([
      'failed',
      'ACTIVATION_REFUSED',
      'clock',
    ])
    await later.call('writeTime', { body: { ntp: { enabled: true, server: '10.0.0.9' } } })
    expect((await later.read()).clock.synchronized).toBe(true)
    expect((await later.job('activate', { body: seed('berlin-1') })).state).toBe('succeeded')
  })
})

test('a failed activation leaves the installed one as it was', async () => {
  const { simulator, client, seed } = await leased()
  await client.job('activate', { body: seed('berlin-1') })
  const before = (await client.read()).activation
  simulator.addFault({ kind: 'cloudRefusesActivation', operation: 'cloudConnect', nth: 1 })
  expect(reasonOf(await client.job('activate', { body: seed('berlin-2') }))).toEqual([
    'failed',
    'ACTIVATION_REFUSED',
    'rejected',
  ])
  expect((await client.read()).activation).toEqual(before)
})

test('one job at a time', async () => {
  const { client, seed } = await leased({ tuning: { jobMs: 60_000 } })
  expect((await client.call('activate', { body: seed('berlin-1') })).status).toBe(202)
  expect(refusalOf(await client.call('activate', { body: seed('berlin-1') }))).toEqual([409, 'BUSY'])
  expect((await client.read()).pending.job?.state).toBe('running')
})

test.each([
  {
    mode: 'local',
    shown: [
      ['Valid', undefined],
      ['Valid', 'The activation expires'],
      ['Expired', 'The activation expired'],
    ],
  },
  {
    mode: 'cloud',
    shown: [
      ['Valid', undefined],
      ['Valid', undefined],
      ['Valid', undefined],
    ],
  },
] as const)('a file for $mode mode, fresh, eleven months and a year old', async ({ mode, shown }) => {
  const { simulator, client, seed } = await leased()
  await client.job('activate', { body: seed('berlin-1', mode) })
  const seen: unknown[] = []
  for (const days of [0, 340, 30]) {
    simulator.advanceClock(days * 86_400)
    const { status, message } = (await (await signIn(simulator.appliance('line-1').endpoint())).read()).activation
    seen.push([status, message?.replace(/ on .*/, '')])
  }
  expect(seen).toEqual(shown)
})
