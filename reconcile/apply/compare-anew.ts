/**
 * A plan that no longer fits may be so because another run did the same. The sensor is then compared anew, with what was
 * just read of it: if nothing of the plan is left to do, that is no failure.
 *
 * @module
 */
import { DeviceError } from '../device-error.ts'
import type { Observation } from '../driver.ts'
import type { Sight } from '../engine.ts'
import { observeLegacy } from '../observe/observe-legacy.ts'
import { observeRecords, type RecordSight } from '../observe/observe-records.ts'
import { recallAppliance } from '../observe/recall.ts'
import { tagsOf } from '../observe/tags.ts'
import type { AppliancePlan, Step } from '../plan-types.ts'
import { planAppliance } from '../plan/appliance-plan.ts'
import { planContext } from '../run.ts'
import { mostWaitMs } from './lease-wait.ts'
import { poll } from './poll.ts'
import type { ApplianceRun } from './step-runner.ts'

type Stale = Omit<ApplianceRun, 'found' | 'recheck'>

/** The plan as it would be made now, if nothing is left to do of the one that no longer fits; otherwise nothing. */
export async function compareAnew(stale: Stale): Promise<AppliancePlan | undefined> {
  try {
    await waitForOthers(stale)
    const sight = await lookAnew(stale)
    if (!sight) return undefined
    const now = planAnew(stale, sight)
    return isLeft(stale.plan, now) ? undefined : now
  } catch (error) {
    // It did not fit before it could not be looked at: that is what is told.
    if (error instanceof DeviceError) return undefined
    throw error
  }
}

/** Another run that is still at work may just be doing what was planned. A lease is no part of the revision. */
async function waitForOthers({ world: { clock }, session, options: { run } }: Stale): Promise<void> {
  const patience = {
    deadlineMs: clock.monotonic() + mostWaitMs,
    firstPauseMs: 1_000,
    longestPauseMs: 5_000,
    signal: session.signal,
  }
  await poll(clock, patience, async () => {
    const { lease } = (await session.observe({ whole: true })).unfinished
    return !lease || lease.holder === run || lease.remainingSeconds <= 0 || undefined
  })
}

const notAsked: RecordSight = { records: {} }

/** Nothing when the registration is planned to change and cannot be looked up. */
async function lookAnew(stale: Stale): Promise<Sight | undefined> {
  const { fleet, world, options, desired, plan, session } = stale
  const observation = withoutOwn(session.observation, options.run)
  const touchesRecord = plan.steps.some(isOfRegistration)
  const [seen, tags, remembered] = await Promise.all([
    touchesRecord ? observeRecords(desired, observation, world, { fresh: true }) : notAsked,
    tagsOf(desired, observation.identity, world),
    recallAppliance(world.memory, desired),
  ])
  if (seen.problems && seen.problems.length > 0) return undefined
  const console = await lookAtConsole(stale)
  const known = { ...(remembered && { remembered }), ...(console && { console }) }
  const sight = { desired, observation, ...seen, tags, ...known }
  return { ...sight, ...(touchesRecord && (await observeLegacy(fleet, world, sight, remembered))) }
}

/** Whether a sensor is connected, and in which zone, shows only from both ends. */
async function lookAtConsole({ plan, consoles }: Stale): Promise<Sight['console']> {
  const key = plan.steps.map(consoleOf).find((one) => one !== undefined)
  if (key === undefined) return undefined
  return { key, observation: await consoles.use(key, (console) => console.observe({ whole: true })) }
}

const consoleOf = ({ action }: Step): string | undefined => ('console' in action ? action.console : undefined)

const registrationActions = new Set<Step['action']['type']>(['reactivate', 'updateRecord', 'deleteLegacyRecord'])
const isOfRegistration = ({ action }: Step): boolean => registrationActions.has(action.type)

/** This run's own lease and intent are nobody else's work. */
function withoutOwn(observation: Observation, run: string): Observation {
  const { intent, lease, ...unfinished } = observation.unfinished
  const others = {
    ...(intent && intent.run !== run && { intent }),
    ...(lease && lease.holder !== run && { lease }),
  }
  return { ...observation, unfinished: { ...unfinished, ...others } }
}

function planAnew({ fleet, world, options, desired }: Stale, sight: Sight): AppliancePlan {
  const { overrides } = options
  return planAppliance(fleet, desired, sight, planContext(world, overrides ? { overrides } : {}, []), undefined).plan
}

/** Something that was planned, or that somebody left unfinished, still differs. What was never planned does not count. */
function isLeft(plan: AppliancePlan, { changes, steps }: AppliancePlan): boolean {
  const ids = new Set(plan.steps.map(({ id }) => id))
  const paths = new Set(plan.steps.flatMap((step) => step.changes))
  return (
    changes.some(({ path, kind }) => kind === 'unfinished' || paths.has(path)) || steps.some(({ id }) => ids.has(id))
  )
}
