/**
 * The real command, killed with -9 at every request of its run. The points are found by recording a run that is left
 * alone; each is then met in a world of its own: a read once, a write right before and right after it took effect.
 *
 * From its point on, the appliance or cloud at which the command dies cuts every connection: nothing that the dying
 * process still sends reaches it.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { exitCodes } from '../../cli/exit-codes.ts'
import type { Clock } from '../../reconcile/clock.ts'
import { seededRandom } from '../../simulator/faults.ts'
import type { LoggedRequest } from '../../simulator/request-log.ts'
import type { Simulator } from '../../simulator/simulate.ts'
import { systemClock } from '../../transport/system-clock.ts'
import { trialEnv, type Ended, type Trial } from '../cli/fleet.ts'
import { root } from '../house/sources.ts'

export interface KilledCommand {
  /** Says which suite speaks, and seeds its sample. */
  name: string
  /** Makes a world in which the command has all its work before it. */
  arrange: () => Promise<Trial>
  command: (trial: Trial) => readonly string[]
  /** Exit code of the command when it is left alone. Default: 0. */
  code?: number
  /** What the next runs must do and find. It throws for what is wrong. */
  converges: (trial: Trial, at: Point) => Promise<void>
  /** Points that are met unless all are asked for. */
  most: number
}

/** Where the command dies: at the nth request to one appliance. */
export interface Point {
  appliance: string
  nth: number
  request: string
  moment: 'before' | 'after'
}

/** `all`, or how many points of each command are met. Left out: what its suite says. */
const wanted = process.env['KILL_POINTS']

/** Kills the command at its points and holds what follows to `converges`. */
export async function killAtEachPoint(killed: KilledCommand): Promise<void> {
  const points = await record(killed)
  const met = wanted === 'all' ? points : sample(points, Number(wanted ?? killed.most), killed.name)
  let died = 0
  for (const point of met) if (await dieAt(killed, point)) died += 1
  process.stdout.write(`${killed.name}: ${met.length} of ${points.length} points, died at ${died}\n`)
  expect(died, 'a run that is killed meets nearly all the points of one that is left alone').toBeGreaterThan(
    met.length * 0.8,
  )
}

async function record(killed: KilledCommand): Promise<Point[]> {
  return inWorld(killed, async (trial) => {
    const from = lastOf(trial.simulator)
    const { code = 0 } = killed
    const alone = await runReal(killed, trial)
    expect(alone, alone.stderr).toMatchObject({ code })
    return pointsOf(trial.simulator.requests(from))
  })
}

async function inWorld<T>({ arrange }: KilledCommand, use: (trial: Trial) => Promise<T>): Promise<T> {
  const trial = await arrange()
  try {
    return await use(trial)
  } finally {
    await trial.end()
  }
}

const lastOf = (simulator: Simulator): number => simulator.requests().at(-1)?.sequence ?? 0

function pointsOf(requests: readonly LoggedRequest[]): Point[] {
  const counts = new Map<string, number>()
  return requests.flatMap(({ appliance, method, operation }) => {
    const nth = (counts.get(appliance) ?? 0) + 1
    counts.set(appliance, nth)
    const point = { appliance, nth, request: operation ?? method }
    const before = { ...point, moment: 'before' as const }
    return method === 'GET' ? [before] : [before, { ...point, moment: 'after' as const }]
  })
}

/** Of every kind of request one point of each moment, then what the seed draws, in their order. */
function sample(points: readonly Point[], most: number, seed: string): Point[] {
  const random = seededRandom(seed)
  const shuffled = points.map((point) => ({ point, rank: random() })).toSorted((one, other) => one.rank - other.rank)
  const kinds = new Set<string>()
  const [first, rest] = [[], []] as [Point[], Point[]]
  for (const { point } of shuffled) {
    const kind = [point.appliance, point.request, point.moment].join(' ')
    ;(kinds.has(kind) ? rest : first).push(point)
    kinds.add(kind)
  }
  const drawn = new Set([...first, ...rest].slice(0, most))
  return points.filter((point) => drawn.has(point))
}

/** Says whether the command was at work when it was killed: a run may need fewer requests than another. */
async function dieAt(killed: KilledCommand, point: Point): Promise<boolean> {
  return inWorld(killed, async (trial) => {
    const { simulator } = trial
    const dead = await runReal(killed, trial, point)
    simulator.removeFaults()
    leaseRunsOut(simulator)
    try {
      await killed.converges(trial, point)
    } catch (error) {
      const where = `killed ${point.moment} request ${point.nth} to ${point.appliance} (${point.request})`
      const cause = error instanceof Error ? error.message : String(error)
      throw new Error(`${where}\n${dead.stderr}${dead.stdout}\n${cause}`, { cause: error })
    }
    return dead.code === null
  })
}

/** Time passes in the simulator; its time of day stays that of this machine. */
export function passTime(simulator: Simulator, seconds: number): void {
  simulator.advanceClock(seconds)
  simulator.setClock(new Date().toISOString())
}

/** The dead run's lease ends a minute later. */
export const leaseRunsOut = (simulator: Simulator): void => passTime(simulator, 61)

interface Dead extends Omit<Ended, 'code'> {
  /** Null: it was killed. */
  code: number | null
}

async function runReal({ command }: KilledCommand, trial: Trial, point?: Point): Promise<Dead> {
  const { simulator, folder } = trial
  if (point) fallSilentAt(simulator, point)
  const from = lastOf(simulator)
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...command(trial)], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...trialEnv },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()))
  const watch = setInterval(() => {
    if (point && simulator.requests(from).some(({ status }) => status === 0)) child.kill('SIGKILL')
  }, 1)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(watch)
  return { code, ...said }
}

function fallSilentAt(simulator: Simulator, { appliance, nth, moment }: Point): void {
  simulator.addFault({ kind: moment === 'before' ? 'cutBefore' : 'cutAfter', appliance, nth })
  simulator.addFault({ kind: 'cutBefore', appliance, nth: nth + 1, count: 1_000_000 })
}

/** Declares something else in the place of what is declared. */
export function redeclare({ folder }: Trial, before: string, after: string): void {
  const file = join(folder, 'fleet.yaml')
  const text = readFileSync(file, 'utf8')
  expect(text).toContain(before)
  writeFileSync(file, text.replace(before, after))
}

const apply = ['apply', 'fleet.yaml', '--auto-approve']

/** The right time, but no long waits. */
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 100), signal),
}

/** Runs a command line; while a sensor restarts nobody can look into it, and the run after that goes on. */
export async function runOnceThere(trial: Trial, words: readonly string[]): Promise<Ended> {
  for (let attempt = 1; ; attempt += 1) {
    const ended = await trial.run(words, { clock })
    if (ended.code !== exitCodes.unknown || attempt === 50) return ended
    await wait(100)
  }
}

/** Runs a command line that must end with 0. */
export async function mustDo(trial: Trial, words: readonly string[]): Promise<Ended> {
  const ended = await runOnceThere(trial, words)
  if (ended.code !== 0) throw new Error(`${words.join(' ')}\n${ended.stderr}${ended.stdout}[${ended.code}]`)
  return ended
}

/** The next apply needs no flag, ends with 0, and leaves nothing to plan. */
export async function applyConverges(trial: Trial): Promise<void> {
  await mustDo(trial, apply)
  await mustDo(trial, ['plan', 'fleet.yaml', '--detailed-exitcode'])
}
