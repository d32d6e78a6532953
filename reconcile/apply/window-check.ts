import type { Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { Overrides, World } from '../engine.ts'
import type { Step } from '../plan-types.ts'
import { momentText, windowState } from '../plan/window.ts'

/** Why a disruptive step must wait: the window of its site is closed, or closes before the step should end. */
export function windowProblem(
  { fleet, world, overrides }: { fleet: Fleet; world: Pick<World, 'clock'>; overrides: Overrides | undefined },
  { site, key }: { site?: string; key: string },
  step: Pick<Step, 'title' | 'disrupts' | 'expectedSeconds'>,
): Problem | undefined {
  if (step.disrupts === undefined || site === undefined || overrides?.allowWindow?.includes(site)) return undefined
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
