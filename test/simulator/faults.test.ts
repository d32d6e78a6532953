// Addresses: 127.20.110.x and 127.20.111.x.
import { describe, expect, test } from 'vitest'
import { createFaultEngine, fault, faultExamples, faultFile, type Fault } from '../../simulator/faults.ts'
import { admin, call, cloudAt, refusalOf, send, sensorAt, signIn, start, startOne } from './sensor/start.ts'

const read = (appliance: string) => ({
  appliance,
  operation: 'readAppliance',
  method: 'GET',
  path: '/api/settings/v1/appliance',
})

const struckAt = (fault: Partial<Fault>, appliances: readonly string[]): number[] => {
  const engine = createFaultEngine(1, [{ kind: 'cutBefore', ...fault } as Fault])
  return appliances.flatMap((key, index) => (engine.strike(read(key)).length > 0 ? [index] : []))
}

const strikes = (seed: number, others: number): boolean[] => {
  const engine = createFaultEngine(seed, [{ kind: 'cutBefore', probability: 0.5 }])
  return Array.from({ length: 64 }, () => {
    for (let count = 0; count < others; count++) engine.strike(read('other'))
    return engine.strike(read('a')).length > 0
  })
}

describe('which requests a fault strikes', () => {
  const four = ['a', 'b', 'a', 'a']
  test.each([
    ['each one', {}, [0, 1, 2, 3]],
    ['one appliance', { appliance: 'b' }, [1]],
    ['the nth of each appliance, once', { nth: 2 }, [2]],
    ['from the nth on, as often as counted', { nth: 2, count: 2 }, [2, 3]],
    ['the first of each appliance', { count: 1 }, [0, 1]],
    ['an operation', { operation: 'writeTime' }, []],
    ['a method', { method: 'PUT' }, []],
    ['a path with a star', { path: '/api/*/appliance' }, [0, 1, 2, 3]],
    ['another path', { path: '/api/*/session' }, []],
  ] as const)('%s', (_, fault, expected) => {
    expect(struckAt(fault, four)).toEqual(expected)
  })

  test('the same seed gives the same strikes, whatever other appliances do; another seed gives others', () => {
    expect(strikes(7, 3)).toEqual(strikes(7, 0))
    expect(strikes(8, 0)).not.toEqual(strikes(7, 0))
    expect(new Set(strikes(7, 0))).toEqual(new Set([true, false]))
  })

  test('a file with a misspelt kind or key is refused', () => {
    const misspelt = [{ faults: [{ kind: 'latency' }] }, { faults: [{ kind: 'cutbefore' }] }, { fault: [] }]
    expect(misspelt.map((file) => faultFile.safeParse(file).success)).toEqual([false, false, false])
  })
})

test('every kind that a fault file may name has examples, and each is legal', () => {
  const kinds = fault.options.map(({ shape }) => shape.kind.value)
  expect(Object.keys(faultExamples).toSorted()).toEqual(kinds.toSorted())
  const examples = Object.values(faultExamples).flat()
  expect(faultFile.parse({ faults: examples })).toEqual({ faults: examples })
})

test('how often each fault has struck is told', () => {
  const engine = createFaultEngine(1, [
    { kind: 'cutBefore', count: 2 },
    { kind: 'gone', appliance: 'b' },
  ])
  for (const key of ['a', 'b', 'a', 'a']) engine.strike(read(key))
  expect(engine.list().map(({ kind, struck }) => [kind, struck])).toEqual([
    ['cutBefore', 3],
    ['gone', 1],
  ])
})

test('a sensor may be called cloud: its faults and requests are not those of the cloud', async () => {
  const simulator = await start({
    appliances: [sensorAt('127.20.111.240', { key: 'cloud' })],
    cloud: cloudAt('127.20.111.241'),
  })
  simulator.addFault({ kind: 'cutBefore', appliance: '(cloud)' })
  await signIn(simulator.appliance('cloud').endpoint())
  expect([simulator.counts('cloud'), simulator.counts('(cloud)')]).toEqual([{ signIn: 1 }, {}])
})

test('a fault of an appliance that is not there is refused, and says what the cloud is called', async () => {
  const simulator = await start({ appliances: [sensorAt('127.20.111.242')] })
  expect(() => simulator.addFault({ kind: 'cutBefore', appliance: 'cloud' })).toThrow(
    'there is no simulated appliance cloud (the cloud is (cloud))',
  )
})

const write = { body: { timezone: 'Asia/Tokyo', dateFormat: 'yyyy/MM/dd HH:mm:ss' } }
let host = 0
async function leased(fault?: Fault) {
  const one = await startOne(`127.20.110.${++host}`)
  await one.client.lease()
  if (fault) one.simulator.addFault(fault)
  const time = () => one.simulator.appliance('line-1').state.settings.time
  return { ...one, time }
}

