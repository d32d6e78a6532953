/**
 * Where the time of a run goes (`--timings`). The phases of a run follow one another. What appliances are asked, waited for
 * and remembered by happens to many of them at once, so that these times add up to more than the run took.
 *
 * @module
 */
import { aroundMemory } from '../reconcile/around-memory.ts'
import type { Clock } from '../reconcile/clock.ts'
import type { Memory } from '../reconcile/memory.ts'
import type { RunEvent } from '../reconcile/outcome.ts'
import { plainText } from '../report/neutral.ts'
import { counted } from '../report/words.ts'

export type Phase = 'start' | 'documents' | 'read' | 'plan' | 'question' | 'write' | 'report' | 'end'

/** A request to an appliance, after it has ended. */
interface Request {
  method: string
  path: string
  ms: number
}

type Kind = 'signIn' | 'read' | 'lease' | 'write'

/** How often, and for how long altogether. */
interface Sum {
  count: number
  ms: number
}

export interface Spent {
  totalMs: number
  phases: Partial<Record<Phase, number>>
  requests: Record<Kind, Sum>
  /** For something to happen: between two looks at a job, or before a request is made again. */
  waits: Sum
  state: Sum
  /** Longest first. */
  slowest: readonly { key: string; ms: number }[]
}

export interface Timings {
  /** From now on time is spent on this. */
  enter(phase: Phase): void
  onEvent(event: RunEvent): void
  onRequest(request: Request): void
  /** The same clock, whose waits are counted. One that is called off held nobody up, such as that for renewing a lease. */
  watchWaits(clock: Clock): Clock
  /** The same memory, whose calls are counted. */
  watchMemory(memory: Memory): Memory
  spent(): Spent
}

const mostSlow = 5

/** Begins with what has gone by on the monotonic clock: for a process, that is since it was started. */
export function startTimings({ monotonic }: Pick<Clock, 'monotonic'>): Timings {
  let [phase, since]: [Phase, number] = ['start', 0]
  const phases: Partial<Record<Phase, number>> = {}
  const requests: Record<Kind, Sum> = { signIn: none(), read: none(), lease: none(), write: none() }
  const [waits, state] = [none(), none()]
  const busy = new Map<string, number>()
  const open = new Map<string, number>()
  const enter = (next: Phase): void => {
    const at = monotonic()
    phases[phase] = (phases[phase] ?? 0) + at - since
    phase = next
    since = at
  }
  const begin = (key: string): void => {
    if (!open.has(key)) open.set(key, monotonic())
  }
  const finish = (key: string): void => {
    busy.set(key, (busy.get(key) ?? 0) + monotonic() - (open.get(key) ?? monotonic()))
    open.delete(key)
  }
  const timed = async <T>(sum: Sum, work: () => Promise<T>): Promise<T> => {
    const at = monotonic()
    const result = await work()
    add(sum, monotonic() - at)
    return result
  }
  return {
    enter,
    onEvent({ type, key }) {
      if (type === 'observing') enter('read')
      if (type === 'observing' || type === 'stepStarted') begin(key)
      if (type === 'observed' || type === 'applianceFinished') finish(key)
      if (type === 'observed' && open.size === 0) enter('plan')
    },
    onRequest: (request) => add(requests[kindOf(request)], request.ms),
    watchWaits: (clock) => ({ ...clock, sleep: (ms, signal) => timed(waits, () => clock.sleep(ms, signal)) }),
    watchMemory: (memory) => aroundMemory(memory, (call) => timed(state, call)),
    spent() {
      enter('end')
      const slowest = [...busy].map(([key, ms]) => ({ key, ms })).sort((one, other) => other.ms - one.ms)
      return { totalMs: monotonic(), phases, requests, waits, state, slowest: slowest.slice(0, mostSlow) }
    },
  }
}

const none = (): Sum => ({ count: 0, ms: 0 })

function add(sum: Sum, ms: number): void {
  sum.count += 1
  sum.ms += ms
}

function kindOf({ method, path }: Request): Kind {
  if (/\/(session|validation)(\?|$)/.test(path)) return 'signIn'
  if (/\/lease(\?|$)/.test(path)) return 'lease'
  return method === 'GET' ? 'read' : 'write'
}

const phaseTexts: Readonly<Record<Phase, string>> = {
  start: 'start',
  documents: 'load documents',
  read: 'read appliances',
  plan: 'compare and plan',
  question: 'wait for an answer',
  write: 'carry out steps',
  report: 'report',
  end: 'end',
}

const kindTexts: Readonly<Record<Kind, string>> = {
  signIn: 'sign in and out',
  read: 'read',
  lease: 'lease',
  write: 'write',
}

const row = (name: string, ms: number, note = ''): string =>
  `  ${name.padEnd(20)}${(ms / 1000).toFixed(2).padStart(9)} s${note}`.trimEnd()

/** For a person. */
export function timingsTable({ totalMs, phases, requests, waits, state, slowest }: Spent): string {
  const share = (ms: number): string => `${Math.round((100 * ms) / Math.max(totalMs, 1))} %`.padStart(7)
  const sums = [
    ...(Object.keys(kindTexts) as Kind[]).map((kind) => [kindTexts[kind], requests[kind], 'request'] as const),
    ['wait', waits, 'pause'] as const,
    ['state', state, 'call'] as const,
  ].filter(([, { count }]) => count > 0)
  return [
    `Where ${(totalMs / 1000).toFixed(2)} s went:`,
    ...(Object.keys(phaseTexts) as Phase[]).flatMap((phase) => {
      const ms = phases[phase]
      return ms === undefined ? [] : [row(phaseTexts[phase], ms, share(ms))]
    }),
    ...(sums.length > 0 ? ['Of all appliances, many of them at once:'] : []),
    ...sums.map(([name, { count, ms }, unit]) => row(name, ms, `  ${counted(count, unit)}`)),
    ...(slowest.length > 0 ? ['Longest:'] : []),
    ...slowest.map(({ key, ms }) => row(plainText(key), ms)),
  ].join('\n')
}

/** For a program: one line, in whole milliseconds. */
export const timingsJson = (spent: Spent): string =>
  JSON.stringify({ timings: spent }, (_, value: unknown) => (typeof value === 'number' ? Math.round(value) : value))
