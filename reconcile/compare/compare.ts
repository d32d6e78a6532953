/**
 * The difference between what is declared and what is: pure and total.
 *
 * @module
 */
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Change } from '../change.ts'
import type { PlanContext, Sight } from '../engine.ts'
import { compareClock } from './clock.ts'
import { compareConsole } from './console-diff.ts'
import { compareExpiry } from './expiry.ts'
import { compareFields } from './field-diff.ts'
import { compareLegacy } from './legacy-record.ts'
import { answered, mergeFindings, type Findings, type Look } from './look.ts'
import { compareRegistration } from './registration-diff.ts'
import { compareRules } from './rules-diff.ts'
import { compareSoftware } from './software-diff.ts'
import { compareWithdrawn } from './withdrawn-properties.ts'
import { compareUnfinished, settledLive } from './unfinished.ts'

/** Every difference of one sensor; none when it could not be read. */
export function diff(desired: DesiredAppliance, sight: Sight, context: PlanContext): Change[] {
  const look = lookAt(desired, sight, context)
  return look ? compare(look).changes : []
}

/** All that is known of a sensor, if it answered. */
export function lookAt(desired: DesiredAppliance, sight: Sight, context: PlanContext): Look | undefined {
  if (!answered(sight)) return undefined
  return {
    desired,
    sight,
    observation: sight.observation,
    live: settledLive(desired, sight.observation),
    remembered: sight.remembered,
    support: context.support(desired.access.driver),
    context,
  }
}

/** Compares everything, in the order in which people read it. */
export const compare = (look: Look): Findings =>
  mergeFindings(
    compareUnfinished(look),
    compareRegistration(look),
    compareFields(look),
    compareConsole(look),
    compareRules(look),
    compareSoftware(look),
    compareLegacy(look),
    compareWithdrawn(look),
    compareExpiry(look),
    compareClock(look),
  )