describe('what a fault does', () => {
  test('latency delays', async () => {
    const { client } = await leased({ kind: 'latency', ms: 60 })
    const startedMs = performance.now()
    await client.read()
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(59)
  })

  test('status answers with a body of its own and nothing takes effect', async () => {
    const { client, endpoint, time } = await leased({
      kind: 'status',
      status: 502,
      body: '<h1>Bad gateway</h1>',
      method: 'GET',
    })
    const reply = await send(endpoint, 'GET', '/api/settings/v1/appliance')
    expect([reply.status, reply.body]).toEqual([502, '<h1>Bad gateway</h1>'])
    expect((await client.call('writeTime', write)).status).toBe(200)
    expect(time().timezone).toBe('Asia/Tokyo')
  })

  test('throttle says how long, in seconds or as a date', async () => {
    const { client, simulator } = await leased({ kind: 'throttle', retryAfterSeconds: 7, count: 1 })
    expect((await client.call('readAppliance')).headers['retry-after']).toBe('7')
    simulator.addFault({ kind: 'throttle', retryAfterSeconds: 7, as: 'date' })
    const { headers } = await client.call('readAppliance')
    const inMs = Date.parse(headers['retry-after'] ?? '') - Date.now()
    expect(Math.abs(inMs - 6500)).toBeLessThan(2000)
  })

  test.each([
    ['cutBefore', 'UTC'],
    ['cutAfter', 'Asia/Tokyo'],
  ] as const)('%s cuts the connection; the time zone is then %s', async (kind, timezone) => {
    const { client, simulator, time } = await leased({ kind, operation: 'writeTime' })
    await expect(client.call('writeTime', write)).rejects.toThrow(/socket hang up|ECONNRESET/)
    expect(time().timezone).toBe(timezone)
    expect(simulator.requests().at(-1)).toMatchObject({ operation: 'writeTime', status: 0 })
  })

  test('halfApplied: only the first written field takes effect, then 500', async () => {
    const { client, time } = await leased({ kind: 'halfApplied', nth: 1 })
    await client.read()
    expect(refusalOf(await client.call('writeTime', write))).toEqual([500, 'INTERNAL'])
    expect([time().timezone, time().dateFormat]).toEqual(['Asia/Tokyo', 'dd/MM/yyyy HH:mm:ss'])
    expect((await client.call('writeTime', write)).status).toBe(200)
  })

  test('malformedBody and slowBody change how the answer arrives', async () => {
    const { simulator, endpoint } = await leased({ kind: 'malformedBody', nth: 1 })
    const check = { body: JSON.stringify(admin), headers: { 'content-type': 'application/json' } }
    const path = '/api/external/authentication/validation'
    expect(typeof (await send(endpoint, 'POST', path, check)).body).toBe('string')
    simulator.addFault({ kind: 'slowBody', chunkBytes: 5, everyMs: 1, nth: 1 })
    expect((await send(endpoint, 'POST', path, check)).body).toEqual({ msg: 'Authentication succeeded.' })
  })

  test('sessionLost ends the sessions', async () => {
    const { client } = await leased({ kind: 'sessionLost', operation: 'readAppliance', nth: 1 })
    expect(refusalOf(await client.call('readAppliance'))).toEqual([401, 'UNAUTHENTICATED'])
  })

  test('reboot: the write stands, the sensor is away, memory is lost and the lease goes on', async () => {
    const { simulator, endpoint, client } = await leased({ kind: 'reboot', seconds: 30, operation: 'writeTime' })
    await expect(client.call('writeTime', write)).rejects.toThrow()
    await expect(call(endpoint, 'checkCredentials', { body: admin })).rejects.toThrow(/ECONNREFUSED/)
    simulator.advanceClock(31)
    await expect.poll(() => signIn(endpoint).catch(() => undefined)).toBeDefined()
    expect((await client.call('readAppliance')).status).toBe(401)
    const { settings, lease } = await (await signIn(endpoint)).read()
    expect([settings.time.timezone, lease?.holder]).toEqual(['Asia/Tokyo', 'run-1'])
    expect(lease?.remainingSeconds).toBeLessThanOrEqual(29)
  })

  test('gone: nothing listens until it is started again', async () => {
    const { simulator, endpoint } = await leased({ kind: 'gone' })
    await expect(call(endpoint, 'checkCredentials', { body: admin })).rejects.toThrow(/ECONNREFUSED/)
    await simulator.restart('line-1')
    expect(simulator.appliances[0]?.endpoint).toBe(endpoint)
    expect((await call(endpoint, 'checkCredentials', { body: admin })).status).toBe(200)
  })

  test('cloudUnreachable strikes the way of one sensor and not that of another', async () => {
    const activated = { mode: 'cloud', site: 'berlin-plant' } as const
    const simulator = await start({
      cloud: cloudAt('127.20.111.200'),
      appliances: [
        sensorAt('127.20.111.1', { activated: { name: 'a', ...activated } }),
        sensorAt('127.20.111.2', { key: 'line-2', activated: { name: 'b', ...activated } }),
      ],
      faults: [{ kind: 'cloudUnreachable', appliance: 'line-1' }],
    })
    const statuses = []
    for (const { endpoint } of simulator.appliances)
      statuses.push((await (await signIn(endpoint)).read()).activation.status)
    expect(statuses).toEqual(['NotConnected', 'Valid'])
  })
})
