// A simulated management console and its sensors. Addresses: 127.21.x.x.
import { expect, test } from 'vitest'
import type { CollectedBackups, ConsoleRead } from '../../../schemas/generated/wire.ts'
import { authority, leafKey, makeAuthority, makeCertificate } from '../sensor/certificates.ts'
import { refusalOf } from '../sensor/start.ts'
import { advanceUntil, connect, connections, consoleOf, listenHttp, listOf, startPlant } from './start.ts'

const named = (name: string) => ({ activated: { name, mode: 'local' } as const })

test('a sensor is connected by its connection string, and both ends say so', async () => {
  const { simulator, sensor, connectionString, list } = await startPlant('127.21.1', [named('berlin-1')])
  const client = await sensor('line-1')
  expect((await client.read()).consoleConnection.state).toBe('NotConfigured')
  const string = await connectionString()
  expect(string).toMatch(/^127\.21\.1\.1:\S+$/)
  expect((await connect(client, string)).status).toBe(200)
  const { serialNumber } = simulator.managementConsole('hq').state
  expect((await client.read()).consoleConnection).toEqual({
    state: 'Connected',
    address: '127.21.1.1',
    serialNumber,
    message: null,
  })
  expect(await list()).toMatchObject([
    {
      name: 'berlin-1',
      uid: simulator.appliance('line-1').state.serialNumber,
      interfaceAddress: '127.21.1.11',
      version: '22.3.8.91',
      isActivated: true,
      zoneId: null,
      connectionState: { id: 'SYNCED', isConsideredConnected: true, description: 'Synced' },
    },
  ])
})

test.each<{ name: string; console?: object; sensor?: object; string?: string; reason: string }>([
  { name: 'a string that is none', string: 'hq', reason: 'string' },
  { name: 'an address where no console is', string: '127.21.2.250:aaaaaaaaaaaa', reason: 'unreachable' },
  { name: 'a token that the console did not give', string: '127.21.2.1:aaaaaaaaaaaa', reason: 'token' },
  { name: 'a console older than the sensor', console: { softwareVersion: '22.2.9' }, reason: 'version' },
])('$name: 422, and nothing has changed', async ({ console = {}, string, reason }) => {
  const { sensor, connectionString, list } = await startPlant('127.21.2', [named('berlin-1')], console)
  const client = await sensor('line-1')
  const { revision } = await client.read()
  const reply = await connect(client, string ?? (await connectionString()))
  expect([...refusalOf(reply), (reply.body as { error: { details: unknown } }).error.details]).toEqual([
    422,
    'CONSOLE_FAILED',
    { reason },
  ])
  expect((await client.read()).revision).toBe(revision)
  expect(await list()).toEqual([])
})

test('clocks that differ: refused at first, disconnected later, and connected again once they agree', async () => {
  const { simulator, sensor, connectionString, list } = await startPlant('127.21.3', [named('berlin-1')])
  simulator.addFault({ kind: 'clockSkew', appliance: 'line-1', seconds: 600 })
  const skewed = await sensor('line-1')
  expect(refusalOf(await connect(skewed, await connectionString()))).toEqual([422, 'CONSOLE_FAILED'])
  simulator.addFault({ kind: 'clockSkew', appliance: 'line-1', seconds: -600 })
  expect((await connect(await sensor('line-1'), await connectionString())).status).toBe(200)
  simulator.addFault({ kind: 'clockSkew', appliance: 'line-1', seconds: -600 })
  await advanceUntil(simulator, 61, async () => connections(await list())['berlin-1'] === 'TIME_DIFF_OFFSET')
  const late = await sensor('line-1')
  expect((await late.read()).consoleConnection).toMatchObject({
    state: 'Disconnected',
    message: 'Times drift detected. The sensor is disconnected until the clocks agree.',
  })
  simulator.addFault({ kind: 'clockSkew', appliance: 'line-1', seconds: 600 })
  await advanceUntil(simulator, 61, async () => connections(await list())['berlin-1'] === 'SYNCED')
})

