/** What policy refuses, and how a person allows it on purpose. Addresses: 127.20.171.0/24. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResultOf } from '../../schemas/results.ts'
import { checkResult } from '../report/check-result.ts'
import { startTrial, type Trial } from './fleet.ts'

let trial: Trial

beforeAll(async () => {
  trial = await startTrial({ network: '127.20.171', sensors: 10 })
})
afterAll(() => trial.end())

async function run(...words: string[]): Promise<{ code: number; result: ResultOf<'apply'> }> {
  const { code, stdout } = await trial.run([...words, '--format', 'json', '--quiet'])
  checkResult(stdout)
  return { code, result: JSON.parse(stdout) as ResultOf<'apply'> }
}

const statuses = (result: ResultOf<'apply'>): string[] => [...new Set(result.sensors.map(({ status }) => status))]

test('a plan over the threshold is refused, and so is its apply: nothing is written', async () => {
  expect((await run('plan', 'fleet.yaml')).code).toBe(6)
  const { code, result } = await run('apply', 'fleet.yaml', '--auto-approve')
  expect([code, statuses(result)]).toEqual([6, ['notAttempted']])
  expect(trial.simulator.counts('line-1')['writeTime']).toBe(undefined)
})

test('a part of the fleet is still a part of the whole: it may be changed', async () => {
  const { code, result } = await run('apply', 'fleet.yaml', '--auto-approve', '--select', 'key=line-1')
  expect([code, result.summary.done]).toEqual([0, 1])
})

test('a narrow exception allows it', async () => {
  const { code, result } = await run('apply', 'fleet.yaml', '--auto-approve', '--allow-changed', '10')
  expect([code, result.summary.done, result.summary.unchanged]).toEqual([0, 9, 1])
})

test('one sign-in and one read a sensor for a look, and no session is left', async () => {
  const since = Math.max(0, ...trial.simulator.requests().map(({ sequence }) => sequence))
  expect((await run('drift', 'fleet.yaml')).code).toBe(0)
  expect(trial.simulator.counts('line-2', since)).toEqual({ signIn: 1, readAppliance: 1, signOut: 1 })
})

test('validate and explain contact nobody', async () => {
  const before = trial.simulator.requests().length
  await trial.run(['validate', 'fleet.yaml'])
  await trial.run(['explain', 'line-1', '--in', 'fleet.yaml'])
  expect(trial.simulator.requests().length).toBe(before)
})
