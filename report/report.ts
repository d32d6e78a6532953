/** What is reported: values of the engine with what a reader of the result needs beside them. */
import type { Outcome } from '../reconcile/outcome.ts'
import type { Plan } from '../reconcile/plan-types.ts'
import type { Restoration } from '../reconcile/restore/restoration.ts'
import type { Retirement } from '../reconcile/retire/retirement.ts'
import type { Origin } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'

interface Header {
  tool: { name: 'sensorform'; version: string }
  /** ISO 8601. */
  startedAt: string
}

export interface PlanReport extends Header {
  kind: 'plan' | 'drift'
  plan: Plan
}

export interface ApplyReport extends Header {
  kind: 'apply'
  plan: Plan
  outcome: Outcome
}

/** What loading found: the result of `validate`, and of every verb whose documents have errors. */
export interface ProblemsReport extends Header {
  kind: 'problems'
  verb: string
  /** How many sensors the documents declare; absent when they could not be loaded. */
  sensors?: number
  problems: readonly Problem[]
  /** What could not be checked, and why, in a sentence each. */
  unchecked: readonly string[]
}

export interface ExplainReport extends Header {
  kind: 'explain'
  key: string
  fields: readonly ExplainedField[]
}

/** The end of a key: what retiring it would do, or has done. */
export interface RetireReport extends Header {
  kind: 'retire'
  retirement: Retirement
}

/** What restoring a backup would do, or has done. */
export interface RestoreReport extends Header {
  kind: 'restore'
  restoration: Restoration
}

export interface ExplainedField {
  path: string
  /** As it is shown; a secret as its reference. */
  value: string
  layer: Origin['layer']
  file: string
  line: number
  column: number
  /** How many sensors have it from there. */
  sensors: number
  /** What a change of it would do. */
  effect: string
}

export type Report = PlanReport | ApplyReport | ProblemsReport | ExplainReport | RetireReport | RestoreReport

export interface RenderOptions {
  colour: boolean
  /** In-sync sensors and what is not managed as well. */
  verbose: boolean
}

export type Renderer = (report: Report, options: RenderOptions) => string