test('with validation on, a peer with a certificate of another authority is not spoken to', async () => {
  const { simulator, sensor, connectionString, list } = await startPlant('127.21.4', [named('berlin-1')])
  const client = await sensor('line-1')
  expect((await connect(client, await connectionString())).status).toBe(200)
  await client.call('writeCertificate', { body: { validation: 'mandatory' } })
  await advanceUntil(simulator, 61, async () => (await client.read()).consoleConnection.state === 'Disconnected')
  expect((await client.read()).consoleConnection.message).toBe(
    'Not communicating. Check the network, or the certificate validation.',
  )
  await advanceUntil(simulator, 61, async () => connections(await list())['berlin-1'] === 'DISCONNECTED')
})

test('with validation on at both ends and one authority they stay connected', async () => {
  const { simulator, console, sensor, connectionString, list } = await startPlant('127.21.5', [named('berlin-1')])
  const client = await sensor('line-1')
  const certificate = makeCertificate({ issuer: authority })
  const untagged = { privateKeyTag: null, passphrase: null, passphraseTag: null }
  for (const one of [client, console]) {
    const body = { name: null, certificate, chain: makeAuthority(), privateKey: leafKey.pem, ...untagged }
    expect((await one.call('importCertificate', { body })).status).toBe(200)
    expect((await one.call('writeCertificate', { body: { validation: 'mandatory' } })).status).toBe(200)
  }
  expect((await connect(client, await connectionString())).status).toBe(200)
  simulator.advanceClock(61)
  await expect.poll(async () => connections(await list())['berlin-1']).toBe('SYNCED')
  expect((await client.read()).consoleConnection.state).toBe('Connected')
})

test('zones: assigned by name, refused where there is none or several, kept over a restart', async () => {
  const { simulator, console, sensor, connectionString, list } = await startPlant('127.21.6', [named('berlin-1')])
  await connect(await sensor('line-1'), await connectionString())
  const uid = simulator.appliance('line-1').state.serialNumber
  const assign = (body: object, of = uid) => console.call('assignZone', { params: { uid: of }, body })
  expect(refusalOf(await assign({ zone: 'Assembly' }))).toEqual([409, 'INVALID'])
  expect(refusalOf(await assign({ zone: 'Nowhere' }))).toEqual([404, 'NOT_FOUND'])
  expect(refusalOf(await assign({ zone: 'Packaging' }, 'nobody'))).toEqual([404, 'NOT_FOUND'])
  expect((await assign({ site: 'Hamburg', zone: 'Assembly' })).status).toBe(200)
  expect((await list())[0]?.zoneId).toBe(3)
  expect((await assign({ zone: 'Packaging' })).status).toBe(200)
  await simulator.restart('hq')
  const [entry] = await listOf(await consoleOf(simulator))
  expect(entry).toMatchObject({ name: 'berlin-1', zoneId: 2 })
})

test('a sensor that is disconnected on purpose is listed until its entry is removed', async () => {
  const { simulator, console, sensor, connectionString, list } = await startPlant('127.21.7', [named('berlin-1')])
  const client = await sensor('line-1')
  await connect(client, await connectionString())
  const uid = simulator.appliance('line-1').state.serialNumber
  const remove = () => console.call('removeSensor', { params: { uid } })
  expect(refusalOf(await remove())).toEqual([409, 'CONNECTED'])
  expect((await client.call('writeManagementConsole', { body: { enabled: false } })).status).toBe(200)
  expect((await client.read()).consoleConnection.state).toBe('NotConfigured')
  expect(connections(await list())).toEqual({ 'berlin-1': 'DISCONNECTED' })
  expect((await remove()).status).toBe(204)
  expect(await list()).toEqual([])
})

