// Addresses: 127.20.121.x.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, test } from 'vitest'
import { readActivationFile } from '../../../formats/activation-file.ts'
import { createIdentity } from '../../../simulator/cloud/identity.ts'
import { startTestCloud, type TestCloud } from './start.ts'
import type { CloudOptions } from '../../../simulator/cloud/cloud.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

let host = 0
async function start(options: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const running = await startTestCloud(`127.20.121.${++host}`, options)
  stops.push(() => running.stop())
  return running
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-cloud-'))
  stops.push(() => rmSync(folder, { recursive: true }))
  return folder
}

function idOf(zip: Uint8Array): string {
  const read = readActivationFile(zip)
  if ('problem' in read) throw new Error(read.problem)
  return read.file.id
}

const line1 = { name: 'line-1', mode: 'cloud', site: 'berlin-plant' } as const
const sensorPath = '/locations/eastus/sites/berlin-plant/sensors/line-1'
const contact = (fileId: string) => ({ fileId, serialNumber: 'SN-1', name: 'line-1', softwareVersion: '22.1.3' })

async function statusOf({ send }: TestCloud): Promise<unknown> {
  const { properties } = (await send('GET', sensorPath)).body as { properties: Record<string, unknown> }
  return [properties['sensorStatus'], 'connectivityTime' in properties, properties['sensorVersion']]
}

describe('the status of a sensor', () => {
  it('is Unavailable before the first contact, Ok with it, Disconnected after silence', async () => {
    const running = await start()
    const id = idOf(running.cloud.seed(line1))
    expect(await statusOf(running)).toEqual(['Unavailable', false, undefined])
    expect(running.cloud.link.connect(id, 'SN-1', 'line-1', '22.1.3')).toBe('accepted')
    expect(await statusOf(running)).toEqual(['Ok', true, '22.1.3'])
    running.clock.advance(299)
    expect(running.cloud.link.heartbeat(contact(id))).toBe('accepted')
    running.clock.advance(299)
    expect(await statusOf(running)).toEqual(['Ok', true, '22.1.3'])
    running.clock.advance(2)
    expect(await statusOf(running)).toEqual(['Disconnected', true, '22.1.3'])
    running.cloud.link.heartbeat(contact(id))
    expect(await statusOf(running)).toEqual(['Ok', true, '22.1.3'])
  })

  it('lags behind as long as it is told', async () => {
    const running = await start({ statusLagMs: 15 * 60_000 })
    const id = idOf(running.cloud.seed(line1))
    running.cloud.link.connect(id, 'SN-1', 'line-1')
    expect(await statusOf(running)).toEqual(['Unavailable', false, undefined])
    for (let minute = 0; minute < 15; minute++) {
      running.clock.advance(60)
      running.cloud.link.heartbeat(contact(id))
    }
    expect(await statusOf(running)).toEqual(['Ok', true, '22.1.3'])
    running.clock.advance(19 * 60)
    expect(await statusOf(running)).toEqual(['Ok', true, '22.1.3'])
    running.clock.advance(61)
    expect(await statusOf(running)).toEqual(['Disconnected', true, '22.1.3'])
  })

  it('does not become Disconnected because the clock was set', async () => {
    const running = await start()
    running.cloud.link.connect(idOf(running.cloud.seed(line1)), 'SN-1', 'line-1')
    running.clock.set(running.clock.nowMs() + 86_400_000)
    expect((await statusOf(running)) as unknown[]).toContain('Ok')
  })
})

describe('an activation file', () => {
  it('belongs to the first sensor that uses it', async () => {
    const { cloud } = await start()
    const id = idOf(cloud.seed(line1))
    expect(cloud.link.connect(id, 'SN-1', 'line-1')).toBe('accepted')
    expect(cloud.link.connect(id, 'SN-2', 'line-1')).toBe('rejected')
    expect(cloud.link.connect(id, 'SN-1', 'line-1')).toBe('accepted')
  })

  test.each<[name: string, use: (running: TestCloud, id: string) => unknown]>([
    ['for another name', ({ cloud }, id) => cloud.link.connect(id, 'SN-1', 'line-2')],
    ['that the cloud never made', ({ cloud }) => cloud.link.connect('unknown', 'SN-1', 'line-1')],
    [
      'that nobody used for more than 14 days',
      ({ cloud, clock }, id) => {
        clock.advance(14 * 86_400 + 1)
        return cloud.link.connect(id, 'SN-1', 'line-1')
      },
    ],
    [
      'of a deleted record, registered anew or not',
      async ({ cloud, send }, id) => {
        cloud.link.connect(id, 'SN-1', 'line-1')
        await send('DELETE', sensorPath)
        const before = cloud.link.heartbeat(contact(id))
        await send('PUT', sensorPath, { body: '{"properties":{}}' })
        return before === 'rejected' ? cloud.link.connect(id, 'SN-1', 'line-1') : before
      },
    ],
    [
      'of a locally managed sensor',
      ({ cloud }) => cloud.link.connect(idOf(cloud.seed({ name: 'air-1', mode: 'local' })), 'SN-1', 'air-1'),
    ],
  ])('%s is rejected', async (_, use) => {
    const running = await start()
    expect(await use(running, idOf(running.cloud.seed(line1)))).toBe('rejected')
  })

  it('in use for longer than 14 days stays good, and earlier files do too', async () => {
    const { cloud, clock } = await start()
    const [first, second] = [idOf(cloud.seed(line1)), idOf(cloud.seed(line1))]
    cloud.link.connect(second, 'SN-1', 'line-1')
    clock.advance(13 * 86_400)
    expect(cloud.link.connect(first, 'SN-1', 'line-1')).toBe('accepted')
    clock.advance(30 * 86_400)
    expect(cloud.link.heartbeat(contact(second))).toBe('accepted')
  })
})

