/**
 * An appliance that was read for its plan a moment ago need not be read again before its first write: taking the lease
 * tells whether the revision is still that one, and nothing is written before that is known.
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

/**
 * Who took the lease since, and died, still holds it when ours is asked for, with the time that a connection and a request
 * may take: so the intent that ours replaces is never what the dead left under way.
 */
const mostAgeMs = (leaseSeconds - 15) * 1000

interface Circumstances {
  world: Pick<World, 'clock'>
  options: Pick<ApplyOptions, 'seen'>
  plan: AppliancePlan
  support: Support
  remembered: Remembered | undefined
}

/** The read that the plan was made from, where the lease can stand for another one; otherwise nothing. */
export function seenJustNow(circumstances: Circumstances): Observation | undefined {
  const { world, plan, support, remembered } = circumstances
  const read = remembered?.lastRead
  if (!read || !support.lease || !isRecent(circumstances, read)) return undefined
  const fits = read.identity === plan.identity && staleFields(plan.base, read).length === 0
  return fits && isAtRest(read, world) && plan.steps.every(isPlain) ? read : undefined
}

function isRecent({ world, options, plan: { key } }: Circumstances, { revision }: Observation): boolean {
  const seen = options.seen?.get(key)
  return seen !== undefined && seen.revision === revision && world.clock.monotonic() - seen.atMs < mostAgeMs
}

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
