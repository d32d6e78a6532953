import { applianceOf, type DesiredAppliance, type Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { isUnknown } from '../device-error.ts'
import type { Observation } from '../driver.ts'
import type { World } from '../engine.ts'
import { writeJournal } from './journal.ts'
import { compareAnew } from './compare-anew.ts'
import { leftBehind } from '../compare/former-record.ts'
import { memoryFailure } from '../memory-failure.ts'
import type { Intent } from '../lease.ts'
import { waitForJob } from './lease-wait.ts'
import type { ApplianceOutcome, StepOutcome } from '../outcome.ts'
import type { AppliancePlan } from '../plan-types.ts'
import { problemOf } from '../observe/problem-of.ts'
import { recallAppliance, rememberRead } from '../observe/recall.ts'
import { rememberApplied } from './remember-applied.ts'
import { ApplianceSession } from './session.ts'
import { StaleError, throwIfStale } from './recheck.ts'
import { seenForPlan } from './seen-for-plan.ts'
import { runSteps, type ApplianceRun } from './step-runner.ts'
import { targetOf } from '../observe/target.ts'
import { waitsForPerson } from './execute/execute.ts'
import { claimOf } from '../compare/records.ts'

/** What the appliances of one run share. */
type Run = Pick<ApplianceRun, 'fleet' | 'world' | 'options' | 'consoles'>

/**
 * Brings one appliance to where its plan leads. Never rejects for what the world got wrong: that is an outcome, so that
 * appliances stay independent of each other.
 */
export async function applyAppliance(run: Run, plan: AppliancePlan): Promise<ApplianceOutcome> {
  const { fleet, world } = run
  const desired = applianceOf(fleet, plan.key)
  if (!desired) return ended(plan, 'failed', [undeclared(plan)])
  try {
    if (plan.steps.length === 0) return await settle(fleet, world, desired, plan)
    if (plan.steps.every(({ action }) => action.type === 'manual')) return waiting(plan)
    return await applySteps(run, desired, plan)
  } catch (error) {
    if (world.signal?.aborted) return ended(plan, 'notAttempted', [])
    return ended(plan, isUnknown(error) ? 'unknown' : 'failed', [problemOf(error, plan.key)])
  }
}

const undeclared = ({ key }: AppliancePlan): Problem => ({
  severity: 'error',
  code: 'SENSOR_NOT_DECLARED',
  key,
  summary: `The plan names ${key}, which no document declares.`,
  hint: 'Plan again.',
})

/** Nothing to do: the sensor is not contacted, but what it is in sync with is remembered. */
async function settle(
  fleet: Fleet,
  world: World,
  desired: DesiredAppliance,
  plan: AppliancePlan,
): Promise<ApplianceOutcome> {
  if (plan.status === 'unknown') return ended(plan, 'unknown', plan.problems)
  if (plan.status === 'held') return ended(plan, 'unchanged', plan.problems)
  if (plan.problems.some(({ code }) => code === 'RUN_IN_PROGRESS')) return ended(plan, 'waiting', plan.problems)
  const lastRead = plan.status === 'inSync' ? (await world.memory.recall(plan.key))?.lastRead : undefined
  if (lastRead) await rememberApplied(fleet, world, desired, plan, lastRead, [])
  return ended(plan, plan.status === 'waiting' ? 'waiting' : 'unchanged', [])
}

const waiting = (plan: AppliancePlan): ApplianceOutcome => ({
  ...ended(plan, 'waiting', []),
  steps: plan.steps.map((step) => ({
    id: step.id,
    title: step.title,
    status: 'waiting',
    notes: [],
    problem: waitsForPerson({ plan, step }).problem,
  })),
})

/** An outcome without a step that was attempted. */
function ended(
  plan: AppliancePlan,
  status: ApplianceOutcome['status'],
  problems: readonly Problem[],
): ApplianceOutcome {
  const { key, site, identity, endpoint } = plan
  return {
    key,
    ...(site !== undefined && { site }),
    status,
    ...(identity !== undefined && { identity }),
    ...(endpoint !== undefined && { endpoint }),
    steps: plan.steps.map(({ id, title }) => ({ id, title, status: 'notAttempted', notes: [] })),
    problems,
  }
}

async function applySteps(
  { fleet, world, options, consoles }: Run,
  desired: DesiredAppliance,
  plan: AppliancePlan,
): Promise<ApplianceOutcome> {
  const remembered = await recallAppliance(world.memory, desired)
  const target = targetOf(fleet, desired, remembered, { signal: world.signal })
  const known = plan.identity === undefined ? target : { ...target, identity: plan.identity }
  const session = new ApplianceSession(world, desired, known, options.run, remembered?.lastRead)
  const seen = seenForPlan({ world, options, plan, remembered, support: session.driver.support })
  let keepIntent = true
  const recheck: ApplianceRun['recheck'] = async (look) => {
    await look()
    run.found = await takeUp(run)
    keepIntent = claimOf(run.found?.data) !== undefined
    await waitForJob(session, world, plan)
    throwIfStale(plan, session.observation, options.run)
  }
  const run: ApplianceRun = { fleet, world, options, desired, plan, session, consoles, found: undefined, recheck }
  try {
    await recheck(async () => (seen ? session.assume(seen) : session.observe()))
    const result = await runSteps(run)
    keepIntent = result.keepIntent
    const unremembered = await memoryFailure(remember(run, result.steps), plan)
    return outcomeOf(run, located(desired, plan, result.steps), unremembered)
  } catch (error) {
    if (!(error instanceof StaleError)) throw error
    const left = await compareAnew({ fleet, world, options, desired, plan, session, consoles })
    keepIntent = !left && (keepIntent || othersIntent(run) !== undefined)
    if (!left) return ended(plan, 'stale', [staleProblem(plan, error)])
    return await alreadyDone(fleet, world, desired, left, session.observation)
  } finally {
    await session.close({ clearIntent: !keepIntent })
  }
}

/** Somebody else brought the sensor where the plan leads: that is remembered, and nothing is left to do. */
async function alreadyDone(
  fleet: Fleet,
  world: World,
  desired: DesiredAppliance,
  left: AppliancePlan,
  observation: Observation,
): Promise<ApplianceOutcome> {
  await rememberRead(world.memory, desired, observation)
  await rememberApplied(fleet, world, desired, left, observation, [])
  return ended({ ...left, steps: [] }, 'unchanged', [alreadyDoneProblem(left)])
}

const alreadyDoneProblem = ({ key }: AppliancePlan): Problem => ({
  severity: 'warning',
  code: 'ALREADY_DONE',
  key,
  summary: 'Nothing is left to do: since the plan was made, another run or a person did it already.',
})

/** Tells of what a run that died left under way, once; its work is recognised by looking. */
async function takeUp(run: ApplianceRun): Promise<Intent | undefined> {
  const { world, options, plan, found } = run
  const intent = othersIntent(run)
  if (!intent || (intent.run === found?.run && intent.step === found.step)) return found
  const detail = `run ${intent.run} of ${intent.startedAt}`
  await writeJournal(world, { run: options.run, key: plan.key, step: intent.step, event: 'found', detail })
  return intent
}

/** As it was seen last; where this run has written its own, there is none. */
function othersIntent({ session, options }: ApplianceRun): Intent | undefined {
  const { intent } = session.observation.unfinished
  return intent?.run === options.run ? undefined : intent
}

const staleProblem = ({ key }: AppliancePlan, { fields }: StaleError): Problem => ({
  severity: 'error',
  code: 'APPLIANCE_CHANGED',
  key,
  ...(fields[0] !== undefined && { field: fields[0] }),
  summary: `Since the plan was made, ${fields.join(', ')} changed on the appliance. Nothing was written.`,
  hint: 'Plan again.',
})

async function remember({ fleet, world, desired, plan, session }: ApplianceRun, steps: StepOutcome[]): Promise<void> {
  await rememberRead(world.memory, desired, session.observation)
  if (!steps.some(({ status }) => status === 'done')) return
  await rememberApplied(fleet, world, desired, plan, session.observation, steps)
}

/** Each step that failed says which line asked for it. */
const located = (desired: DesiredAppliance, plan: AppliancePlan, steps: StepOutcome[]): StepOutcome[] =>
  steps.map((step) =>
    step.status === 'failed' && step.problem?.at === undefined && step.problem?.key === desired.key
      ? { ...step, problem: { ...step.problem, at: placeOf(desired, plan, step.id, step.problem) } }
      : step,
  )

function placeOf({ origins, place }: DesiredAppliance, { steps }: AppliancePlan, id: string, { field }: Problem) {
  const changes = steps.find((step) => step.id === id)?.changes ?? []
  const paths = field === undefined ? changes : [field, ...changes]
  return paths.map((path) => origins.get(path)?.place).find((at) => at !== undefined) ?? place
}

function outcomeOf(
  { plan, session, found }: ApplianceRun,
  steps: StepOutcome[],
  unremembered: Problem | undefined,
): ApplianceOutcome {
  const { identity, endpoint } = session.observation
  const isRegistered = plan.steps.some(({ id, action }) => action.type === 'reactivate' && isDone(steps, id))
  const problems = [
    ...(found ? [foundProblem(plan, found)] : []),
    ...steps.flatMap(({ problem }) => problem ?? []),
    ...(isRegistered ? leftBehind(plan.problems) : []),
    ...(unremembered && !steps.some(({ problem }) => problem?.code === unremembered.code) ? [unremembered] : []),
  ]
  const status = statusOf(steps)
  return {
    ...ended(plan, status === 'done' && (unremembered || isWithheld(plan)) ? 'partial' : status, problems),
    identity,
    endpoint,
    steps,
  }
}

const isDone = (steps: readonly StepOutcome[], id: string): boolean =>
  steps.some((step) => step.id === id && step.status === 'done')

const foundProblem = ({ key }: AppliancePlan, { run, step, startedAt }: Intent): Problem => ({
  severity: 'warning',
  code: 'INTENT_FOUND',
  key,
  summary: `Found "${step}" of run ${run}, begun at ${startedAt}, unfinished; it was taken up from what is there now.`,
})

/** A difference has no step, and an error says why. */
function isWithheld({ changes, steps, problems }: AppliancePlan): boolean {
  const covered = new Set(steps.flatMap((step) => step.changes))
  return problems.some(({ severity }) => severity === 'error') && changes.some(({ path }) => !covered.has(path))
}

/** One word for a sensor's steps: the worst that happened decides. */
function statusOf(steps: readonly StepOutcome[]): ApplianceOutcome['status'] {
  const has = (status: StepOutcome['status']) => steps.some((step) => step.status === status)
  if (has('unknown')) return 'unknown'
  if (has('failed')) return has('done') ? 'partial' : 'failed'
  if (has('waiting')) return 'waiting'
  if (has('notAttempted')) return has('done') ? 'partial' : 'notAttempted'
  return 'done'
}
