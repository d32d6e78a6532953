/**
 * How a sensor stands, in one word. The first row that holds decides.
 *
 * | holds                                                                     | status     |
 * | ------------------------------------------------------------------------- | ---------- |
 * | there are steps, and every one waits for a person or a window             | `waiting`  |
 * | a difference is drift                                                     | `drifted`  |
 * | a difference is of cause `spec`                                           | `pending`  |
 * | something expires                                                         | `expiring` |
 * | otherwise                                                                 | `inSync`   |
 *
 * @module
 */
import type { Problem } from '../../schemas/problem.ts'
import { isDrift, type Change } from '../change.ts'
import { expiringCodes } from '../compare/expiry.ts'
import type { ApplianceStatus, Step } from '../plan-types.ts'

/** Tells the status of a sensor that answered. `closed` are the ids of steps that wait for a window. */
export function statusOf(
  changes: readonly Change[],
  steps: readonly Step[],
  problems: readonly Problem[],
  closed: ReadonlySet<string>,
): ApplianceStatus {
  if (steps.length > 0 && everyStepWaits(steps, closed)) return 'waiting'
  if (changes.some(isDrift)) return 'drifted'
  if (changes.some(({ cause }) => cause === 'spec')) return 'pending'
  if (changes.length > 0 || problems.some(({ code }) => expiringCodes.has(code))) return 'expiring'
  return 'inSync'
}

/** A step waits for a person, for its window, or for a step that waits. */
function everyStepWaits(steps: readonly Step[], closed: ReadonlySet<string>): boolean {
  const waiting = new Set<string>()
  for (const { id, action, needs } of steps) {
    if (action.type !== 'manual' && !closed.has(id) && !needs.some((one) => waiting.has(one))) return false
    waiting.add(id)
  }
  return true
}
