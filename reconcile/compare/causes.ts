/**
 * Why a field differs, told from three values: what was applied last, what is declared now, what the appliance has.
 *
 * | last applied                       | declared | live    | cause          |
 * | ---------------------------------- | -------- | ------- | -------------- |
 * | nothing is remembered              |          |         | `undetermined` |
 * | other fields, but not this one     |          |         | `spec`         |
 * | A                                  | A        | not A   | `sensor`       |
 * | A                                  | not A    | A       | `spec`         |
 * | A                                  | not A    | not A   | `both`         |
 *
 * A field that is newly declared is `spec`: nobody had said what it should be, so the sensor cannot have moved away
 * from it. A field that nobody can read is `spec` for the same reason: only the declaration is seen to move.
 *
 * @module
 */
import type { Cause } from '../change.ts'
import type { AppliedValue, Remembered } from '../memory.ts'

/** Tells the cause. `equals` compares a remembered value with the declared and with the live one. */
export function causeOf(
  remembered: Remembered | undefined,
  path: string,
  equals: { desired: (applied: AppliedValue) => boolean; live: (applied: AppliedValue) => boolean },
): Cause {
  if (!remembered?.lastApplied) return 'undetermined'
  const applied = remembered.lastApplied[path]
  if (applied === undefined) return 'spec'
  if (equals.desired(applied)) return 'sensor'
  return equals.live(applied) ? 'spec' : 'both'
}