test('a sensor that falls silent is disconnected, and a rule with system notifications tells it', async () => {
  const { simulator, console, sensor, connectionString, list } = await startPlant('127.21.8', [named('berlin-1')])
  await connect(await sensor('line-1'), await connectionString())
  const uid = simulator.appliance('line-1').state.serialNumber
  await console.call('assignZone', { params: { uid }, body: { zone: 'Packaging' } })
  const { url, posts } = await listenHttp()
  const hook = (extended: boolean) => ({
    webhook: {
      url,
      headers: { 'X-Plant': 'berlin' },
      secretHeaders: { Authorization: { value: 'Bearer canary', tag: null } },
      extended,
    },
  })
  const rules = {
    ops: { systemNotifications: true, actions: { hook: hook(true) } },
    alerts: { actions: { hook: hook(false) } },
  }
  expect((await console.call('writeForwarding', { body: { rules } })).status).toBe(200)
  await simulator.kill('line-1')
  await advanceUntil(simulator, 60, async () => connections(await list())['berlin-1'] === 'DISCONNECTED')
  await expect.poll(() => posts.length).toBe(1)
  expect(posts[0]).toMatchObject({
    headers: { 'x-plant': 'berlin', authorization: 'Bearer canary' },
    body: {
      title: 'Sensor disconnected',
      message: expect.stringContaining('berlin-1') as string,
      sensorName: 'berlin-1',
      zoneName: 'Packaging',
      siteName: 'Berlin',
    },
  })
  await simulator.restart('line-1')
  await advanceUntil(simulator, 61, async () => connections(await list())['berlin-1'] === 'SYNCED')
  await expect.poll(() => posts.map(({ body }) => (body as { title: string }).title)).toContain('Sensor connected')
  expect(JSON.stringify(simulator.managementConsole('hq').state.audit)).not.toContain('canary')
})

test('backups are collected at their time, nine of each sensor at most; what fails is told', async () => {
  const startAt = '2026-03-05T02:00:00.000Z'
  const { simulator, console, sensor, connectionString } = await startPlant(
    '127.21.9',
    [named('berlin-1'), { ...named('berlin-2'), hardwareProfile: 'L100' }],
    {},
    { startAt },
  )
  for (const key of ['line-1', 'line-2']) await connect(await sensor(key), await connectionString())
  const { url, posts } = await listenHttp()
  const rules = { ops: { systemNotifications: true, actions: { hook: { webhook: { url } } } } }
  await console.call('writeForwarding', { body: { rules } })
  expect((await console.call('writeSensorBackups', { body: { keepPerSensor: 10 } })).status).toBe(400)
  const body = { collect: true, at: '04:00', keepPerSensor: 2 }
  expect((await console.call('writeSensorBackups', { body })).status).toBe(200)
  for (let day = 0; day < 3; day++) {
    simulator.advanceClock(60)
    await expect.poll(async () => connections(await listOf(await consoleOf(simulator)))['berlin-1']).toBe('SYNCED')
    simulator.managementConsole('hq').collectBackups()
    simulator.advanceClock(86_400)
  }
  const again = await consoleOf(simulator)
  const { files } = (await again.call('listCollectedBackups')).body as CollectedBackups
  expect(files.map(({ sensor: name }) => name)).toEqual(['berlin-1', 'berlin-1'])
  expect(new Set(files.map(({ name }) => name)).size).toBe(2)
  const { sensorBackups } = (await again.call('readAppliance')).body as ConsoleRead
  expect(sensorBackups).toMatchObject({ files: 2, lastError: expect.stringContaining('berlin-2') as string })
  await expect.poll(() => posts.map(({ body }) => (body as { title: string }).title)).toContain('Remote backup failed')
})

test('the collection runs once when its time has passed on the clock of the console', async () => {
  const { simulator, console } = await startPlant('127.21.10', [], {}, { startAt: '2026-03-05T02:00:00.000Z' })
  await console.call('writeSensorBackups', { body: { collect: true, at: '04:00' } })
  const lastRun = () => simulator.managementConsole('hq').state.collection.lastRunAt
  simulator.advanceClock(7100)
  expect(lastRun()).toBeNull()
  simulator.advanceClock(200)
  expect(lastRun()).toMatch(/^2026-03-05T04:01:40/)
  simulator.advanceClock(20 * 3600)
  expect(lastRun()).toMatch(/^2026-03-05T04:01:40/)
})

test('the console that a sensor is connected to is among the peers that validation would judge', async () => {
  const { sensor, simulator, connectionString } = await startPlant('127.21.40', [named('berlin-1')])
  const client = await sensor('line-1')
  await connect(client, await connectionString())
  const peers = async (authorities: string | null): Promise<unknown> =>
    (await client.call('checkPeers', { body: { authorities } })).body
  const at = { path: 'managementConsole', host: '127.21.40.1' }
  expect(await peers(null)).toMatchObject({ peers: [{ ...at, result: 'invalid' }] })
  const { certificate } = simulator.managementConsole('hq').state.served
  expect(await peers(certificate)).toMatchObject({ peers: [{ ...at, result: 'valid' }] })
})