it('gives a name that is registered again another record', async () => {
  const { cloud, send } = await start()
  cloud.seed(line1)
  const before = cloud.records()[0]?.recordId
  await send('DELETE', sensorPath)
  cloud.seed(line1)
  expect(cloud.records()).toHaveLength(1)
  expect(cloud.records()[0]?.recordId).not.toBe(before)
})

describe('faults', () => {
  it('make the cloud unreachable for sensors, or refuse an activation', async () => {
    const { cloud, faults } = await start()
    const id = idOf(cloud.seed(line1))
    faults.add({ kind: 'cloudUnreachable', appliance: '(cloud)', count: 1 })
    expect(cloud.link.connect(id, 'SN-1', 'line-1')).toBe('unreachable')
    faults.add({ kind: 'cloudRefusesActivation', appliance: '(cloud)', operation: 'cloudConnect', count: 1 })
    expect(cloud.link.connect(id, 'SN-1', 'line-1')).toBe('rejected')
    expect(cloud.link.connect(id, 'SN-1', 'line-1')).toBe('accepted')
  })

  it('strike by operation: a write that is cut after took effect, one that is cut before did not', async () => {
    const { cloud, faults, send } = await start()
    faults.add({ kind: 'cutBefore', appliance: '(cloud)', operation: 'SiteSensors_CreateOrUpdate', nth: 1 })
    faults.add({ kind: 'cutAfter', appliance: '(cloud)', operation: 'SiteSensors_CreateOrUpdate', nth: 2 })
    await expect(send('PUT', sensorPath, { body: '{"properties":{}}' })).rejects.toThrow()
    expect(cloud.records()).toHaveLength(0)
    await expect(send('PUT', sensorPath, { body: '{"properties":{}}' })).rejects.toThrow()
    expect(cloud.records()).toHaveLength(1)
    faults.add({ kind: 'throttle', appliance: '(cloud)', retryAfterSeconds: 7, count: 1 })
    const throttled = await send('GET', sensorPath)
    expect([throttled.status, throttled.headers['retry-after'], throttled.body]).toEqual([
      429,
      '7',
      { error: { code: 'TooManyRequests', message: 'Too many requests.' } },
    ])
  })
})

describe('state on disk', () => {
  it('keeps keys, records and files over a restart; nobody is connected then', async () => {
    const stateFolder = join(makeFolder(), 'state')
    const first = await start({ stateFolder })
    const id = idOf(first.cloud.seed(line1))
    first.cloud.link.connect(id, 'SN-1', 'line-1', '22.1.3')
    const records = first.cloud.records()
    await first.stop()
    const second = await start({ stateFolder, identity: createIdentity() })
    expect(second.cloud.pin).toBe(first.cloud.pin)
    expect(second.cloud.publicKey.equals(first.cloud.publicKey)).toBe(true)
    expect(second.cloud.records()).toEqual(records)
    expect(await statusOf(second)).toEqual(['Disconnected', true, '22.1.3'])
    expect(second.cloud.link.heartbeat(contact(id))).toBe('accepted')
    expect(statSync(join(stateFolder, '_cloud.json')).mode & 0o077).toBe(0)
  })

  it('is never overwritten when it cannot be read', async () => {
    const stateFolder = makeFolder()
    writeFileSync(join(stateFolder, '_cloud.json'), '{"formatVersion":9}')
    await expect(start({ stateFolder })).rejects.toThrow(/is not the state of a simulated cloud/)
    expect(readFileSync(join(stateFolder, '_cloud.json'), 'utf8')).toBe('{"formatVersion":9}')
  })

  it('survives kill -9: every registration that was answered is there', async () => {
    const folder = makeFolder()
    const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-cloud.ts'), folder, '127.20.121.200'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const answered: string[] = []
    child.stdout.on('data', (chunk: Buffer) => {
      answered.push(...chunk.toString().trim().split('\n'))
      if (answered.length >= 5) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const { cloud } = await start({ stateFolder: folder })
    expect(cloud.records().map(({ name }) => name)).toEqual(expect.arrayContaining(answered))
    expect(answered.length).toBeGreaterThanOrEqual(5)
  })
})

it('cuts lists into pages when it is told', async () => {
  const { cloud, send } = await start({ pageSize: 2 })
  for (const name of ['a', 'b', 'c']) cloud.seed({ ...line1, name })
  const { body } = await send('GET', '/locations/eastus/sites/berlin-plant/sensors')
  const { value, nextLink } = body as { value: { name: string }[]; nextLink: string }
  expect(value.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(new URL(nextLink).origin).toBe(cloud.endpoint)
  expect(new URL(nextLink).searchParams.get('$skipToken')).toBe('2')
})
