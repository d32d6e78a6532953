/**
 * An appliance that was read for its plan in the same run need not be read again before its first write: the lease is
 * refused, and nothing changed, where the revision is no longer that one.
 *
 * @module
 */
import { staleFields } from '../compare/base.ts'
import type { Observation, Support } from '../driver.ts'
import type { ApplyOptions, World } from '../engine.ts'
import { leaseSeconds } from '../lease.ts'
import type { Remembered } from '../memory.ts'
import { turnsValidationOn } from '../plan/peer-preconditions.ts'
import type { AppliancePlan, Step } from '../plan-types.ts'

interface Circumstances {
  world: Pick<World, 'clock'>
  options: Pick<ApplyOptions, 'seen'>
  plan: AppliancePlan
  support: Support
  remembered: Remembered | undefined
}

/** The read that the plan was made from, where the lease can stand for another one; otherwise nothing. */
export function seenForPlan(circumstances: Circumstances): Observation | undefined {
  const { world, plan, support, remembered } = circumstances
  const read = remembered?.lastRead
  if (!read || !support.lease || !isOfThisPlan(circumstances, read)) return undefined
  const fits = read.identity === plan.identity && staleFields(plan.base, read).length === 0
  return fits && isAtRest(read, world) && plan.steps.every(isPlain) ? read : undefined
}

const isOfThisPlan = ({ options, plan: { key } }: Circumstances, { revision }: Observation): boolean =>
  revision !== undefined && options.seen?.get(key) === revision

/** Nothing is under way that would have to be waited for or taken up, and the certificate does not run out meanwhile. */
function isAtRest({ unfinished, served }: Observation, { clock }: Pick<World, 'clock'>): boolean {
  const expires = served && (served.expired || Date.parse(served.notAfter) <= clock.now() + leaseSeconds * 1000)
  return !expires && Object.values(unfinished).every((one) => one === undefined)
}

/** Writes settings and does nothing before it holds the lease. Whatever is more than that begins with a look of its own. */
const isPlain = (step: Step): boolean =>
  step.action.type === 'manual' ||
  step.action.type === 'removeRule' ||
  (step.action.type === 'set' && !turnsValidationOn(step))
