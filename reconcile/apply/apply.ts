import type { Fleet } from '../../schemas/fleet.ts'
import { applyAppliance } from './apply-appliance.ts'
import { createConsoleSessions } from './console-sessions.ts'
import type { ApplyOptions, World } from '../engine.ts'
import { watchMemory } from '../memory-failure.ts'
import { concurrencyOf } from '../observe/observe.ts'
import type { Outcome, ApplianceOutcome } from '../outcome.ts'
import type { Plan, AppliancePlan } from '../plan-types.ts'
import { forEachLimited } from '../observe/pool.ts'

/**
 * Carries a plan out: consoles first, as sensors are connected to them. Appliances are independent of each other; only
 * those with steps are contacted. A refused plan is not begun. Once memory fails, nothing more is begun.
 */
export async function applyPlan(plan: Plan, fleet: Fleet, outside: World, options: ApplyOptions): Promise<Outcome> {
  const { memory, hasFailed } = watchMemory(outside.memory)
  const world: World = { ...outside, memory, stopping: () => hasFailed() || isStopping(outside) }
  const startedAt = new Date(world.clock.now()).toISOString()
  const stop = stopper(fleet)
  const inForce = { ...options, overrides: { ...plan.overrides, ...options.overrides } }
  const consoles = createConsoleSessions(fleet, world, options.run)
  const applyAll = async (appliances: readonly AppliancePlan[]): Promise<ApplianceOutcome[]> => {
    const outcomes: ApplianceOutcome[] = []
    await forEachLimited(appliances, concurrencyOf(fleet, options), async (appliance, index) => {
      const begins = !plan.refused && !stop.holds(appliance) && !isStopping(world)
      const outcome = begins
        ? await applyAppliance({ fleet, world, options: inForce, consoles }, appliance)
        : notBegun(appliance)
      if (appliance.steps.length > 0) stop.learn(outcome)
      outcomes[index] = outcome
      const at = new Date(world.clock.now()).toISOString()
      world.onEvent({ type: 'applianceFinished', key: appliance.key, status: outcome.status, at })
    })
    return outcomes
  }
  const managementConsoles = await applyAll(plan.managementConsoles)
  const sensors = await applyAll(plan.sensors)
  await consoles.close()
  const finishedAt = new Date(world.clock.now()).toISOString()
  return { run: options.run, startedAt, finishedAt, sensors, managementConsoles, interrupted: isStopping(outside) }
}

const isStopping = (world: World): boolean => (world.stopping?.() ?? false) || (world.signal?.aborted ?? false)

function notBegun({ key, site, steps, identity, endpoint }: AppliancePlan): ApplianceOutcome {
  return {
    key,
    ...(site !== undefined && { site }),
    ...(identity !== undefined && { identity }),
    ...(endpoint !== undefined && { endpoint }),
    status: steps.length > 0 ? 'notAttempted' : 'unchanged',
    steps: steps.map(({ id, title }) => ({ id, title, status: 'notAttempted', notes: [] })),
    problems: [],
  }
}

/** What a failed appliance means for those that have not begun. */
function stopper({ policy }: Fleet) {
  const failedSites = new Set<string | undefined>()
  let hasFailed = false
  return {
    learn({ status, site }: ApplianceOutcome): void {
      if (status !== 'failed' && status !== 'partial' && status !== 'unknown') return
      hasFailed = true
      failedSites.add(site)
    },
    holds({ site }: AppliancePlan): boolean {
      if (policy.onError === 'abort') return hasFailed
      return policy.onError === 'stopSite' && failedSites.has(site)
    },
  }
}
