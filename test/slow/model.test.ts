/**
 * Random sequences of what happens to a fleet, against a simple model: edits of the spec, plans, applies, killed ones and
 * two at once, changes by hand, records deleted in the portal, restores, time that passes, sensors and the cloud that come
 * and go. What fails is printed as a script of few steps, to be pasted as a test.
 *
 * `MODEL_SEED` draws other sequences, `MODEL_RUNS` more or fewer.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  consoleChanges,
  fields,
  keys,
  mayDo,
  start,
  takeStep,
  type ConsolePath,
  type Field,
  type Model,
  type Real,
  type Step,
} from '../support/fleet-model.ts'

const seed = Number(process.env['MODEL_SEED'] ?? 1)
const numRuns = Number(process.env['MODEL_RUNS'] ?? 420)

let steps = 0
const taken = new Map<Step['do'], number>()

class Command implements fc.AsyncCommand<Model, Real> {
  readonly #step: Step

  constructor(step: Step) {
    this.#step = step
  }

  check(model: Readonly<Model>): boolean {
    return mayDo(model, this.#step)
  }

  run(model: Model, real: Real): Promise<void> {
    steps += 1
    taken.set(this.#step.do, (taken.get(this.#step.do) ?? 0) + 1)
    return takeStep(model, real, this.#step)
  }

  toString(): string {
    return JSON.stringify(this.#step)
  }
}

const sensor = fc.constantFrom(...keys)
const always = (step: Step): fc.Arbitrary<Step> => fc.constant(step)

/** The name is what most can be lost with. */
const declare = fc
  .constantFrom(...(Object.keys(fields) as Field[]), 'name' as const, 'name' as const)
  .chain((field) =>
    fc
      .tuple(sensor, fc.option(fc.nat(fields[field].length - 1), { freq: 4 }))
      .map(([key, as]): Step => ({ do: 'declare', sensor: key, field, as })),
  )

/** One beyond the last unsets. */
const change = fc
  .constantFrom(...(Object.keys(consoleChanges) as ConsolePath[]))
  .chain((path) => fc.record({ sensor, path: fc.constant(path), to: fc.nat(consoleChanges[path].length) }))

const byHand = change.map((one): Step => ({ do: 'change in console', ...one }))

const ofSensor = (
  what: (Step & { sensor: unknown })['do'] & ('partition' | 'heal' | 'back up' | 'restore' | 'delete in portal'),
) => sensor.map((key): Step => ({ do: what, sensor: key }))

/** A run makes about a hundred calls, each of which counts twice. */
const atCall = fc.integer({ min: 1, max: 200 })
const killedAtCloud = fc
  .integer({ min: 1, max: 30 })
  .map((call): Step => ({ do: 'kill an apply at the cloud', afterCall: call }))

/** A run makes about ten calls to a sensor. */
const meanwhile = fc
  .tuple(fc.integer({ min: 1, max: 16 }), fc.option(fc.nat(2), { freq: 4 }), change)
  .map(([at, declaring, one]): Step => ({ do: 'change during an apply', atCall: at, declaring, ...one }))

const step = fc.oneof(
  { arbitrary: declare, weight: 10 },
  { arbitrary: byHand, weight: 3 },
  { arbitrary: meanwhile, weight: 4 },
  { arbitrary: always({ do: 'plan' }), weight: 2 },
  { arbitrary: always({ do: 'apply' }), weight: 4 },
  { arbitrary: atCall.map((at): Step => ({ do: 'kill an apply', atCall: at })), weight: 3 },
  { arbitrary: killedAtCloud, weight: 2 },
  {
    arbitrary: fc.option(atCall).map((at): Step => ({ do: 'two applies at once', killFirstAtCall: at })),
    weight: 1,
  },
  { arbitrary: ofSensor('delete in portal'), weight: 1 },
  { arbitrary: ofSensor('back up'), weight: 1 },
  { arbitrary: ofSensor('restore'), weight: 4 },
  { arbitrary: ofSensor('partition'), weight: 1 },
  { arbitrary: ofSensor('heal'), weight: 6 },
  { arbitrary: always({ do: 'cloud goes away' }), weight: 1 },
  { arbitrary: always({ do: 'cloud comes back' }), weight: 4 },
  {
    arbitrary: fc
      .oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20 * 86_400 }))
      .map((seconds): Step => ({ do: 'let time pass', seconds })),
    weight: 2,
  },
)

const sequences = fc.commands([step.map((one) => new Command(one))], {
  maxCommands: 80,
  size: 'max',
  disableReplayLog: true,
})

/** As it is pasted. */
const scriptOf = (commands: Iterable<{ toString(): string; hasRan: boolean }>): string =>
  `await play([\n${[...commands]
    .filter(({ hasRan }) => hasRan)
    .map((one) => `  ${one.toString()},\n`)
    .join('')}])`

test('whatever happens in whatever order, the engine does as the model says', { timeout: 1_800_000 }, async () => {
  const startedMs = performance.now()
  const details = await fc.check(
    fc.asyncProperty(sequences, (commands) => fc.asyncModelRun(start, commands)),
    { seed, numRuns, endOnFailure: false },
  )
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  const kinds = [...taken].map(([name, count]) => `${name} ${count}`).join(', ')
  process.stdout.write(
    `model: ${steps} steps in ${details.numRuns} sequences of seed ${seed}, ${seconds} s\n  ${kinds}\n`,
  )
  if (details.failed) {
    const [commands] = details.counterexample ?? [[]]
    const { errorInstance: error } = details
    throw new Error(
      `${scriptOf(commands as Parameters<typeof scriptOf>[0])}\n${error instanceof Error ? error.message : String(error)}`,
    )
  }
  expect(steps).toBeGreaterThan(numRuns * 24)
})
