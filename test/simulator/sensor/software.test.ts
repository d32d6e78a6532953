// Software of a simulated sensor: what it refuses, two reboots, stages, failure, and the way over 22.1. Addresses: 127.20.109.x.
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ErrorEnvelope, Job } from '../../../schemas/generated/wire.ts'
import type { SimulatorOptions } from '../../../simulator/simulate.ts'
import { simulatedPackage } from '../../../simulator/software-package.ts'
import { cloudAt, refusalOf, signIn, startOne, type Client, type Reply } from './start.ts'

let host = 0
const local = { name: 'line-one', mode: 'local' } as const

async function leased(
  softwareVersion: string,
  around: Partial<SimulatorOptions> = {},
  activated: object | null = local,
) {
  const sensor = { softwareVersion, ...(activated && { activated: activated as typeof local }) }
  const one = await startOne(`127.20.109.${++host}`, sensor, around)
  await one.client.lease({ ttlSeconds: 300 })
  return one
}

const nameOf = (version: string): string => `legacy-sensor-secured-patcher-${version}.tar`
const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex')

const upload = (client: Client, name: string, content: string, sha256 = hashOf(content)): Promise<Reply> =>
  client.call('uploadPackage', { params: { name }, query: `?sha256=${sha256}`, body: content })

async function begin(client: Client, version: string): Promise<Reply> {
  const content = simulatedPackage(version)
  expect(await upload(client, nameOf(version), content)).toMatchObject({
    status: 200,
    body: { name: nameOf(version), version, sha256: hashOf(content), sizeBytes: content.length },
  })
  return client.call('updateSoftware', { body: { name: nameOf(version), sha256: hashOf(content) } })
}

const reasonOf = ({ status, body }: Reply): unknown => [
  status,
  (body as ErrorEnvelope).error.code,
  (body as ErrorEnvelope).error.details?.['reason'],
]
const refusedFor = (reason: string): unknown => [422, 'UPDATE_REFUSED', reason]

const good = simulatedPackage('22.3.9')
const packages: readonly [what: string, name: string, content: string, sha256: string][] = [
  ['another file under the name of a package', nameOf('22.3.9'), 'holiday pictures', hashOf('holiday pictures')],
  ['the package of another version', nameOf('22.3.9'), simulatedPackage('22.3.8'), hashOf(simulatedPackage('22.3.8'))],
  ['a file of another name', 'patcher.tar', good, hashOf(good)],
  ['a package that arrives otherwise than it was sent', nameOf('22.3.9'), `${good}x`, hashOf(good)],
]
test.each(packages)('%s is refused', async (_, name, content, sha256) => {
  const { client } = await leased('22.3.8')
  expect(reasonOf(await upload(client, name, content, sha256))).toEqual(refusedFor('package'))
  expect((await client.read()).software.uploaded).toBeNull()
})

test('a package larger than the space is refused', async () => {
  const { client } = await leased('22.3.8', { tuning: { packageSpaceBytes: 10 } })
  expect(reasonOf(await upload(client, nameOf('22.3.9'), good))).toEqual(refusedFor('space'))
})

const ways: readonly [from: string, to: string][] = [
  ['3.1.1', '22.3.9'],
  ['22.3.9', '22.3.8'],
  ['22.3.9', '22.3.9'],
]
test.each(ways)('from %s to %s leads no way', async (from, to) => {
  const { client } = await leased(from)
  expect(reasonOf(await begin(client, to))).toEqual(refusedFor('path'))
})

test('a sensor that is not activated takes no update, and none takes a package that was not uploaded', async () => {
  const { client } = await leased('22.3.8', {}, null)
  const asked = { body: { name: nameOf('22.3.9'), sha256: hashOf(good) } }
  expect(reasonOf(await client.call('updateSoftware', asked))).toEqual(refusedFor('package'))
  expect(reasonOf(await begin(client, '22.3.9'))).toEqual(refusedFor('activation'))
})

