import type { Problem } from '../../schemas/problem.ts'
import type { NamedBackup } from '../backup/backups.ts'
import type { Plan } from '../plan-types.ts'

/** What restoring a backup would do, or has done. Plain data. */
export interface Restoration {
  key: string
  /** `waiting`: another run or a job is at work, or the window of the site is closed. `unknown`: nobody can tell what became of it; the same again takes it up. */
  state: 'planned' | 'refused' | 'restored' | 'failed' | 'waiting' | 'unknown'
  /** File name. */
  from: string
  backup?: NamedBackup
  identity?: string
  /** Where it answered last. */
  endpoint?: string
  softwareVersion?: string
  /** Registered name before. */
  liveName?: string
  /** An earlier run began the same restore and died. */
  resumes: boolean
  /** What was found and done, in the order of time. */
  notes: readonly string[]
  problems: readonly Problem[]
  /** Once restored: what differs from what is declared. */
  plan?: Plan
}
