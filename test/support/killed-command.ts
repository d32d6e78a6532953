/**
 * The real command, killed with -9 at every request of its run. The points are found by recording a run that is left
 * alone; each is then met in a world of its own: a read once, a write right before and right after it took effect.
 *
 * From its point on, the appliance or cloud at which the command dies cuts every connection: nothing that the dying
 * process still sends reaches it.
 */
import { spawn, type ChildProcess } from 'node:child_process'
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

interface KilledWork<World> {
  /** Says which suite speaks, and seeds its sample. */
  name: string
  /** Makes a world in which the command has all its work before it. */
  arrange: () => Promise<World>
  /** Exit code of the command when it is left alone. Default: 0. */
  code?: number
  /** What the next runs must do and find. It throws for what is wrong. */
  converges: (world: World, at: Point) => Promise<void>
  /** Points that are met unless all are asked for. */
  most: number
}

export interface KilledCommand extends KilledWork<Trial> {
  command: (trial: Trial) => readonly string[]
}

/** Any process that works on a simulator. */
export interface KilledProcess<World extends Mortal> extends KilledWork<World> {
  start: (world: World) => Started
}

export interface Mortal {
  simulator: Simulator
  end(): Promise<void>
}

export interface Started {
  ended: Promise<Dead>
  kill(): void
}

export interface Dead extends Omit<Ended, 'code'> {
  /** Null where the command itself was killed. */
  code: number | null
  /** It was at work when it was killed. */
  died: boolean
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
export const killAtEachPoint = ({ command, ...work }: KilledCommand): Promise<void> =>
  killProcessAtEachPoint({ ...work, start: (trial) => startCommand(trial, command(trial)) })

/** The same of any process. */
export async function killProcessAtEachPoint<World extends Mortal>(killed: KilledProcess<World>): Promise<void> {
  const points = await record(killed)
  const met = wanted === 'all' ? points : sample(points, Number(wanted ?? killed.most), killed.name)
  let died = 0
  for (const point of met) if (await dieAt(killed, point)) died += 1
  process.stdout.write(`${killed.name}: ${met.length} of ${points.length} points, died at ${died}\n`)
  expect(died, 'a run that is killed meets nearly all the points of one that is left alone').toBeGreaterThan(
    met.length * 0.8,
  )
}

async function record<World extends Mortal>(killed: KilledProcess<World>): Promise<Point[]> {
  return inWorld(killed, async (world) => {
    const from = lastOf(world.simulator)
    const { code = 0 } = killed
    const alone = await killed.start(world).ended
    expect(alone, alone.stderr).toMatchObject({ code })
    return pointsOf(world.simulator.requests(from))
  })
}

async function inWorld<World extends Mortal, T>(
  { arrange }: KilledProcess<World>,
  use: (world: World) => Promise<T>,
): Promise<T> {
  const world = await arrange()
  try {
    return await use(world)
  } finally {
    await world.end()
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
async function dieAt<World extends Mortal>(killed: KilledProcess<World>, point: Point): Promise<boolean> {
  return inWorld(killed, async (world) => {
    const { simulator } = world
    const dead = await killAt(simulator, point, () => killed.start(world))
    simulator.removeFaults()
    leaseRunsOut(simulator)
    try {
      await killed.converges(world, point)
    } catch (error) {
      const where = `killed ${point.moment} request ${point.nth} to ${point.appliance} (${point.request})`
      const cause = error instanceof Error ? error.message : String(error)
      throw new Error(`${where}\n${dead.stderr}${dead.stdout}\n${cause}`, { cause: error })
    }
    return dead.died
  })
}

async function killAt(simulator: Simulator, point: Point, start: () => Started): Promise<Dead> {
  fallSilentAt(simulator, point)
  const from = lastOf(simulator)
  const started = start()
  const watch = setInterval(() => {
    if (simulator.requests(from).some(({ status }) => status === 0)) started.kill()
  }, 1)
  const dead = await started.ended
  clearInterval(watch)
  return dead
}

/** Time passes in the simulator; its time of day stays that of this machine. */
export function passTime(simulator: Simulator, seconds: number): void {
  simulator.advanceClock(seconds)
  simulator.setClock(new Date().toISOString())
}

/** The dead run's lease ends a minute later. */
export const leaseRunsOut = (simulator: Simulator): void => passTime(simulator, 61)

/** Collects what a process says until it ends. */
export async function endOf(child: ChildProcess): Promise<Omit<Dead, 'died'>> {
  const said = { stdout: '', stderr: '' }
  child.stdout?.on('data', (data: Buffer) => (said.stdout += data.toString()))
  child.stderr?.on('data', (data: Buffer) => (said.stderr += data.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, ...said }
}

function startCommand({ folder }: Trial, words: readonly string[]): Started {
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...trialEnv },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = endOf(child).then((dead) => ({ ...dead, died: dead.code === null }))
  return { ended, kill: () => void child.kill('SIGKILL') }
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

/** The next apply needs no flag, names what it found under way, ends with 0, and leaves nothing to plan. */
export async function applyConverges(trial: Trial): Promise<void> {
  const { simulator } = trial
  const sensors = simulator.appliances.filter(({ kind }) => kind === 'Sensor')
  const open = sensors.flatMap(({ key }) => simulator.appliance(key).state.intent ?? [])
  const { stdout, stderr } = await mustDo(trial, apply)
  for (const { run, step } of open) expect(stdout + stderr).toContain(`Found "${step}" of run ${run}`)
  await mustDo(trial, ['plan', 'fleet.yaml', '--detailed-exitcode'])
}
