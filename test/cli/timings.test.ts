/** Where the time of a run went, on a clock that is moved by hand, and what a run counts. Addresses: 127.20.207.0/24. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTimings, timingsJson, timingsTable } from '../../cli/timings.ts'
import { createMemoryStore } from '../support/memory-store.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { startTrial, type Trial } from './fleet.ts'

const timingsOf = (stderr: string): unknown => JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')

const at = '2026-03-01T12:00:00.000Z'

test('phases follow one another; what many appliances do at once is added up', async () => {
  const clock = createVirtualClock()
  const timings = startTimings(clock)
  clock.advance(100)
  timings.enter('documents')
  clock.advance(600)
  timings.onEvent({ type: 'observing', key: 'line-1', at })
  clock.advance(1000)
  timings.onEvent({ type: 'observing', key: 'line-2', at })
  clock.advance(500)
  timings.onEvent({ type: 'observed', key: 'line-1', at })
  clock.advance(3000)
  timings.onEvent({ type: 'observed', key: 'line-2', at })
  clock.advance(50)
  timings.enter('report')
  clock.advance(20)
  for (const [method, path, ms] of [
    ['POST', '/api/settings/v1/session', 300],
    ['DELETE', '/api/settings/v1/session', 40],
    ['GET', '/api/settings/v1/appliance', 900],
    ['PUT', '/api/settings/v1/lease', 7],
    ['DELETE', '/api/settings/v1/lease?intent=clear', 3],
    ['PATCH', '/api/settings/v1/settings/time', 80],
  ] as const) {
    timings.onRequest({ method, path, ms })
  }
  const watched = timings.watchWaits(clock)
  await watched.sleep(2000)
  await expect(watched.sleep(5000, AbortSignal.abort(new Error('called off')))).rejects.toThrow('called off')
  await timings.watchMemory(createMemoryStore(clock)).recall('line-1')
  expect(timings.spent()).toEqual({
    totalMs: 7270,
    phases: { start: 100, documents: 600, read: 4500, plan: 50, report: 2020 },
    requests: {
      signIn: { count: 2, ms: 340 },
      read: { count: 1, ms: 900 },
      lease: { count: 2, ms: 10 },
      write: { count: 1, ms: 80 },
    },
    waits: { count: 1, ms: 2000 },
    state: { count: 1, ms: 0 },
    slowest: [
      { key: 'line-2', ms: 3500 },
      { key: 'line-1', ms: 1500 },
    ],
  })
})

test('the table leaves out what did not happen, and a key draws nothing on the terminal', () => {
  const clock = createVirtualClock()
  const timings = startTimings(clock)
  timings.onEvent({ type: 'observing', key: 'line\u001b[2K-1', at })
  clock.advance(1250)
  timings.onEvent({ type: 'observed', key: 'line\u001b[2K-1', at })
  timings.onRequest({ method: 'GET', path: '/api/settings/v1/appliance', ms: 1249.6 })
  const spent = timings.spent()
  expect(timingsTable(spent).split('\n')).toEqual([
    'Where 1.25 s went:',
    '  start                    0.00 s    0 %',
    '  read appliances          1.25 s  100 %',
    '  compare and plan         0.00 s    0 %',
    'Of all appliances, many of them at once:',
    '  read                     1.25 s  1 request',
    'Longest:',
    '  line\\u{001b}[2K-1        1.25 s',
  ])
  expect(JSON.parse(timingsJson(spent))).toMatchObject({ timings: { requests: { read: { count: 1, ms: 1250 } } } })
})

describe('a run', () => {
  let trial: Trial

  beforeEach(async () => {
    trial = await startTrial({ network: '127.20.207', sensors: 2 })
  })
  afterEach(() => trial.end())

  test('counts its requests by what they are for', async () => {
    const { code, stderr } = await trial.run(
      'apply fleet.yaml --auto-approve --no-state --timings --format json --quiet'.split(' '),
    )
    const { timings } = timingsOf(stderr) as { timings: Record<string, object> }
    expect([code, timings['requests']]).toMatchObject([
      0,
      { signIn: { count: 4 }, read: { count: 8 }, lease: { count: 4 }, write: { count: 4 } },
    ])
    expect(Object.keys(timings['phases'] ?? {})).toEqual([
      'start',
      'documents',
      'read',
      'plan',
      'write',
      'end',
      'report',
    ])
    expect(timings['slowest']).toHaveLength(2)
  })

  test('says where the time went although it failed, and nothing unless it is asked', async () => {
    const { code, stderr } = await trial.run(['plan', 'nowhere.yaml', '--timings'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/PATH_NOT_FOUND[^]*\nWhere [0-9.]+ s went:\n {2}start /)])
    expect((await trial.run(['validate', 'fleet.yaml'])).stderr).toBe('')
  })
})
