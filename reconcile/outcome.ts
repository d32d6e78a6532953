/** What became of a plan. */
import type { Problem } from '../schemas/problem.ts'

export type StepStatus = 'done' | 'failed' | 'notAttempted' | 'waiting' | 'unknown'

export interface StepOutcome {
  id: string
  title: string
  status: StepStatus
  /** What was found or done, in a sentence; sub-steps of a re-activation among them. */
  notes: readonly string[]
  problem?: Problem
}

export interface ApplianceOutcome {
  key: string
  site?: string
  /** `stale`: the appliance is no longer what the plan was made from, nothing was done. */
  status: 'done' | 'failed' | 'partial' | 'notAttempted' | 'waiting' | 'unknown' | 'stale' | 'unchanged'
  identity?: string
  endpoint?: string
  steps: readonly StepOutcome[]
  problems: readonly Problem[]
}

export interface Outcome {
  run: string
  startedAt: string
  finishedAt: string
  sensors: readonly ApplianceOutcome[]
  managementConsoles: readonly ApplianceOutcome[]
  /** Ctrl-C, or the time limit. */
  interrupted: boolean
}

/** What happens during a run, for progress. */
export type RunEvent =
  | { type: 'observing' | 'observed'; key: string; at: string; problem?: Problem }
  | { type: 'stepStarted'; key: string; step: string; title: string; at: string }
  | { type: 'stepProgress'; key: string; step: string; note: string; at: string }
  | {
      type: 'stepFinished'
      key: string
      step: string
      title: string
      status: StepStatus
      at: string
      problem?: Problem
    }
  | { type: 'applianceFinished'; key: string; status: ApplianceOutcome['status']; at: string }
