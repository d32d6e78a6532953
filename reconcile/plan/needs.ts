/** Steps as checks leave them: some withheld, with a problem; others waiting for steps that they need. */
import type { Problem } from '../../schemas/problem.ts'
import type { Step } from '../plan-types.ts'

export interface Checked {
  steps: Step[]
  problems: Problem[]
}

/** The step, needing these steps too. */
export const needing = (step: Step, ids: readonly string[]): Step => ({
  ...step,
  needs: [...new Set([...step.needs, ...ids])],
})