/** Signs in as soon as the sensor answers again. */
async function back(endpoint: string): Promise<Client> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const client = await signIn(endpoint).catch(() => undefined)
    if (client) return client
    await wait(5)
  }
  throw new Error('the sensor stays away')
}

const isAway = (endpoint: string): Promise<boolean> =>
  signIn(endpoint).then(
    () => false,
    () => true,
  )

describe('half an hour on the clock of the sensor', () => {
  test('stages, two reboots, and the new version', async () => {
    const { simulator, endpoint, client } = await leased('22.3.8')
    expect((await begin(client, '22.3.9')).body).toMatchObject({
      type: 'update',
      state: 'running',
      stage: 'UPGRADE_STARTED',
    })
    const write = client.call('writeTime', { body: { timezone: 'Europe/Berlin' } })
    expect(refusalOf(await write)).toEqual([409, 'BUSY'])
    simulator.advanceClock(10 * 60)
    expect((await (await signIn(endpoint)).read()).pending.job).toMatchObject({
      percentage: 33,
      stage: 'BACKING_UP_DATA',
    })
    for (const minutes of [5.1, 11.8]) {
      simulator.advanceClock(minutes * 60)
      await wait(20)
      expect(await isAway(endpoint)).toBe(true)
      simulator.advanceClock(100)
      await back(endpoint)
    }
    simulator.advanceClock(5 * 60)
    const read = await (await back(endpoint)).read()
    expect(read).toMatchObject({
      softwareVersion: '22.3.9',
      activation: { status: 'Valid' },
      software: { uploaded: null, lastUpdate: { from: '22.3.8', to: '22.3.9', error: null } },
      pending: { job: null },
    })
  })

  test('a failed update leaves the version before, and says why', async () => {
    const { simulator, endpoint, client } = await leased('22.3.8', { tuning: { updateMs: 40 } })
    simulator.addFault({ kind: 'updateFails', count: 1 })
    const { id } = (await begin(client, '22.3.9')).body as Job
    await wait(60)
    const again = await back(endpoint)
    expect((await again.call('readJob', { params: { id } })).body).toMatchObject({
      state: 'failed',
      stage: 'FAILURE',
      error: { code: 'UPDATE_REFUSED', details: { reason: 'failed' } },
    })
    expect(await again.read()).toMatchObject({
      softwareVersion: '22.3.8',
      software: { lastUpdate: { error: expect.stringContaining('Sensor update failed') } },
    })
  })
})

test('across 22.1 the activation is pending, and only a record that was prepared takes the sensor', async () => {
  const cloud = cloudAt(`127.20.109.${++host}`)
  const activated = { name: 'line-one', mode: 'cloud', site: 'berlin-plant' }
  const { simulator, endpoint, client } = await leased('10.5.5', { cloud, tuning: { updateMs: 40 } }, activated)
  const legacyFile = simulator.cloud?.seed({ name: 'line-one', mode: 'cloud', site: 'berlin-plant' })
  await begin(client, '22.3.9')
  await wait(60)
  const updated = await back(endpoint)
  expect(await updated.read()).toMatchObject({
    softwareVersion: '22.3.9',
    activation: { name: 'line-one', status: 'NotActivated', message: expect.stringContaining('Pending activation') },
  })
  await updated.lease()
  expect(await updated.job('activate', { body: legacyFile })).toMatchObject({ state: 'failed' })
  simulator.cloud?.prepareUpdate({ site: 'berlin-plant', name: 'line-one' })
  const file = simulator.cloud?.seed({ name: 'line-one', mode: 'cloud', site: 'berlin-plant' })
  expect(await updated.job('activate', { body: file })).toMatchObject({ state: 'succeeded' })
  expect((await updated.read()).activation.status).toBe('Valid')
  expect(simulator.cloud?.records().map(({ name, sensorVersion }) => [name, sensorVersion])).toEqual([
    ['line-one-legacy', '10.5.5'],
    ['line-one', '22.3.9'],
  ])
})
