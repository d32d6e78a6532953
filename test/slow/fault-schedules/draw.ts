/** Which faults strike whom at which moment: drawn by a seed from what the simulator knows and what a run without faults does. */
import {
  cloudKey,
  createFaultEngine,
  faultExamples,
  seededRandom,
  strikesAtOnce,
  type Fault,
  type FaultCall,
  type FaultKind,
} from '../../../simulator/faults.ts'
import { outsides, planned, type Layout, type Outside } from './plant.ts'
import { fewSettings, works, type Work } from './works.ts'

/** A run of one work that is left alone: what it calls of each who takes part, by sensor. */
export type CallsOf = (work: Work) => readonly FaultCall[]

export interface Schedule extends Layout {
  /** Of the seed. */
  number: number
  faults: readonly Fault[]
  /** Whether all are lifted at once or only after a while, in which leases and sessions end. */
  liftedLater: boolean
}

export const kinds = Object.keys(faultExamples) as FaultKind[]

/** A kind of fault, the work that it disturbs, and who is struck. */
interface Possibility {
  kind: FaultKind
  work: Work
  appliance: string
  /** Those of the moments that the kind can strike at, each time the work is done. */
  calls: readonly FaultCall[]
}

const first = planned[0]

/** Every kind at every work where a run without faults gives it an occasion, at the sensor and at whoever takes part. */
export function possibilities(callsOf: CallsOf): Possibility[] {
  return works.flatMap((work) =>
    [first, ...(work.with === 'cloud' ? [cloudKey] : work.with === 'console' ? ['hq'] : [])].flatMap((appliance) =>
      kinds.flatMap((kind) => {
        const calls = callsOf(work).filter((call) => call.appliance === appliance)
        const met = occasions(kind, appliance, calls)
        const atOnce = strikesAtOnce(exampleOf(kind)) && appliance !== cloudKey
        return atOnce || (met.length > 0 && !isOfAppliances(kind, appliance))
          ? [{ kind, work, appliance, calls: met }]
          : []
      }),
    ),
  )
}

const exampleOf = (kind: FaultKind): Fault => {
  const [example] = faultExamples[kind]
  if (!example) throw new TypeError(`there is no example of ${kind}`)
  return example
}

/** The cloud does not reboot. */
const isOfAppliances = (kind: FaultKind, appliance: string): boolean =>
  appliance === cloudKey && strikesAtOnce(exampleOf(kind))

function occasions(kind: FaultKind, appliance: string, calls: readonly FaultCall[]): FaultCall[] {
  const nth = { ...exampleOf(kind), appliance, nth: 1, count: 1_000_000 }
  const engine = createFaultEngine(1, [nth])
  return calls.filter((call) => engine.strike(call).length > 0)
}

/** Each possibility alone, and then pairs, on one sensor or on two. */
export function drawSchedule(seed: number, number: number, all: readonly Possibility[]): Schedule {
  const dice = diceOf(`${seed}/${number}`)
  const alone = all[number]
  const [one, other] = alone ? [alone] : [dice.pick(weighed(all)), dice.pick(weighed(all))]
  const apart = other !== undefined && (other.work !== one.work || dice.chance(0.5))
  const second = planned[1]
  const worksOf = new Map<string, Work>([[first, one.work], ...(apart ? [[second, other.work] as const] : [])])
  const laid: Record<string, Work> = {}
  for (const key of planned) laid[key] = worksOf.get(key) ?? (dice.chance(0.9) ? fewSettings : dice.pick(quick))
  const struck = (possibility: Possibility, key: string): Fault =>
    faultAt(possibility, possibility.appliance === first ? key : possibility.appliance, dice)
  return {
    number,
    works: laid,
    outside: dice.pick<Outside>(outsides),
    faults: [struck(one, first), ...(other ? [struck(other, apart ? second : first)] : [])],
    liftedLater: dice.chance(0.3),
  }
}

/** Settings are what is changed on most days, and are quick. */
const weighed = (all: readonly Possibility[]): Possibility[] =>
  all.flatMap((one) => Array.from({ length: weightOf(one.work) }, () => one))

const weightOf = ({ name }: Work): number => (name === fewSettings.name ? 4 : name === 'settings' ? 4 : 1)

/** What healthy sensors may have before them as well: an update takes as long as ten others. */
const quick = works.filter(({ name }) => name !== 'update of the software')

type Dice = ReturnType<typeof diceOf>

function diceOf(seed: string) {
  const random = seededRandom(seed)
  const below = (end: number): number => Math.floor(random() * end)
  return {
    below,
    chance: (of: number): boolean => random() < of,
    pick: <T>(choices: readonly T[]): T => {
      const picked = choices[below(choices.length)]
      if (picked === undefined) throw new RangeError('there is nothing to choose from')
      return picked
    },
  }
}

/** Once, three times, from a moment on or at one operation. */
function faultAt({ kind, calls }: Possibility, appliance: string, dice: Dice): Fault {
  const example = { ...dice.pick<Fault>(faultExamples[kind]), appliance }
  if (calls.length === 0 || (strikesAtOnce(example) && dice.chance(0.3))) return example
  const nth = 1 + dice.below(calls.length)
  const { operation } = dice.pick(calls)
  const once = { ...example, nth }
  // Each strike makes a key.
  if (kind === 'certificateSwapped') return once
  return dice.pick<Fault>([
    once,
    once,
    once,
    { ...example, nth, count: 3 },
    { ...example, nth, count: 1_000_000 },
    { ...example, ...(operation !== null && { operation }), nth: 1, count: 1 + dice.below(4) },
  ])
}
