/** What the step builders give: steps, and why some are missing. */
import type { Problem } from '../../schemas/problem.ts'
import type { Step } from '../plan-types.ts'

export interface Draft {
  steps: readonly Step[]
  problems: readonly Problem[]
  /** Problems of the kind that policy refuses a whole plan for. */
  refusals?: readonly Problem[]
}

export const emptyDraft: Draft = { steps: [], problems: [] }

export const mergeDrafts = (drafts: readonly Draft[]): Required<Draft> => ({
  steps: drafts.flatMap(({ steps }) => steps),
  problems: drafts.flatMap(({ problems }) => problems),
  refusals: drafts.flatMap(({ refusals }) => refusals ?? []),
})
