/**
 * All that is known of one sensor that answered, as the comparison looks at it.
 *
 * @module
 */
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { Change } from '../change.ts'
import type { LiveValue, Observation, Support } from '../driver.ts'
import type { PlanContext, Sight } from '../engine.ts'
import type { Remembered } from '../memory.ts'

export interface Look {
  desired: DesiredAppliance
  sight: Sight
  observation: Observation
  /** What is live, or will be once an unconfirmed network change has been confirmed or has reverted. */
  live: ReadonlyMap<string, LiveValue>
  remembered: Remembered | undefined
  support: Support
  context: PlanContext
}

/** What comparing gives. Parts are put together with `mergeFindings`. */
export interface Findings {
  changes: Change[]
  /** Declared fields that cannot be compared. */
  unverifiable: string[]
  problems: Problem[]
}

export const noFindings = (): Findings => ({ changes: [], unverifiable: [], problems: [] })

export function mergeFindings(...parts: readonly Findings[]): Findings {
  return {
    changes: parts.flatMap(({ changes }) => changes),
    unverifiable: parts.flatMap(({ unverifiable }) => unverifiable),
    problems: parts.flatMap(({ problems }) => problems),
  }
}

/** A problem of a sensor, at the line that declares the field, or else the sensor. */
export function problemOf(desired: DesiredAppliance, problem: Omit<Problem, 'key' | 'at'>): Problem & { key: string } {
  const at = (problem.field && desired.origins.get(problem.field)?.place) || desired.place
  return { ...problem, key: desired.key, at }
}

/** True where `--allow-delete` names the sensor. */
export const isDeleteAllowed = ({ context, desired }: Pick<Look, 'context' | 'desired'>): boolean =>
  context.options.overrides?.allowDelete?.includes(desired.key) ?? false

/** True when the observation is one: the sensor answered. */
export const answered = (sight: Sight): sight is Sight & { observation: Observation } =>
  !('problem' in sight.observation)
