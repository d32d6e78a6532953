/**
 * Laws of re-activation, on a model of a sensor and a cloud: a run may be killed between any two of its parts, and the
 * spec may change its mind in between; the next run restores the registration, and the one after finds nothing to do.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ActivationState } from '../../reconcile/driver.ts'
import type { Sight } from '../../reconcile/engine.ts'
import type { Intent } from '../../reconcile/lease.ts'
import type { Action } from '../../reconcile/plan-types.ts'
import type { Placement, RecordLookup, RegistrationRecord } from '../../reconcile/registrar.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { activated, now, planOne, sensor, sight } from './sights.ts'

type Reactivate = Extract<Action, { type: 'reactivate' }>

interface Model {
  /** By name and place: names are unique within a site only. */
  records: Map<string, RegistrationRecord>
  activation: ActivationState
  intent: Intent | undefined
  /** Counts minutes, so that what comes later is later. */
  minute: number
}

const spec = fc.record({
  name: fc.constantFrom('x', 'y', 'z'),
  mode: fc.constantFrom('cloud' as const, 'local' as const),
  site: fc.constantFrom('north', 'south'),
  zone: fc.constantFrom('a', 'b'),
})
type Spec = typeof spec extends fc.Arbitrary<infer T> ? T : never

const settingsOf = ({ name, mode, site, zone }: Spec): DesiredSettings => ({
  name,
  registration: { registrar: 'cloud', site, zone },
  activation: { mode },
})

const instant = ({ minute }: Model): string => new Date(now - 86_400_000 + minute * 60_000).toISOString()

const neverActivated = (): Model => ({
  records: new Map(),
  activation: activated({ name: null, mode: null, site: null, status: 'NotActivated', file: null }),
  intent: undefined,
  minute: 0,
})

interface Named {
  name: string
  mode: 'cloud' | 'local' | null
  site?: string | null | undefined
}

const keyOf = ({ name, mode, site }: Named): string => (mode === 'cloud' ? `${name} in ${site}` : `${name}, local`)

/** As a registrar answers: where it is expected, else the only one of that name. */
function lookup({ records }: Model, at: Named): RecordLookup {
  const named = [...records.values()].filter(({ name }) => name === at.name)
  const record = records.get(keyOf(at)) ?? (named.length === 1 ? named[0] : undefined)
  return record ? { state: 'present', record } : { state: 'absent' }
}

function see(model: Model, wanted: Spec): Sight {
  const { activation, intent } = model
  const { name, mode } = activation
  return sight(
    sensor(settingsOf(wanted)),
    { ...(name !== null && { name }), ...(mode !== null && { 'activation.mode': mode }) },
    {
      observation: { activation, unfinished: intent ? { intent } : {} },
      records: {
        ...(name !== null && { live: lookup(model, { name, mode, site: activation.site }) }),
        desired: lookup(model, wanted),
      },
    },
  )
}

const placed = (name: string, { mode, site, zone }: Placement, createdAt: string): RegistrationRecord => ({
  name,
  mode,
  connected: false,
  createdAt,
  ...(mode === 'cloud' && site !== undefined && { site }),
  ...(mode === 'cloud' && zone !== undefined && { zone }),
})

/** The parts of a re-activation in their order; a run may die after any of them. */
const parts: readonly ((model: Model, action: Reactivate) => void)[] = [
  (model, { to }) => {
    model.intent = { run: 'r', step: 'activation', tool: 't', startedAt: instant(model), data: { to } }
  },
  (model, { deletes }) => {
    if (!deletes) return
    // Never another's record, and never one that the sensor does not report.
    const { name, mode, site } = model.activation
    expect(keyOf(deletes)).toBe(keyOf({ name: name ?? '', mode, site }))
    model.records.delete(keyOf(deletes))
  },
  (model, { to, recordStands }) => {
    const key = keyOf({ name: to.name, ...to.placement })
    expect(model.records.has(key)).toBe(recordStands)
    const before = model.records.get(key)
    model.records.set(key, placed(to.name, to.placement, before?.createdAt ?? instant(model)))
  },
  (model, { to }) => {
    const { mode, site = null } = to.placement
    const file = { id: `f${model.minute}`, createdAt: instant(model), sha256: `${model.minute}` }
    model.activation = activated({ name: to.name, mode, site: mode === 'cloud' ? site : null, file })
  },
  (model, { to }) => {
    const key = keyOf({ name: to.name, ...to.placement })
    const record = model.records.get(key)
    if (record && to.placement.mode === 'cloud')
      model.records.set(key, { ...record, connected: true, lastContact: instant(model) })
  },
  (model) => {
    model.intent = undefined
  },
]

/** Plans and carries out, up to so many parts of a re-activation. Gives the kinds of actions and what is left to do. */
function run(model: Model, wanted: Spec, most = parts.length): string[] {
  const { steps, problems } = planOne(see(model, wanted))
  expect(problems).toEqual([])
  for (const { action } of steps) {
    model.minute++
    if (action.type === 'reactivate') for (const part of parts.slice(0, most)) part(model, action)
    else if (action.type === 'updateRecord') {
      const key = keyOf({ name: action.name, ...action.placement })
      const record = model.records.get(key)
      if (record) model.records.set(key, { ...record, ...action.placement })
    } else if (action.type === 'clearIntent') model.intent = undefined
    else throw new Error(`not expected here: ${action.type}`)
  }
  return steps.map(({ action }) => action.type)
}

const sequence = fc.array(fc.record({ wanted: spec, dies: fc.integer({ min: 1, max: parts.length }) }), {
  maxLength: 5,
})

/** Only a record in the way, which the sensor does not report and no intent names any more, stops a run. */
function isInTheWay({ records, activation, intent }: Model, wanted: Spec): boolean {
  const { name, mode, site } = activation
  if (!records.has(keyOf(wanted)) || keyOf({ name: name ?? '', mode, site }) === keyOf(wanted)) return false
  const to = intent?.data['to'] as Reactivate['to'] | undefined
  return !to || keyOf({ name: to.name, ...to.placement }) !== keyOf(wanted)
}

test('whatever runs that died have left, one whole run restores the registration, and the next has nothing to do', () => {
  fc.assert(
    fc.property(sequence, spec, (history, last) => {
      const model = neverActivated()
      for (const { wanted, dies } of history) {
        fc.pre(!isInTheWay(model, wanted))
        run(model, wanted, dies)
      }
      fc.pre(!isInTheWay(model, last))
      run(model, last)
      expect(model.activation).toMatchObject({ name: last.name, mode: last.mode, status: 'Valid' })
      expect(model.records.get(keyOf(last))).toMatchObject({ mode: last.mode })
      // What a run leaves that only had an intent to clear, or a zone to set, is left to this one.
      run(model, last)
      expect(run(model, last)).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('without deaths no record is left behind', () => {
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 5 }), (specs) => {
      const model = neverActivated()
      for (const wanted of specs) run(model, wanted)
      expect([...model.records.keys()]).toEqual(specs.slice(-1).map(keyOf))
    }),
    { numRuns: 300 },
  )
})
