/**
 * Every fault that the simulator knows, alone at every kind of work and in pairs, on fleets of five sensors with a sixth
 * outside of the plan. Whatever strikes: healthy sensors are finished, the exit code keeps its promise, the report says what,
 * where and what to do; once the faults are lifted a plain apply ends the work as if they had never been, and the next finds
 * nothing to do.
 *
 * `FAULTS_SEED` draws others, `FAULTS_RUNS` more or fewer, `FAULTS_FROM` begins at one that failed. Addresses: 127.20.210.0
 * and the networks after it, four of them.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../house/sources.ts'
import { kinds, type Schedule } from './fault-schedules/draw.ts'
import type { Ran } from './fault-schedules/schedule.ts'

const given = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
const seed = given('FAULTS_SEED', 1)
const runs = given('FAULTS_RUNS', 1000)
const from = given('FAULTS_FROM', 0)
const workers = 2

type Line = Ran & { schedule: Schedule }

/** Each commit of the state is synced to disk: a thousand schedules would wait for nothing else. */
const inMemory = existsSync('/dev/shm') ? { TMPDIR: '/dev/shm' } : {}

async function runWorker(worker: number): Promise<Line[]> {
  const words = [join(root, 'test/slow/fault-schedules/worker.ts'), seed, from, runs, worker, workers].map(String)
  const child = spawn(process.execPath, words, {
    env: { ...process.env, ...inMemory },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  expect(code, said.stderr).toBe(0)
  const lines = said.stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Line)
}

const described = ({ number, wrong, schedule: { faults, works, outside } }: Line): string =>
  [
    `FAULTS_SEED=${seed} FAULTS_FROM=${number} FAULTS_RUNS=1: ${JSON.stringify(faults)}`,
    `${Object.entries(works)
      .map(([key, { name }]) => `${key}: ${name}`)
      .join(', ')}; the outsider is ${outside}`,
    ...wrong,
  ].join('\n')

/** How often each value comes up, the most frequent first. */
const tally = (values: readonly (string | number)[]): string =>
  [...Map.groupBy(values, (value) => value)]
    .map(([value, same]) => ({ value, count: same.length }))
    .toSorted((one, other) => other.count - one.count)
    .map(({ value, count }) => `${value} ${count}`)
    .join(', ')

test('whatever strikes, a run keeps its promises, and the next ends its work', { timeout: 1_800_000 }, async () => {
  const startedMs = performance.now()
  const lines = (await Promise.all(Array.from({ length: workers }, (_, worker) => runWorker(worker)))).flat()
  const struck = lines.flatMap(({ schedule, struck }) => schedule.faults.filter((_, index) => struck[index]))
  const alone = lines.filter(({ schedule }) => schedule.faults.length === 1).length
  process.stdout.write(
    [
      `faults: ${lines.length} schedules of seed ${seed} in ${Math.round((performance.now() - startedMs) / 1000)} s, ${alone} of one fault`,
      `  struck: ${tally(struck.map(({ kind }) => kind))}`,
      `  exit codes: ${tally(lines.map(({ code }) => code))}`,
      '',
    ].join('\n'),
  )
  expect(lines.filter(({ wrong }) => wrong.length > 0).map(described)).toEqual([])
  expect(lines).toHaveLength(runs)
  // A run that fails early never comes to the moment of another fault.
  const all = lines.flatMap(({ struck: each }) => each)
  expect(all.filter(Boolean).length).toBeGreaterThan(all.length * 0.8)
  if (runs >= 1000) expect(new Set(struck.map(({ kind }) => kind))).toEqual(new Set(kinds))
})
