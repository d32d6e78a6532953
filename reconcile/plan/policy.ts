/**
 * Policy looks at the whole plan and may refuse it. Refusing is the default; overrides are narrow and named.
 *
 * | threshold             | counted                                   | of                      | applies to           | may be overridden by |
 * | --------------------- | ----------------------------------------- | ----------------------- | -------------------- | -------------------- |
 * | `maxChangedSensors`   | sensors whose settings would be written   | all declared sensors    | 10 sensors and more  | `--allow-changed N`  |
 * | `maxUnknownSensors`   | sensors that did not answer               | the site's              | sites of 10 and more |                      |
 * | `maxDisruptedPerSite` | sensors that a step of the tool disrupts  | the site's              | any; one always may  |                      |
 *
 * Percentages are of what is declared, whatever was selected; held sensors are on neither side of the count. Limits are
 * rounded down.
 *
 * @module
 */
import type { PolicySpec } from '../../schemas/access.ts'
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { Overrides } from '../engine.ts'
import type { AppliancePlan, Step } from '../plan-types.ts'

/** Below so many sensors a percentage says little. */
const smallest = 10

interface Question {
  policy: PolicySpec
  /** Every declared sensor that is not held. */
  declared: readonly Pick<DesiredAppliance, 'key' | 'site'>[]
  plans: readonly AppliancePlan[]
  overrides: Overrides
}

/** What policy refuses the plan for. */
export const checkPolicy = (question: Question): Problem[] => [
  ...tooManyChanged(question),
  ...tooManyUnknown(question),
  ...tooManyDisrupted(question),
]

/** Steps that change no setting and no registration: a nightly backup of the whole fleet is no mass change. */
const harmless = new Set(['manual', 'createBackup', 'clearIntent'])
const isChanging = ({ action }: Step): boolean => !harmless.has(action.type)
const isTools = ({ action }: Step): boolean => action.type !== 'manual'
const shareOf = (count: number, percentage: string): number =>
  Math.floor((count * Number.parseInt(percentage, 10)) / 100)

function tooManyChanged({ policy, declared, plans, overrides }: Question): Problem[] {
  const percentage = policy.maxChangedSensors ?? '30%'
  const changed = plans.filter(({ steps }) => steps.some(isChanging)).length
  const most = Math.max(shareOf(declared.length, percentage), overrides.allowChanged ?? 0)
  if (declared.length < smallest || changed <= most) return []
  return [
    refusal(
      'POLICY_CHANGED',
      `${changed} of ${declared.length} sensors would change; policy.maxChangedSensors (${percentage}) allows ${most}`,
      `If that is what you want: --allow-changed ${changed}. Else narrow the run with --select.`,
    ),
  ]
}

function tooManyUnknown({ policy, declared, plans }: Question): Problem[] {
  const percentage = policy.maxUnknownSensors ?? '10%'
  return bySite(declared, plans).flatMap(({ site, size, own }) => {
    const unknown = own.filter((plan) => plan.status === 'unknown' && !lacksSecret(plan)).length
    const most = shareOf(size, percentage)
    if (size < smallest || unknown <= most) return []
    return refusal(
      'POLICY_UNKNOWN',
      `${unknown} of ${size} sensors of ${site} are unknown; policy.maxUnknownSensors (${percentage}) allows ${most}`,
      'Find out why they do not answer; then hold them (hold: { until, reason }), or leave the site out with --select.',
    )
  })
}

function tooManyDisrupted({ policy, declared, plans }: Question): Problem[] {
  const percentage = policy.maxDisruptedPerSite ?? '50%'
  return bySite(declared, plans).flatMap(({ site, size, own }) => {
    const disrupted = own.filter(({ steps }) =>
      steps.some((step) => isTools(step) && step.disrupts !== undefined),
    ).length
    const most = Math.max(1, shareOf(size, percentage))
    if (disrupted <= most) return []
    return refusal(
      'POLICY_DISRUPTED',
      `${disrupted} of ${size} sensors of ${site} would be disrupted; policy.maxDisruptedPerSite (${percentage}) allows ${most}`,
      'Take several runs, each narrowed with --select, or raise policy.maxDisruptedPerSite.',
    )
  })
}

/** A secret that this machine lacks says nothing of the sensor. */
const lacksSecret = ({ problems }: AppliancePlan): boolean => problems.some(({ code }) => code === 'SECRET_MISSING')

interface SiteCount {
  site: string
  size: number
  own: readonly AppliancePlan[]
}

/** Sensors without a site count as one site. */
function bySite(declared: Question['declared'], plans: readonly AppliancePlan[]): SiteCount[] {
  const sizes = Map.groupBy(declared, ({ site }) => site)
  const own = Map.groupBy(plans, ({ site }) => site)
  return [...own].map(([site, plans]) => ({
    site: site === undefined ? 'no site' : `site ${site}`,
    size: sizes.get(site)?.length ?? 0,
    own: plans,
  }))
}

const refusal = (code: string, summary: string, hint: string): Problem => ({ severity: 'error', code, summary, hint })
