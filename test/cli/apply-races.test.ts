/**
 * Somebody changes a sensor between the read that the plan was made from and the write. The lease, or the write itself,
 * finds it. Addresses: 127.20.175.0/24.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ResultOf } from '../../schemas/results.ts'
import { checkResult } from '../report/check-result.ts'
import { startTrial, type Ended, type Trial } from './fleet.ts'

let trial: Trial
/** What happens when the first request of an operation has arrived at the sensor, and is not yet carried out. */
let atFirst: { operation: string; happens: () => unknown } | undefined

beforeEach(async () => {
  atFirst = undefined
  trial = await startTrial({
    network: '127.20.175',
    sensors: 1,
    simulator: {
      onFaultCall: ({ operation }) => {
        if (operation !== atFirst?.operation) return
        const { happens } = atFirst
        atFirst = undefined
        happens()
      },
    },
  })
  expect((await trial.run([...apply, '--no-state', '--quiet'])).code).toBe(0)
  await changeTime({ timezone: 'UTC' })
})
afterEach(() => trial.end())

const apply = ['apply', 'fleet.yaml', '--auto-approve']
const sensor = () => trial.simulator.appliance('line-1')
const changeTime = (time: Readonly<Record<string, unknown>>) => sensor().changeInConsole('night-shift', 'time', time)

/** A person changes it while a request waits at the sensor. */
function changeAtFirst(operation: string, time: Readonly<Record<string, unknown>>): void {
  trial.simulator.addFault({ kind: 'latency', ms: 40, operation, appliance: 'line-1', count: 1 })
  atFirst = { operation, happens: () => changeTime(time) }
}

async function applied(words: readonly string[] = apply) {
  const since = Math.max(...trial.simulator.requests().map(({ sequence }) => sequence))
  const ended = await trial.run([...words, '--format', 'json'])
  const asked = trial.simulator.requests(since).map(({ operation, status }) => `${operation} ${status}`)
  const { status, steps, problems } = outcomeOf(ended)
  const told = { status, steps: steps.map((step) => step.status), problems: problems.map(({ code }) => code) }
  return { code: ended.code, asked: asked.filter((one) => !one.startsWith('sign')), ...told }
}

function outcomeOf({ stdout }: Ended): ResultOf<'apply'>['sensors'][number] {
  checkResult(stdout)
  const [first] = (JSON.parse(stdout) as ResultOf<'apply'>).sensors
  if (!first) throw new Error('there is no sensor')
  return first
}

const leftOnSensor = () => {
  const { settings, lease, intent } = sensor().state
  return { timezone: settings.time.timezone, dateFormat: settings.time.dateFormat, lease, intent }
}

const free = { lease: null, intent: null }
const dateFormat = 'yyyy/MM/dd HH:mm:ss'

test('before the lease, a field of the plan: the lease is refused, and nothing is written', async () => {
  changeAtFirst('lease', { timezone: 'Asia/Tokyo' })
  expect(await applied()).toEqual({
    code: 5,
    status: 'stale',
    steps: ['notAttempted'],
    problems: ['APPLIANCE_CHANGED'],
    asked: ['readAppliance 200', 'lease 412', 'readAppliance 200', 'readAppliance 200'],
  })
  expect(leftOnSensor()).toMatchObject({ timezone: 'Asia/Tokyo', ...free })
})

test('before the lease, another field: it is read once more, and both changes stand', async () => {
  changeAtFirst('lease', { dateFormat })
  expect(await applied()).toEqual({
    code: 0,
    status: 'done',
    steps: ['done'],
    problems: [],
    asked: ['readAppliance 200', 'lease 412', 'readAppliance 200', 'lease 200', 'writeTime 200', 'readAppliance 200'],
  })
  expect(leftOnSensor()).toMatchObject({ timezone: 'Europe/Berlin', dateFormat, ...free })
})

test('before the lease, to what the plan leads to: nothing is left to do', async () => {
  changeAtFirst('lease', { timezone: 'Europe/Berlin' })
  expect(await applied()).toMatchObject({ code: 0, status: 'unchanged', problems: ['ALREADY_DONE'] })
  expect(leftOnSensor()).toMatchObject({ timezone: 'Europe/Berlin', ...free })
})

test('between lease and write, the field itself: the write is refused, and not made again', async () => {
  changeAtFirst('writeTime', { timezone: 'Asia/Tokyo' })
  expect(await applied()).toEqual({
    code: 3,
    status: 'failed',
    steps: ['failed'],
    problems: ['APPLIANCE_CHANGED'],
    asked: ['readAppliance 200', 'lease 200', 'writeTime 412', 'readAppliance 200'],
  })
  expect(leftOnSensor()).toMatchObject({ timezone: 'Asia/Tokyo', ...free })
})

test('between lease and write, another field: the write is made on what is there now', async () => {
  changeAtFirst('writeTime', { dateFormat })
  const { code, asked } = await applied()
  expect([code, asked.slice(1)]).toEqual([
    0,
    ['lease 200', 'writeTime 412', 'readAppliance 200', 'writeTime 200', 'readAppliance 200'],
  ])
  expect(leftOnSensor()).toMatchObject({ timezone: 'Europe/Berlin', dateFormat, ...free })
})

test('a sensor that is gone before the lease is unknown, and no step was begun', async () => {
  atFirst = {
    operation: 'lease',
    happens: () => trial.simulator.addFault({ kind: 'gone', appliance: 'line-1', operation: 'lease' }),
  }
  expect(await applied()).toMatchObject({ code: 4, status: 'unknown', steps: ['notAttempted'] })
})

test('a saved plan is of another run: it is looked again before the lease', async () => {
  expect((await trial.run(['plan', 'fleet.yaml', '--out', 'plan=plan.json'])).code).toBe(0)
  const { code, asked } = await applied(['apply', 'plan.json'])
  expect([code, asked.slice(0, 2)]).toEqual([0, ['readAppliance 304', 'lease 200']])
})
