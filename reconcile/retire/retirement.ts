/** What the end of an appliance comes to, as a value: shown before it is carried out and reported after. */
import type { Problem } from '../../schemas/problem.ts'
import type { BoundRecord } from './bound-record.ts'

export interface Retirement {
  key: string
  /** Serial number. */
  identity?: string
  /** Where it was found last. */
  endpoint?: string
  /** ISO 8601. */
  lastObserved?: string
  /** ISO 8601. */
  appliedAt?: string
  /** Its registration, as far as memory and registrar tell. */
  record?: BoundRecord & { state: RecordState; lastContact?: string }
  /** Key of the management console that it was connected to. */
  console?: string
  /** What becomes of its entry there. */
  consoleEntry?: EntryState
  state: 'planned' | 'refused' | 'retired' | 'failed'
  problems: readonly Problem[]
}

/** `kept`: a person removes it. `leaving`: it will be removed. `absent`: it was gone already. */
export type EntryState = 'kept' | 'leaving' | 'absent' | 'connected' | 'unknown' | 'removed'

/**
 * `kept`: nobody asked for it. `present`: it is there and goes. `absent`: it was gone already. `unknown`: nobody can
 * tell.
 */
export type RecordState = 'kept' | 'present' | 'absent' | 'connected' | 'inUse' | 'unknown' | 'deleted'
