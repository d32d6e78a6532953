/**
 * Two processes of the real command at once on one fleet: on each sensor one writes at a time, and both end well. One
 * that was asleep while its lease ran out finds its next write refused. Addresses: 127.20.187.0/24.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTrial, trialEnv, type Trial } from '../cli/fleet.ts'
import { root } from '../house/sources.ts'
import { applyConverges, endOf, leaseRunsOut, mustDo, redeclare } from '../support/killed-command.ts'

const sensors = 4
const registered = (name: string) => `  name: ${name}\n  registration: { registrar: cloud, site: plant }\n`

let trial: Trial
const children: ChildProcess[] = []

beforeEach(async () => {
  trial = await startTrial({
    network: '127.20.187',
    sensors,
    cloud: {},
    tuning: { jobMs: 20, requestsPerSecond: 10_000 },
    spec: (key) => registered(key),
  })
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await trial.end()
})

function start(words: readonly string[]): { child: ChildProcess; ended: ReturnType<typeof endOf> } {
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...words], {
    cwd: trial.folder,
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...trialEnv },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  return { child, ended: endOf(child) }
}

const keys = Array.from({ length: sensors }, (_, index) => `line-${index + 1}`)

/** Leases under which one sensor was written to, in their order, each named once for every time it took over. */
const writersOf = (key: string): number[] =>
  trial.simulator
    .requests()
    .filter(({ appliance, method, operation, status }) => {
      const isWrite = method !== 'GET' && operation !== 'signIn' && operation !== 'signOut' && operation !== 'lease'
      return appliance === key && isWrite && status < 400
    })
    .flatMap(({ fence }) => fence ?? [])
    .filter((fence, index, all) => fence !== all[index - 1])

/** Those that the sensor accepted. */
const activationsOf = (key: string, from = 0): number =>
  trial.simulator
    .requests(from)
    .filter(({ appliance, operation, status }) => appliance === key && operation === 'activate' && status < 400).length

const apply = ['apply', 'fleet.yaml', '--auto-approve', '--quiet', '--format', 'json']

test.each([
  { what: 'the same state folder', more: [[], []] },
  {
    what: 'state folders of their own',
    more: [
      ['--state', 'one'],
      ['--state', 'two'],
    ],
  },
  { what: 'no memory at all', more: [['--no-state'], ['--no-state']] },
])('two that begin together, with $what: every sensor is activated once, and by one of them', async ({ more }) => {
  const ended = await Promise.all(more.map((words) => start([...apply, ...words]).ended))
  for (const { code, stdout, stderr } of ended) expect(code, stdout + stderr).toBe(0)
  const statuses = ended.map(({ stdout }) => statusesOf(stdout))
  for (const key of keys) {
    expect(statuses.map((of) => of[key]).toSorted(), key).toEqual(['done', 'unchanged'])
    expect(activationsOf(key), key).toBe(1)
    expect(new Set(writersOf(key)).size, `no two leases take turns on ${key}`).toBe(writersOf(key).length)
  }
  expect(recordsOf(trial)).toEqual(keys)
  await applyConverges(trial)
})

const statusesOf = (stdout: string): Record<string, string> => {
  const { sensors: all } = JSON.parse(stdout) as { sensors: { key: string; status: string }[] }
  return Object.fromEntries(all.map(({ key, status }) => [key, status]))
}

const recordsOf = ({ simulator }: Trial) =>
  simulator.cloud
    ?.records()
    .map(({ name }) => name)
    .toSorted()

test('one that slept while its lease ran out writes nothing more, and says so; the other finished the work', async () => {
  await mustDo(trial, apply)
  redeclare(trial, registered('line-1'), registered('line-eins'))
  const from = trial.simulator.requests().at(-1)?.sequence ?? 0
  const sleeper = start([...apply, '--state', 'one'])
  await until(() => recordsOf(trial)?.includes('line-eins') ?? false)
  sleeper.child.kill('SIGSTOP')
  leaseRunsOut(trial.simulator)
  const other = await start([...apply, '--state', 'two']).ended
  expect(other.code, other.stdout + other.stderr).toBe(0)
  const slept = trial.simulator.requests().at(-1)?.sequence ?? 0
  sleeper.child.kill('SIGCONT')
  const woken = await sleeper.ended
  expect([0, 3, 4, 5, 7], woken.stdout + woken.stderr).toContain(woken.code)
  const late = trial.simulator
    .requests(slept)
    .filter(({ fence, status, operation }) => fence !== undefined && !givesBack.has(operation ?? '') && status < 400)
  expect(late, 'what the sleeper wrote after it woke').toEqual([])
  expect(activationsOf('line-1', from)).toBe(1)
  expect(recordsOf(trial)?.filter((name) => name.startsWith('line-e'))).toEqual(['line-eins'])
  await applyConverges(trial)
})

/** An unknown fence is success to both. */
const givesBack = new Set(['releaseLease', 'signOut'])

async function until(holds: () => boolean): Promise<void> {
  for (let ms = 0; !holds(); ms += 5) {
    if (ms > 30_000) throw new Error('it never came to that')
    await wait(5)
  }
}
