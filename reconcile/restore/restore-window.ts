import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { windowProblem } from '../apply/window-check.ts'
import type { Overrides, World } from '../engine.ts'

/** How long a restore should take, its restart of the services included: a generous estimate for windows. */
const expectedSeconds = 30 * 60

/** Why a restore must wait: it stops services and ends sessions, and the window of the site is closed. */
export const restoreWindowProblem = (
  fleet: Fleet,
  world: World,
  desired: DesiredAppliance,
  overrides: Overrides | undefined,
): Problem | undefined =>
  windowProblem({ fleet, world, overrides }, desired, {
    title: 'restore a backup',
    disrupts: 'services stop and start, and every session ends',
    expectedSeconds,
  })
