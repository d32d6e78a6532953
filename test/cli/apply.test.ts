/** What an apply leaves behind, and when it does not begin. Addresses: 127.20.172.0/24. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../transport/system-clock.ts'
import type { Clock } from '../../reconcile/clock.ts'
import type { ResultOf } from '../../schemas/results.ts'
import { checkResult } from '../report/check-result.ts'
import { startTrial, type Ended, type Trial } from './fleet.ts'

let trial: Trial

beforeEach(async () => {
  trial = await startTrial({ network: '127.20.172', sensors: 3 })
})
afterEach(() => trial.end())

const apply = ['apply', 'fleet.yaml', '--auto-approve']

function resultOf<Kind extends 'plan' | 'drift' | 'apply'>({ stdout }: Ended): ResultOf<Kind> {
  checkResult(stdout)
  return JSON.parse(stdout) as ResultOf<Kind>
}

test('what is in sync already is remembered, so that later drift has a cause', async () => {
  expect((await trial.run([...apply, '--no-state'])).code).toBe(0)
  const since = Math.max(...trial.simulator.requests().map(({ sequence }) => sequence))
  expect(await trial.run(apply)).toMatchObject({
    code: 0,
    stdout: '3 sensors: 3 in sync, 0 pending, 0 drifted, 0 unknown · 0 steps\n',
  })
  expect(trial.simulator.counts('line-1', since)).toEqual({ signIn: 1, readAppliance: 1, signOut: 1 })
  await trial.simulator.appliance('line-1').changeInConsole('night-shift', 'time', { timezone: 'UTC' })
  const { sensors } = resultOf<'drift'>(await trial.run(['drift', 'fleet.yaml', '--format', 'json']))
  expect(sensors.flatMap(({ key, changes }) => changes.map(({ path, cause }) => [key, path, cause]))).toEqual([
    ['line-1', 'time.timezone', 'sensor'],
  ])
})

test('what is in sync and cannot be remembered is told, although no step was to be carried out', async () => {
  expect((await trial.run([...apply, '--no-state', '--quiet'])).code).toBe(0)
  let isBroken = false
  const breakMemory = (text: string) => {
    if (isBroken || !text.includes('3 in sync')) return
    isBroken = true
    const database = new DatabaseSync(join(trial.folder, '.sensorform/state.sqlite'))
    database.exec("CREATE TRIGGER no BEFORE INSERT ON remembered BEGIN SELECT RAISE(FAIL, 'no'); END")
    database.close()
  }
  const { code, stdout, stderr } = await trial.run(apply, { onText: breakMemory })
  expect([code, isBroken]).toEqual([1, true])
  const told = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('error STATE_UNWRITABLE: '))
  expect(told.length).toBeGreaterThan(0)
})

test('an apply of one field costs six requests of a sensor: taking the lease tells that nothing moved, and signing out gives it back', async () => {
  expect((await trial.run([...apply, '--no-state', '--quiet'])).code).toBe(0)
  const { simulator } = trial
  await simulator.appliance('line-1').changeInConsole('night-shift', 'time', { timezone: 'UTC' })
  const since = Math.max(...simulator.requests().map(({ sequence }) => sequence))
  expect((await trial.run(apply)).code).toBe(0)
  const untouched = { signIn: 1, readAppliance: 1, signOut: 1 }
  expect([simulator.counts('line-2', since), simulator.counts('line-3', since)]).toEqual([untouched, untouched])
  const asked = simulator.requests(since).filter(({ appliance }) => appliance === 'line-1')
  expect(asked.map(({ operation, status }) => [operation, status])).toEqual([
    ['signIn', 201],
    ['readAppliance', 200],
    ['lease', 200],
    ['writeTime', 200],
    ['readAppliance', 200],
    ['signOut', 204],
  ])
})

test('an apply that is declined leaves no session', async () => {
  expect((await trial.run(['apply', 'fleet.yaml'], { answer: 'no\n' })).code).toBe(1)
  expect(trial.simulator.counts('line-1')).toEqual({ signIn: 1, readAppliance: 1, signOut: 1 })
})

describe('a secret that is missing here', () => {
  const env = { SENSOR_PASSWORD: undefined }

  test.each(['plan', 'drift'])('ends %s with code 1 and is told once', async (verb) => {
    const { code, stdout } = await trial.run([verb, 'fleet.yaml'], { env })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^3 sensors: line-1, line-2, line-3 · unknown\n {2}error SECRET_MISSING: /)
    expect(stdout.match(/SENSOR_PASSWORD/g)).toHaveLength(1)
  })

  test('ends apply before anything is attempted', async () => {
    const ended = await trial.run([...apply, '--format', 'json'], { env })
    const { sensors, summary } = resultOf<'apply'>(ended)
    expect({ code: ended.code, unknown: summary.unknown, statuses: sensors.map(({ status }) => status) }).toEqual({
      code: 1,
      unknown: 3,
      statuses: ['unknown', 'unknown', 'unknown'],
    })
    expect(ended.stderr).toContain('Nothing was attempted: a secret is missing where this command runs.')
    expect(trial.simulator.requests()).toEqual([])
  })
})

test('--quiet prints what became of the sensors and nothing else', async () => {
  expect(await trial.run([...apply, '--quiet', '--no-state'])).toEqual({
    code: 0,
    stderr: '',
    stdout: [
      ...trial.simulator.appliances.map(({ key, endpoint }) => `${key}  ${endpoint} · done · 2 steps`),
      '',
      '3 sensors: 3 done',
      '',
    ].join('\n'),
  })
})

test('a sensor at which another run is at work is waited for, and then left to a later run', async () => {
  trial.simulator.addFault({ kind: 'latency', ms: 60_000, operation: 'writeTime', appliance: 'line-1' })
  const other = Promise.withResolvers<() => void>()
  const otherEnded = trial.run([...apply, '--no-state', '--select', 'key=line-1'], {
    onText: (text, interrupt) => {
      if (text.startsWith('line-1: set time zone …')) other.resolve(interrupt)
    },
  })
  const interrupt = await other.promise
  const ended = await trial.run([...apply, '--no-state', '--format', 'json'], { clock: hurriedClock() })
  interrupt()
  interrupt()
  expect((await otherEnded).code).toBe(130)
  const { sensors } = resultOf<'apply'>(ended)
  expect([ended.code, ...sensors.map(({ key, status }) => [key, status])]).toEqual([
    7,
    ['line-1', 'waiting'],
    ['line-2', 'done'],
    ['line-3', 'done'],
  ])
})

/** Sleeps of a second and more take ten milliseconds, and count whole. */
function hurriedClock(): Clock {
  let gainedMs = 0
  return {
    now: () => systemClock.now() + gainedMs,
    monotonic: () => systemClock.monotonic() + gainedMs,
    sleep: async (ms, signal) => {
      const realMs = ms < 1000 ? ms : 10
      await systemClock.sleep(realMs, signal)
      gainedMs += ms - realMs
    },
  }
}
