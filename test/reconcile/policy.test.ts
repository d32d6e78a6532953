/** When a whole plan is refused, with the numbers and the way out. */
import { describe, expect, test } from 'vitest'
import type { Overrides } from '../../reconcile/engine.ts'
import { makePlan } from '../../reconcile/plan/plan.ts'
import type { PolicySpec } from '../../schemas/access.ts'
import { contextOf, fleetOf, sensor, sight, unknownSight } from './sights.ts'

interface Counts {
  declared: number
  changed?: number
  disrupted?: number
  unknown?: number
  held?: number
  /** All are looked at unless given. */
  selected?: number
}

/** A site in which the first sensors change, the next are disrupted, the next unknown, the next held; the others are in sync. */
function planFor(
  { declared, changed = 0, disrupted = 0, unknown = 0, held = 0, selected }: Counts,
  policy: PolicySpec,
  overrides: Overrides,
) {
  const sights = Array.from({ length: declared }, (_, index) => {
    const key = `s-${String(index).padStart(3, '0')}`
    const isHeld = index >= changed + disrupted + unknown && index < changed + disrupted + unknown + held
    const settings =
      index >= changed && index < changed + disrupted
        ? { network: { proxy: { enabled: true } } }
        : { time: { timezone: 'UTC' } }
    const desired = sensor(settings, { key, ...(isHeld && { hold: { until: '2027-01-01', reason: 'r' } }) })
    if (index >= changed + disrupted && index < changed + disrupted + unknown) return unknownSight(desired)
    return sight(desired, { name: key, 'time.timezone': index < changed ? 'Asia/Tokyo' : 'UTC' })
  })
  const keys = sights.slice(0, selected).map(({ desired }) => desired.key)
  return makePlan(
    fleetOf(
      sights.map(({ desired }) => desired),
      { policy },
    ),
    sights,
    contextOf({ options: { keys }, overrides }),
  )
}

describe('thresholds', () => {
  test.each<[string, Counts, PolicySpec, Overrides, string[]]>([
    ['3 of 10 change', { declared: 10, changed: 3 }, {}, {}, []],
    [
      '4 of 10 change',
      { declared: 10, changed: 4 },
      {},
      {},
      ['4 of 10 sensors would change; policy.maxChangedSensors (30%) allows 3'],
    ],
    ['4 of 10 change, and 4 are allowed', { declared: 10, changed: 4 }, {}, { allowChanged: 4 }, []],
    [
      '5 of 10 change, and 4 are allowed',
      { declared: 10, changed: 5 },
      {},
      { allowChanged: 4 },
      ['5 of 10 sensors would change; policy.maxChangedSensors (30%) allows 4'],
    ],
    ['9 of 9 change: too few to count', { declared: 9, changed: 9 }, {}, {}, []],
    ['4 of 4 selected change, of 20 declared', { declared: 20, changed: 4, selected: 4 }, {}, {}, []],
    [
      '7 of 7 selected change, of 20 declared',
      { declared: 20, changed: 7, selected: 7 },
      {},
      {},
      ['7 of 20 sensors would change; policy.maxChangedSensors (30%) allows 6'],
    ],
    [
      'held sensors are on neither side',
      { declared: 12, changed: 4, held: 2 },
      {},
      {},
      ['4 of 10 sensors would change; policy.maxChangedSensors (30%) allows 3'],
    ],
    ['the policy says more', { declared: 10, changed: 10 }, { maxChangedSensors: '100%' }, {}, []],
    [
      'the policy says none',
      { declared: 10, changed: 1 },
      { maxChangedSensors: '0%' },
      {},
      ['1 of 10 sensors would change; policy.maxChangedSensors (0%) allows 0'],
    ],
    ['1 of 10 unknown', { declared: 10, unknown: 1 }, {}, {}, []],
    [
      '2 of 10 unknown',
      { declared: 10, unknown: 2 },
      {},
      {},
      ['2 of 10 sensors of site berlin are unknown; policy.maxUnknownSensors (10%) allows 1'],
    ],
    ['9 of 9 unknown: too few to count', { declared: 9, unknown: 9 }, {}, {}, []],
    ['1 of 1 disrupted: one always may', { declared: 1, disrupted: 1 }, {}, {}, []],
    [
      '2 of 3 disrupted: at any size',
      { declared: 3, disrupted: 2 },
      {},
      {},
      ['2 of 3 sensors of site berlin would be disrupted; policy.maxDisruptedPerSite (50%) allows 1'],
    ],
    ['2 of 4 disrupted', { declared: 4, disrupted: 2 }, {}, {}, []],
    ['one always may, even at 0%', { declared: 4, disrupted: 1 }, { maxDisruptedPerSite: '0%' }, {}, []],
  ])('%s', (_, counts, policy, overrides, expected) => {
    const plan = planFor(counts, policy, overrides)
    expect([plan.refused, plan.problems.map(({ summary }) => summary)]).toEqual([expected.length > 0, expected])
  })
})

test('a refusal names the override', () => {
  expect(planFor({ declared: 10, changed: 4 }, {}, {}).problems.map(({ code, hint }) => [code, hint])).toEqual([
    ['POLICY_CHANGED', 'If that is what you want: --allow-changed 4. Else narrow the run with --select.'],
  ])
})

test('sites are counted apart', () => {
  const sights = ['a', 'b', 'c', 'd'].map((key, index) =>
    sight(sensor({ network: { proxy: { enabled: true } } }, { key, site: index < 2 ? 'north' : 'south' }), {
      name: key,
    }),
  )
  const plan = makePlan(fleetOf(sights.map(({ desired }) => desired)), sights, contextOf())
  expect(plan.problems.map(({ summary }) => summary.slice(0, 32))).toEqual([
    '2 of 2 sensors of site north wou',
    '2 of 2 sensors of site south wou',
  ])
})

test('a backup of every sensor is no mass change', () => {
  const sights = Array.from({ length: 10 }, (_, index) => {
    const backups = { supported: true, latest: null, lastError: null }
    return sight(
      sensor({ backup: { maxAge: '26h' } }, { key: `s-${index}` }),
      { 'backup.enabled': true },
      { observation: { backups } },
    )
  })
  const plan = makePlan(fleetOf(sights.map(({ desired }) => desired)), sights, contextOf())
  expect([plan.refused, plan.sensors.flatMap(({ steps }) => steps.map(({ id }) => id)).length]).toEqual([false, 10])
})
