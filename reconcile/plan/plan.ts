/**
 * From what is declared and what was seen to a plan. Pure and total: the same input gives the same bytes.
 *
 * @module
 */
import type { Fleet } from '../../schemas/fleet.ts'
import { compareText } from '../compare/canonical-json.ts'
import { crossCheck } from './cross-checks.ts'
import type { PlanContext, Sight } from '../engine.ts'
import { isHeld } from './hold.ts'
import { answered } from '../compare/look.ts'
import type { Plan } from '../plan-types.ts'
import { checkPolicy } from './policy.ts'
import { planAppliance } from './appliance-plan.ts'

/** Makes the plan of every selected sensor, by key. A selected sensor without a sight is unknown. */
export function makePlan(fleet: Fleet, sights: readonly Sight[], context: PlanContext): Plan {
  const byKey = new Map(sights.map((sight) => [sight.desired.key, sight]))
  const sensors = [...fleet.sensors.values()].sort((a, b) => compareText(a.key, b.key))
  const selected = context.options.keys && new Set(context.options.keys)
  const looked = sensors.filter((desired) => !selected || selected.has(desired.key))
  const active = looked.filter((desired) => !isHeld(desired, context.now))
  const seen = active.flatMap((desired) => {
    const sight = byKey.get(desired.key)
    return sight && answered(sight) ? [{ desired, observation: sight.observation }] : []
  })
  const { refusals, byKey: conflicts } = crossCheck(seen)
  const planned = looked.map((desired) =>
    planAppliance(fleet, desired, byKey.get(desired.key), context, conflicts.get(desired.key)),
  )
  const plans = planned.map(({ plan }) => plan)
  const overrides = context.options.overrides ?? {}
  const declared = sensors.filter((desired) => !isHeld(desired, context.now))
  const problems = [
    ...refusals,
    ...planned.flatMap((one) => one.refusals),
    ...checkPolicy({ policy: fleet.policy, declared, plans, overrides }),
  ]
  return {
    formatVersion: 1,
    tool: { name: 'sensorform', version: context.toolVersion },
    madeAt: new Date(context.now).toISOString(),
    declared: fleet.sensors.size,
    sensors: plans,
    orphans: [...context.orphans].sort(compareText),
    problems,
    refused: problems.length > 0,
    ...(Object.keys(overrides).length > 0 && { overrides }),
  }
}
