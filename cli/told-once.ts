/** What is told in one run is told once, and what is told in none is made up for. */
import type { ApplianceOutcome, Outcome } from '../reconcile/outcome.ts'
import type { AppliancePlan, Plan } from '../reconcile/plan-types.ts'
import { ofAllAppliances } from '../schemas/appliances.ts'
import type { Problem } from '../schemas/problem.ts'

/** Warnings of the documents that the plan of their appliance does not tell as well. */
export function untold(warnings: readonly Problem[], plan: Plan): Problem[] {
  const byKey = plansOf(plan)
  return warnings.filter(
    ({ key, code }) => key === undefined || !byKey.get(key)?.problems.some((problem) => problem.code === code),
  )
}

/** With the errors of the plan, for whoever has not read the plan: why nothing was done about a difference. */
export function withErrorsOf(plan: Plan, outcome: Outcome): Outcome {
  const byKey = plansOf(plan)
  const complete = (one: ApplianceOutcome): ApplianceOutcome => {
    const told = new Set(
      [...one.problems, ...one.steps.flatMap(({ problem }) => problem ?? [])].map(({ code }) => code),
    )
    const errors = byKey.get(one.key)?.problems.filter(({ severity, code }) => severity === 'error' && !told.has(code))
    return errors && errors.length > 0 ? { ...one, problems: [...errors, ...one.problems] } : one
  }
  const { sensors, managementConsoles } = outcome
  return { ...outcome, sensors: sensors.map(complete), managementConsoles: managementConsoles.map(complete) }
}

const plansOf = (plan: Plan): ReadonlyMap<string, AppliancePlan> =>
  new Map(ofAllAppliances(plan).map((appliance) => [appliance.key, appliance]))
