/**
 * From what is declared and what was seen to a plan. Pure and total: the same input gives the same bytes.
 *
 * @module
 */
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { compareText } from '../compare/canonical-json.ts'
import { consolePath } from '../compare/console-diff.ts'
import { crossCheck } from './cross-checks.ts'
import type { PlanContext, Sight } from '../engine.ts'
import { otherKeyProblem } from '../compare/other-key.ts'
import { isHeld } from './hold.ts'
import { answered } from '../compare/look.ts'
import type { AppliancePlan, Plan } from '../plan-types.ts'
import { formerEntries } from './former-entries.ts'
import { isLookedAt } from './only.ts'
import { checkPolicy } from './policy.ts'
import { planAppliance } from './appliance-plan.ts'

/** Makes the plan of every selected appliance, by key. A selected one without a sight is unknown. */
export function makePlan(fleet: Fleet, sights: readonly Sight[], context: PlanContext): Plan {
  const byKey = new Map(sights.map((sight) => [sight.desired.key, sight]))
  const looked = selected(fleet.sensors, context)
  const active = looked.filter((desired) => !isHeld(desired, context.now))
  const seen = active.flatMap((desired) => {
    const sight = byKey.get(desired.key)
    return sight && answered(sight) ? [{ desired, observation: sight.observation }] : []
  })
  const { refusals, byKey: conflicts } = crossCheck(seen)
  const planned = looked.map((desired) =>
    planAppliance(fleet, desired, byKey.get(desired.key), context, conflicts.get(desired.key)),
  )
  const consoles = selected(fleet.managementConsoles, context).map((desired) =>
    planAppliance(fleet, desired, byKey.get(desired.key), context, undefined),
  )
  const former = isLookedAt(consolePath, context.options.only) ? formerEntries(sights) : new Map<string, Problem[]>()
  const plans = planned.map(({ plan }) => withProblems(plan, former.get(plan.key)))
  const overrides = context.options.overrides ?? {}
  const declared = [...fleet.sensors.values()].filter((desired) => !isHeld(desired, context.now))
  const refused = [
    ...refusals,
    ...[...planned, ...consoles].flatMap((one) => one.refusals),
    ...checkPolicy({ policy: fleet.policy, declared, plans, overrides }),
  ]
  const otherKey = overrides.rewriteSecrets ? undefined : otherKeyProblem(sights)
  return {
    formatVersion: 1,
    tool: { name: 'sensorform', version: context.toolVersion },
    madeAt: new Date(context.now).toISOString(),
    declared: fleet.sensors.size,
    sensors: plans,
    managementConsoles: consoles.map(({ plan }) => plan),
    orphans: [...context.orphans].sort(compareText),
    problems: [...refused, ...(otherKey ? [otherKey] : [])],
    refused: refused.length > 0,
    ...(Object.keys(overrides).length > 0 && { overrides }),
  }
}

const withProblems = (plan: AppliancePlan, problems: readonly Problem[] = []): AppliancePlan =>
  problems.length > 0 ? { ...plan, problems: [...plan.problems, ...problems] } : plan

function selected(
  appliances: ReadonlyMap<string, DesiredAppliance>,
  { options: { keys } }: PlanContext,
): DesiredAppliance[] {
  const wanted = keys && new Set(keys)
  return [...appliances.values()]
    .filter(({ key }) => !wanted || wanted.has(key))
    .sort((a, b) => compareText(a.key, b.key))
}
