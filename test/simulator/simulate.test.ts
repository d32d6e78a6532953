// Addresses: 127.20.112.x and 127.20.113.x.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openRegistrar } from '../registrars/azure/open.ts'
import { pinFile } from '../../schemas/pin-file.ts'
import type { Audit } from '../../schemas/generated/wire.ts'
import { faultExamples, type Fault } from '../../simulator/faults.ts'
import type { SimulatorOptions } from '../../simulator/simulate.ts'
import { cloudAt, send, sensorAt, signIn, start } from './sensor/start.ts'

const damagedFolder = mkdtempSync(join(tmpdir(), 'sensorform-damaged-'))
afterAll(() => rmSync(damagedFolder, { recursive: true }))
function damaged(): string {
  writeFileSync(join(damagedFolder, 'line-1.json'), '{"half": ')
  return damagedFolder
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-simulator-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('sensors of one simulator have keys, serial numbers and state of their own; the same seed gives the same numbers', async () => {
  const appliances = [sensorAt('127.20.112.1'), sensorAt('127.20.112.2', { key: 'line-2' })]
  const simulator = await start({ appliances })
  const again = await start({
    appliances: appliances.map((one) => ({ ...one, address: one.address.replace('112', '113') })),
  })
  const serials = simulator.appliances.map(({ serialNumber }) => serialNumber)
  expect(new Set(serials).size).toBe(2)
  expect(new Set(simulator.appliances.map(({ pin }) => pin)).size).toBe(2)
  expect(again.appliances.map(({ serialNumber }) => serialNumber)).toEqual(serials)
})

test('hardware that was swapped in still stands there in the next process, as does what it stood in for', async () => {
  const stateFolder = makeFolder()
  const begin = () => start({ appliances: [sensorAt('127.20.112.1')], stateFolder })
  const serialOf = ({ appliances }: Awaited<ReturnType<typeof begin>>) => appliances[0]?.serialNumber
  const first = await begin()
  const original = serialOf(first) ?? ''
  await first.swapHardware('line-1', { serialNumber: 'NEW-1' })
  await first.appliance('line-1').changeInConsole('eve', 'time', { timezone: 'Asia/Tokyo' })
  await first.stop()
  const second = await begin()
  expect(serialOf(second)).toBe('NEW-1')
  expect(second.appliance('line-1').state.settings.time.timezone).toBe('Asia/Tokyo')
  await second.swapHardware('line-1', { serialNumber: original })
  await second.stop()
  const third = await begin()
  expect(serialOf(third)).toBe(original)
  expect(third.appliance('line-1').state.settings.time.timezone).not.toBe('Asia/Tokyo')
})

test('the pin file names sensors by key and the cloud by its registrar', async () => {
  const path = join(makeFolder(), 'nested', 'pins.json')
  const cloud = { ...cloudAt('127.20.112.20'), registrars: ['cloud'] }
  const simulator = await start({ appliances: [sensorAt('127.20.112.10')], cloud, pinFile: path })
  const [sensor] = simulator.appliances
  const pins = pinFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  expect(pins).toEqual({
    'line-1': { pins: [sensor?.pin], identity: sensor?.serialNumber },
    'registrar:cloud': { pins: [simulator.cloud?.pin] },
  })
})

test('state in a folder outlives the simulator: settings, lease, address and activation', async () => {
  const stateFolder = makeFolder()
  const activated = { name: 'berlin-1', mode: 'cloud', site: 'berlin-plant' } as const
  const options = {
    stateFolder,
    cloud: cloudAt('127.20.112.31'),
    appliances: [sensorAt('127.20.112.30', { activated })],
  }
  const first = await start(options)
  const client = await signIn(first.appliances[0]?.endpoint ?? '')
  const { fence } = await client.lease({ ttlSeconds: 300 })
  await client.call('writeTime', { body: { timezone: 'Asia/Tokyo' } })
  first.advanceClock(100)
  await client.lease({ ttlSeconds: 300, fence })
  const pin = first.appliances[0]?.pin
  await first.stop()
  const second = await start(options)
  expect(second.appliances[0]?.pin).toBe(pin)
  const { settings, lease, activation } = await (await signIn(second.appliances[0]?.endpoint ?? '')).read()
  expect([settings.time.timezone, activation.name, activation.status]).toEqual(['Asia/Tokyo', 'berlin-1', 'Valid'])
  expect([lease?.fence, lease?.holder]).toEqual([fence, 'run-1'])
  expect(lease?.remainingSeconds).toBeGreaterThan(280)
})

test('an address in use is an error that leaves nothing listening', async () => {
  const simulator = await start({ appliances: [sensorAt('127.20.112.40')] })
  const port = Number(new URL(simulator.appliances[0]?.endpoint ?? '').port)
  const both = [sensorAt('127.20.112.41', { port }), sensorAt('127.20.112.40', { key: 'line-2', port })]
  await expect(start({ appliances: both })).rejects.toThrow(/EADDRINUSE/)
  await start({ appliances: [sensorAt('127.20.112.41', { port })] })
})

test('a cloud knows a sensor as connected only while it speaks', async () => {
  const activated = { name: 'berlin-1', mode: 'cloud', site: 'berlin-plant' } as const
  const simulator = await start({
    cloud: cloudAt('127.20.112.51'),
    appliances: [sensorAt('127.20.112.50', { activated })],
  })
  const status = async (): Promise<unknown> => {
    const { endpoint = '', token = '' } = simulator.cloud ?? {}
    const path =
      '/subscriptions/sub-1/providers/Microsoft.IoTSecurity/locations/eastus/sites/berlin-plant/sensors/berlin-1'
    const headers = { authorization: `Bearer ${token}` }
    const { body } = await send(endpoint, 'GET', `${path}?api-version=2021-09-01-preview`, { headers })
    return (body as { properties?: { sensorStatus?: string } }).properties?.sensorStatus
  }
  simulator.advanceClock(3600)
  expect(await status()).toBe('Ok')
  simulator.addFault({ kind: 'gone' })
  simulator.advanceClock(3600)
  expect(await status()).toBe('Disconnected')
})

const control = async (method: string, url: string, body?: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

describe('the control endpoint', () => {
  test('tells, moves the clock, changes a setting, adds and removes faults, shows requests', async () => {
    const simulator = await start({
      appliances: [sensorAt('127.20.112.60')],
      controlPort: 0,
      startAt: '2026-03-01T00:00:00.000Z',
    })
    const { url } = simulator.control ?? { url: '' }
    const listed = (await control('GET', `${url}/appliances`)).body['appliances']
    expect(listed).toEqual([
      { ...simulator.appliances[0], name: null, now: expect.stringMatching(/^2026-03-01T00:00/) as string },
    ])
    await control('POST', `${url}/clock`, { advanceSeconds: 3600 })
    await control('POST', `${url}/clock`, { skew: 60, appliance: 'line-1' })
    await control('POST', `${url}/appliances/line-1/console`, {
      user: 'anna',
      aspect: 'time',
      set: { timezone: 'Asia/Tokyo' },
    })
    const client = await signIn(simulator.appliances[0]?.endpoint ?? '')
    const { clock, settings } = await client.read()
    expect([clock.now.slice(0, 16), settings.time.timezone]).toEqual(['2026-03-01T01:01', 'Asia/Tokyo'])
    expect(((await client.call('readAudit')).body as Audit).entries[0]?.user).toBe('anna')
    const { body } = await control('POST', `${url}/faults`, { kind: 'status', status: 503, operation: 'readAppliance' })
    expect((await client.call('readAppliance')).status).toBe(503)
    expect((await control('GET', `${url}/faults`)).body).toEqual({
      faults: [{ id: body['id'], kind: 'status', status: 503, operation: 'readAppliance', struck: 1 }],
      kinds: faultExamples,
    })
    await control('DELETE', `${url}/faults?id=${String(body['id'])}`)
    expect((await client.call('readAppliance')).status).toBe(200)
    const { requests, counts } = (await control('GET', `${url}/requests?since=3`)).body
    expect(requests).toMatchObject([
      { sequence: 4, appliance: 'line-1', method: 'GET', operation: 'readAppliance', status: 503 },
      { sequence: 5, appliance: 'line-1', method: 'GET', operation: 'readAppliance', status: 200 },
    ])
    expect(counts).toEqual({ 'line-1': { readAppliance: 2 }, '(cloud)': {} })
    expect(simulator.counts('line-1')).toEqual({ signIn: 1, readAppliance: 3, readAudit: 1 })
  })

  test('sets what the cloud offers', async () => {
    const cloud = cloudAt('127.20.112.62')
    const simulator = await start({ appliances: [], cloud, controlPort: 0 })
    const updates = [{ version: '24.1.2', fromVersion: '22.2.0' }]
    expect((await control('POST', `${simulator.control?.url ?? ''}/cloud/updates`, updates)).status).toBe(200)
    const registrar = openRegistrar(simulator.cloud?.endpoint ?? '', simulator.cloud?.pin ?? '', {
      tokens: [cloud.token],
      config: { subscriptionId: cloud.subscriptionId, location: cloud.location },
    }).registrar
    expect(await registrar.offeredUpdates?.()).toEqual(updates)
    await registrar.close?.()
  })

  test.each([
    ['an unknown fault', '/faults', { kind: 'earthquake' }, {}, 400],
    ['an unknown appliance', '/appliances/none/console', { aspect: 'time', set: {} }, {}, 404],
    [
      'a setting that the console would refuse',
      '/appliances/line-1/console',
      { aspect: 'time', set: { timezone: 'X' } },
      {},
      400,
    ],
    ['updates without the version that they lead from', '/cloud/updates', [{ version: '22.3.9' }], {}, 400],
    ['updates of no cloud', '/cloud/updates', [], {}, 404],
    ['a body that is no JSON', '/clock', undefined, {}, 400],
    ['a page in a browser', '/clock', { advanceSeconds: 1 }, { origin: 'https://elsewhere.example' }, 403],
    ['an unknown path', '/nothing', {}, {}, 404],
  ])('refuses %s', async (_, path, body, headers, status) => {
    const simulator = await start({ appliances: [sensorAt('127.20.112.61')], controlPort: 0 })
    const reply = await control('POST', `${simulator.control?.url ?? ''}${path}`, body, headers)
    expect([reply.status, typeof reply.body['error']]).toEqual([status, 'string'])
  })
})

/** The control endpoint of another simulator has the port. */
async function takenPort(): Promise<Partial<SimulatorOptions>> {
  const other = await start({ appliances: [], controlPort: 0 })
  return { controlPort: Number(new URL(other.control?.url ?? '').port) }
}

test.each([
  ['a fault for an appliance that is not there', () => ({ faults: [{ kind: 'gone', appliance: 'none' }] as Fault[] })],
  ['a control port that is taken', takenPort],
  ['state that is none', () => ({ stateFolder: damaged() })],
])('%s is an error that leaves nothing listening', async (_, makePart) => {
  const cloud = { ...cloudAt('127.20.112.71'), port: 18_443 }
  const options = { appliances: [sensorAt('127.20.112.70')], cloud }
  const part: Partial<SimulatorOptions> = await makePart()
  await expect(start({ ...options, ...part })).rejects.toThrow(/appliance none|EADDRINUSE.*127\.0\.0\.1|holds no state/)
  await start(options)
})

test('a request target that is no path is answered, and the sensor goes on', async () => {
  const simulator = await start({ appliances: [sensorAt('127.20.112.80')] })
  const { port, hostname } = new URL(simulator.appliances[0]?.endpoint ?? '')
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
  const answer = new Promise<string>((resolve) => socket.once('data', (part: Buffer) => resolve(part.toString())))
  socket.write('GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(await answer).toMatch(/^HTTP\/1\.1 404/)
  await signIn(simulator.appliances[0]?.endpoint ?? '')
})
