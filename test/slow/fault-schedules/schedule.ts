/**
 * One schedule: apply meets its faults, they are lifted, apply ends the work, apply finds nothing to do. What is wrong is
 * given in a sentence each.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import { exitCodes } from '../../../cli/exit-codes.ts'
import { cloudKey, type Fault, type FaultCall, type FaultKind } from '../../../simulator/faults.ts'
import type { Schedule } from './draw.ts'
import {
  canaries,
  digestOf,
  lift,
  outsider,
  planned,
  requestsSoFar,
  startPlant,
  unfinishedOn,
  writesOf,
  type Applied,
  type Plant,
} from './plant.ts'
import type { Work } from './works.ts'

/** A work as it ends where nothing goes wrong. */
export interface Reference {
  /** By sensor. */
  digests: ReadonlyMap<string, unknown>
  /** What one sensor calls, and what is called for it. */
  calls: readonly FaultCall[]
}

export interface Ran {
  number: number
  /** Exit code of the apply that met the faults. */
  code: number
  struck: readonly boolean[]
  wrong: readonly string[]
}

const first = planned[0]

/** Throws where a run without faults does not do its work. */
export async function record(network: string, work: Work): Promise<Reference> {
  const works = Object.fromEntries(planned.map((key) => [key, work]))
  const heard: FaultCall[] = []
  const plant = await startPlant(network, { works, outside: 'undeclared' }, (call) => heard.push(call))
  try {
    const { code, stdout, stderr } = await plant.apply()
    if (code !== 0) throw new Error(`${work.name} without faults ends with ${code}:\n${stdout}${stderr}`)
    const own = heard.filter(({ appliance }) => appliance === first)
    const shared = heard.filter(({ appliance }) => appliance === cloudKey || appliance === 'hq')
    return {
      digests: new Map(planned.map((key) => [key, digestOf(plant, key)])),
      calls: [...own, ...shared.slice(0, Math.ceil(shared.length / planned.length))],
    }
  } finally {
    await plant.end()
  }
}

export async function runSchedule(
  network: string,
  schedule: Schedule,
  reference: (work: Work) => Promise<Reference>,
): Promise<Ran> {
  const wanted = new Map<string, unknown>()
  for (const [key, work] of Object.entries(schedule.works)) wanted.set(key, (await reference(work)).digests.get(key))
  const plant = await startPlant(network, schedule)
  const { simulator } = plant.trial
  try {
    for (const fault of schedule.faults) simulator.addFault(fault)
    const struckOne = await plant.apply()
    const struck = simulator.faults().map((fault) => fault.struck > 0)
    const wrong = met(plant, schedule, struckOne, wanted)
    await lift(plant, schedule)
    const next = await plant.apply()
    wrong.push(...ended(plant, schedule, next, wanted))
    const before = requestsSoFar(plant)
    const last = await plant.apply()
    wrong.push(...idle(plant, last, before), ...untouched(plant, schedule), ...leaks([struckOne, next, last]))
    return { number: schedule.number, code: struckOne.code, struck, wrong: wrong.map((text) => text.slice(0, 4000)) }
  } finally {
    await plant.end()
  }
}

const isOfAll = (fault: Fault): boolean => fault.appliance === cloudKey || fault.appliance === 'hq'

/** Sensors that a fault can reach. */
function reached({ faults, works }: Schedule): Set<string> {
  const keys = new Set<string>()
  for (const fault of faults) {
    if (!isOfAll(fault)) keys.add(fault.appliance ?? '')
    const who = fault.appliance === cloudKey ? 'cloud' : 'console'
    if (isOfAll(fault)) for (const [key, work] of Object.entries(works)) if (work.with === who) keys.add(key)
  }
  return keys
}

const said = ({ code, stdout, stderr }: Applied): string => `[${code}]\n${stdout}\n--- stderr\n${stderr}`
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** The apply that met the faults. */
function met(plant: Plant, schedule: Schedule, applied: Applied, wanted: ReadonlyMap<string, unknown>): string[] {
  const { result, code } = applied
  if (!result) return [`apply gave no result ${said(applied)}`]
  const struck = reached(schedule)
  const wrong: string[] = []
  const settled = (key: string) => isDeepStrictEqual(digestOf(plant, key), wanted.get(key))
  for (const key of planned) {
    const sensor = result.sensors.find((one) => one.key === key)
    const isDone = sensor?.status === 'done' || sensor?.status === 'unchanged'
    if (!struck.has(key) && !(isDone && settled(key)))
      wrong.push(`${key} is healthy and was not finished ${said(applied)}`)
    // What an appliance that is unknown would tell is left alone, and said to be unverifiable.
    if (sensor?.status === 'done' && sensor.unverifiable.length === 0 && !settled(key)) {
      wrong.push(`${key} is called done and is not: ${JSON.stringify(digestOf(plant, key))} ${said(applied)}`)
    }
  }
  const unfinished = [...result.sensors, ...result.managementConsoles].filter(
    ({ status }) => status !== 'done' && status !== 'unchanged',
  )
  for (const sensor of unfinished) wrong.push(...untold(sensor, applied))
  const all = planned.every(settled)
  const statuses = new Set(unfinished.map(({ status }) => status))
  const writes = writesOf(plant, 0)
  const promises: readonly [number, boolean][] = [
    [exitCodes.ok, all && unfinished.length === 0],
    [exitCodes.error, writes.length === 0],
    [exitCodes.partial, writes.length > 0 && (!all || unfinished.length > 0)],
    [exitCodes.unknown, statuses.has('unknown')],
    [exitCodes.stale, statuses.has('stale')],
    [exitCodes.waiting, statuses.has('waiting')],
  ]
  if (schedule.faults.every((fault) => passes(plant, fault)) && code !== exitCodes.ok)
    wrong.push(`what passes was not outlasted ${said(applied)}`)
  const holds = promises.find(([promised]) => promised === code)?.[1] ?? false
  if (!holds) wrong.push(`exit code ${code} promises something else ${said(applied)}`)
  return wrong
}

