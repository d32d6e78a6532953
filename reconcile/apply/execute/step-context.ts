import type { DesiredAppliance, Fleet } from '../../../schemas/fleet.ts'
import type { Support } from '../../driver.ts'
import type { ApplyOptions, World } from '../../engine.ts'
import type { Intent } from '../../lease.ts'
import type { AppliancePlan, Step } from '../../plan-types.ts'
import type { ConsoleSessions } from '../console-sessions.ts'
import type { ApplianceSession } from '../session.ts'

/** What carrying out one step needs. */
export interface StepContext {
  fleet: Fleet
  world: World
  options: ApplyOptions
  desired: DesiredAppliance
  plan: AppliancePlan
  step: Step
  session: ApplianceSession
  /** The management consoles that sensors of this run are connected to. */
  consoles: ConsoleSessions
  support: Support
  /** What a run that died left under way on this appliance. */
  found: Intent | undefined
  /** Tells what was found or done, for the outcome and for progress. */
  readonly note: (text: string) => void
  /** Acquires the lease if need be and puts the intent beside it, so that another run can take the step up. */
  readonly announce: (data: Readonly<Record<string, unknown>>) => Promise<void>
  /** The same without an intent: what another run left stays. */
  readonly holdLease: () => Promise<void>
  /** Removes the intent. */
  readonly clearIntent: () => Promise<void>
  /** From here on the intent stays on the appliance until the step has succeeded. */
  readonly keepIntent: (keep: boolean) => void
}
