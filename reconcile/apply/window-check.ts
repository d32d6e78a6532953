import type { Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { ApplyOptions, World } from '../engine.ts'
import type { AppliancePlan, Step } from '../plan-types.ts'
import { momentText, windowState } from '../plan/window.ts'

/** Why a disruptive step must wait: the window of its site is closed, or closes before the step should end. */
export function windowProblem(
  { fleet, world, options, plan }: { fleet: Fleet; world: World; options: ApplyOptions; plan: AppliancePlan },
  step: Step,
): Problem | undefined {
  const { site, key } = plan
  if (step.disrupts === undefined || site === undefined || options.overrides?.allowWindow?.includes(site)) {
    return undefined
  }
  const window = fleet.sites.get(site)?.window
  const state = windowState(window, world.clock.now(), step.expectedSeconds)
  if (state.open) return undefined
  const opens =
    window && Number.isFinite(state.opensAt) ? ` It opens at ${momentText(state.opensAt, window.timezone)}.` : ''
  return {
    severity: 'warning',
    code: 'WINDOW_CLOSED',
    key,
    summary: `"${step.title}" waits for the maintenance window of ${site}.${opens}`,
    hint: `Apply again when it is open, or say --allow-window ${site}.`,
  }
}