const passing: ReadonlySet<FaultKind> = new Set([
  'latency',
  'slowBody',
  'throttle',
  'cutBefore',
  'cutAfter',
  'sessionLost',
  'halfApplied',
  'reboot',
])

/**
 * It strikes once and is over within seconds: a run waits for that, or tries again. A password is not sent twice in a row,
 * and nobody waits for what is away before work has begun.
 */
function passes({ trial: { simulator } }: Plant, { kind, appliance, nth, count = 1, ...fault }: Fault): boolean {
  const isPassing = 'status' in fault ? fault.status === 429 || fault.status >= 500 : passing.has(kind)
  if (!isPassing || nth === undefined || count > 1) return false
  const own = simulator.requests().filter((request) => request.appliance === appliance)
  const failed = own.filter(({ status }) => status === 0 || status >= 500 || status === 429)
  const begun = own.findIndex(({ operation, status }) => operation === 'lease' && status === 200)
  const early = kind === 'reboot' && (begun < 0 || own.findIndex((request) => failed.includes(request)) < begun)
  return !early && !failed.some(({ operation }) => operation === 'signIn')
}

type Appliance = NonNullable<Applied['result']>['sensors'][number]

/** What, where and what to do must stand in the report. */
function untold({ key, status, steps, problems: own }: Appliance, applied: Applied): string[] {
  const text = flat(applied.stdout + applied.stderr)
  const problems = [...own, ...steps.flatMap(({ problem }) => problem ?? [])]
  if (problems.length === 0) return [`${key} is ${status}, and nothing says why ${said(applied)}`]
  return problems.flatMap((problem) => {
    const { code, summary, hint = '', severity } = problem
    if (!text.includes(flat(summary)) || !text.includes(key)) return [`${key}: ${code} is not told ${said(applied)}`]
    return severity === 'error' && hint === '' ? [`${key}: ${code} does not say what to do ${said(applied)}`] : []
  })
}

/** The apply after the faults were lifted. */
function ended(plant: Plant, schedule: Schedule, applied: Applied, wanted: ReadonlyMap<string, unknown>): string[] {
  if (applied.code !== 0) return [`the faults are lifted, and apply does not end the work ${said(applied)}`]
  const struck = reached(schedule)
  const again = applied.result?.sensors.filter(({ key, steps }) => steps.length > 0 && !struck.has(key)) ?? []
  return [
    ...again.map(({ key }) => `${key} was healthy, and is planned again ${said(applied)}`),
    ...planned.flatMap((key) => unfinishedOn(plant, key).map((what) => `${what} is left on ${key} ${said(applied)}`)),
    ...planned.flatMap((key) => {
      const digest = digestOf(plant, key)
      if (isDeepStrictEqual(digest, wanted.get(key))) return []
      return [`${key} is not as without faults: ${JSON.stringify([digest, wanted.get(key)])} ${said(applied)}`]
    }),
  ]
}

/** Where nothing is left to do nothing is done. */
function idle(plant: Plant, applied: Applied, since: number): string[] {
  const steps = applied.result?.sensors.flatMap((sensor) => sensor.steps) ?? []
  const writes = writesOf(plant, since)
  if (applied.code === 0 && steps.length === 0 && writes.length === 0) return []
  return [`the third apply is not idle: ${writes.join(', ')} ${said(applied)}`]
}

function untouched({ trial: { simulator } }: Plant, { outside }: Schedule): string[] {
  const { signIn, signOut, readAppliance, ...others } = simulator.counts(outsider)
  const looks = (signIn ?? 0) + (signOut ?? 0) + (readAppliance ?? 0)
  const touched = Object.keys(others).length > 0 || (outside !== 'inSync' && looks > 0)
  return touched ? [`${outsider} is ${outside}, and was touched: ${JSON.stringify(simulator.counts(outsider))}`] : []
}

const leaks = (all: readonly Applied[]): string[] =>
  all.flatMap(({ stdout, stderr, result }) => {
    const text = stdout + stderr + JSON.stringify(result)
    const found = canaries.some((canary) => text.includes(canary))
    const crashed = /\n\s+at .*:\d+:\d+|INTERNAL_ERROR/.test(text)
    return [...(found ? ['a secret is shown'] : []), ...(crashed ? [`it crashed: ${text}`] : [])]
  })
