/** Why a run ends as it does, from the plan and the outcome and from nothing that was printed. */
import { ofAllAppliances } from '../schemas/appliances.ts'
import { isDrift } from '../reconcile/change.ts'
import type { ApplianceOutcome, Outcome } from '../reconcile/outcome.ts'
import type { AppliancePlan, Plan } from '../reconcile/plan-types.ts'
import type { ExitReason } from './exit-codes.ts'

const hasError = ({ problems }: Pick<AppliancePlan, 'problems'>): boolean =>
  problems.some(({ severity }) => severity === 'error')

/**
 * This machine lacks a secret of something that must be contacted, sensor or registrar. That is no state of a sensor:
 * the run does not begin, whatever else was found.
 */
export const lacksSecret = (plan: Plan): boolean => ofAllAppliances(plan).some(isWithoutSecret)

const isWithoutSecret = ({ problems }: Pick<AppliancePlan, 'problems'>): boolean =>
  problems.some(({ code }) => code === 'SECRET_MISSING')

const isUnread = (sensor: AppliancePlan): boolean => sensor.status === 'unknown' && !isWithoutSecret(sensor)

/** Of a plan that is only shown. */
export function planReasons(plan: Plan, { detailed }: { detailed: boolean }): Set<ExitReason> {
  if (lacksSecret(plan)) return new Set(['error'])
  const reasons = lookReasons(plan)
  if (plan.refused) reasons.add('refused')
  if (detailed && ofAllAppliances(plan).some(({ changes }) => changes.length > 0)) reasons.add('changes')
  return reasons
}

export function driftReasons(plan: Plan): Set<ExitReason> {
  const reasons = lookReasons(plan)
  if (ofAllAppliances(plan).some(({ changes }) => changes.some(isDrift))) reasons.add('changes')
  return reasons
}

function lookReasons(plan: Plan): Set<ExitReason> {
  const reasons = new Set<ExitReason>()
  if (ofAllAppliances(plan).some(isUnread)) reasons.add('unknown')
  if (lacksSecret(plan) || ofAllAppliances(plan).some((sensor) => !isUnread(sensor) && hasError(sensor)))
    reasons.add('error')
  if (!plan.refused && hasError(plan)) reasons.add('error')
  return reasons
}

/** Of what became of a plan. `unrecorded`: the history of runs could not be written. */
export function outcomeReasons(plan: Plan, outcome: Outcome, { unrecorded = false } = {}): Set<ExitReason> {
  const reasons = lookReasons(plan)
  if (unrecorded) reasons.add('error')
  if (outcome.interrupted) reasons.add('interrupted')
  if (plan.refused) reasons.add('refused')
  for (const sensor of ofAllAppliances(outcome)) reasonsOf(sensor).forEach((reason) => reasons.add(reason))
  // Code 1 promises that nothing was attempted.
  if (reasons.has('error') && ofAllAppliances(outcome).some(attempted)) reasons.add('partial')
  return reasons
}

const attempted = ({ steps }: ApplianceOutcome): boolean =>
  steps.some(({ status }) => status === 'done' || status === 'failed' || status === 'unknown')

function reasonsOf(sensor: ApplianceOutcome): ExitReason[] {
  switch (sensor.status) {
    case 'partial':
      return ['partial', ...waitingOf(sensor)]
    case 'failed':
      return [attempted(sensor) ? 'partial' : 'error']
    case 'stale':
    case 'waiting':
    case 'unknown':
      return [sensor.status]
    case 'notAttempted':
      return ['partial']
    case 'done':
    case 'unchanged':
      return waitingOf(sensor)
    default:
      return sensor.status satisfies never
  }
}

const waitingOf = ({ steps }: ApplianceOutcome): ExitReason[] =>
  steps.some(({ status }) => status === 'waiting') ? ['waiting'] : []
