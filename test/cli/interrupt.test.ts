/** Ctrl-C, the time limit, and questions on a terminal. Addresses: 127.20.170.0/24. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ResultOf } from '../../schemas/results.ts'
import { checkResult } from '../report/check-result.ts'
import { startTrial, type Ended, type Trial } from './fleet.ts'

let trial: Trial

beforeEach(async () => {
  trial = await startTrial({ network: '127.20.170', sensors: 2 })
})
afterEach(() => trial.end())

const apply = ['apply', 'fleet.yaml', '--auto-approve', '--format', 'json', '--concurrency', '1']

function applied({ stdout }: Ended) {
  checkResult(stdout)
  const { interrupted, sensors } = JSON.parse(stdout) as ResultOf<'apply'>
  return { interrupted, sensors: sensors.map(({ key, steps }) => [key, ...steps.map(({ status }) => status)]) }
}

describe('Ctrl-C during an apply', () => {
  test('once: the step in flight ends, nothing else begins, and the next run does the rest', async () => {
    trial.simulator.addFault({ kind: 'latency', ms: 200, operation: 'writeTime', nth: 1 })
    const ended = await trial.run(apply, {
      onText: (text, interrupt) => {
        if (text.startsWith('line-1: set time zone …')) interrupt()
      },
    })
    expect({ code: ended.code, ...applied(ended) }).toEqual({
      code: 130,
      interrupted: true,
      sensors: [
        ['line-1', 'done', 'notAttempted'],
        ['line-2', 'notAttempted', 'notAttempted'],
      ],
    })
    expect(ended.stderr).toContain(
      'Interrupted: stopping after the steps in flight. Press Ctrl-C again to stop at once.',
    )
    expect(await next()).toEqual([0, 2])
  })

  test('twice: it stops at once, and the next run does the rest', async () => {
    trial.simulator.addFault({ kind: 'latency', ms: 60_000, operation: 'writeTime', nth: 1 })
    const ended = await trial.run(apply, {
      onText: (text, interrupt) => {
        if (!text.startsWith('line-1: set time zone …')) return
        interrupt()
        interrupt()
      },
    })
    expect({ code: ended.code, interrupted: applied(ended).interrupted }).toEqual({ code: 130, interrupted: true })
    trial.simulator.removeFaults()
    expect(await next()).toEqual([0, 2])
  })
})

/** The exit code of another apply, and how many sensors are then in sync. */
async function next(): Promise<[number, number]> {
  const { code } = await trial.run(apply)
  const plan = await trial.run(['plan', 'fleet.yaml', '--format', 'json'])
  return [code, (JSON.parse(plan.stdout) as ResultOf<'plan'>).summary.inSync]
}

test('Ctrl-C during a plan stops it at once', async () => {
  trial.simulator.addFault({ kind: 'latency', ms: 60_000, operation: 'readAppliance' })
  const { code } = await trial.run(['plan', 'fleet.yaml', '--verbose'], {
    onText: (text, interrupt) => {
      if (text.startsWith('line-1: reading')) setImmediate(interrupt)
    },
  })
  expect(code).toBe(130)
})

test('the time limit stops a drift', async () => {
  trial.simulator.addFault({ kind: 'latency', ms: 60_000, operation: 'readAppliance' })
  const { code } = await trial.run(['drift', 'fleet.yaml', '--timeout', '1s'])
  expect(code).toBe(130)
})

describe('on a terminal', () => {
  test('anything but yes changes nothing', async () => {
    const { code, stderr } = await trial.run(['apply', 'fleet.yaml'], { answer: 'y\n' })
    expect([code, stderr.includes('Carry out 4 steps on 2 sensors? Only "yes" is taken as yes: ')]).toEqual([1, true])
    expect(trial.simulator.counts('line-1')['writeTime']).toBe(undefined)
  })

  test('yes applies, with one red and one green line for each change and a live line', async () => {
    const { code, stdout, stderr } = await trial.run(['apply', 'fleet.yaml'], { answer: 'yes\n' })
    expect(code).toBe(0)
    expect(stdout).toContain(
      '\u001b[31m  - time.timezone  UTC\u001b[39m\n\u001b[32m  + time.timezone  Europe/Berlin\u001b[39m',
    )
    expect(stderr).toContain('\r\u001b[2K')
  })

  test('NO_COLOR is respected', async () => {
    const { stdout } = await trial.run(['plan', 'fleet.yaml'], { answer: '', env: { NO_COLOR: '1' } })
    expect(stdout).not.toContain('\u001b')
  })

  test('each fingerprint is asked for, and only those that are confirmed are recorded', async () => {
    const endpoints = trial.simulator.appliances.map(({ endpoint }) => endpoint)
    const { code, stderr } = await trial.run(['trust', ...endpoints, '--pin-file', 'mine.json'], {
      answer: 'yes\nno\n',
    })
    expect([code, stderr.includes('Recorded in mine.json: line-1\n'), stderr.includes('Not recorded: line-2')]).toEqual(
      [7, true, true],
    )
  })

  test('a fingerprint is recorded when a person says yes', async () => {
    const endpoint = trial.simulator.appliances[0]?.endpoint ?? ''
    const { code, stderr } = await trial.run(['trust', endpoint, '--key', 'line-1', '--pin-file', 'mine.json'], {
      answer: 'yes\n',
    })
    expect([code, stderr.includes('Recorded in mine.json: line-1')]).toEqual([0, true])
  })
})
