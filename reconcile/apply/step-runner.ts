/**
 * Carries out the steps of one sensor in their order. A failed step blocks those that need it and no others; once the
 * appliance is out of reach or the lease is lost, nothing more is attempted.
 *
 * @module
 */
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { DeviceError, outcomeUnknown } from '../device-error.ts'
import type { ApplyOptions, World } from '../engine.ts'
import { execute, waitsForPerson } from './execute/execute.ts'
import { claimOf } from '../compare/records.ts'
import type { ConsoleSessions } from './console-sessions.ts'
import type { StepContext } from './execute/step-context.ts'
import { writeJournal } from './journal.ts'
import type { Intent } from '../lease.ts'
import { MemoryError } from '../memory-error.ts'
import { acquireLease } from './lease-wait.ts'
import { memoryFailure } from '../memory-failure.ts'
import type { StepOutcome } from '../outcome.ts'
import type { AppliancePlan, Step } from '../plan-types.ts'
import { asDeviceError, problemOf, StepError } from '../observe/problem-of.ts'
import { StaleError, throwIfSettingsStale, throwIfStepStale } from './recheck.ts'
import type { ApplianceSession } from './session.ts'
import { windowProblem } from './window-check.ts'

export interface ApplianceRun {
  fleet: Fleet
  world: World
  options: ApplyOptions
  desired: DesiredAppliance
  plan: AppliancePlan
  session: ApplianceSession
  consoles: ConsoleSessions
  /** What a run that died left under way on this appliance, as far as it was seen. */
  found: Intent | undefined
  /**
   * Called when the lease had to be waited for, or tells of another revision than was assumed: looks, takes up what is
   * found, and throws when the appliance is no longer what the plan was made from.
   */
  recheck(look: () => Promise<unknown>): Promise<void>
}

export interface StepsResult {
  steps: StepOutcome[]
  /** What is under way must stay written on the appliance, for the run that takes it up. */
  keepIntent: boolean
}

/** Runs every step that may run. Throws a StaleError, or why an appliance that was not read yet could not be reached. */
export async function runSteps(run: ApplianceRun): Promise<StepsResult> {
  const state: RunnerState = { run, outcomes: new Map(), notes: [], keep: false, kept: run.found?.data }
  for (const step of orderOf(run)) {
    const held = await holdBack(state, step)
    state.outcomes.set(step.id, held ?? (await runStep(state, step)))
  }
  const steps = run.plan.steps.flatMap(({ id }) => state.outcomes.get(id) ?? [])
  return { steps, keepIntent: state.keep || claimOf(state.kept) !== undefined }
}

interface RunnerState {
  run: ApplianceRun
  outcomes: Map<string, StepOutcome>
  /** Notes of the step in flight. */
  notes: string[]
  keep: boolean
  /** Data of an intent that must not be lost: it says which registration is this sensor's. */
  kept: Readonly<Record<string, unknown>> | undefined
  /** Set when nothing more may be attempted. */
  ended?: Problem
}

const isImport = ({ action }: Step): boolean => action.type === 'importCertificate'

/** An expired certificate is replaced before anything else is written. */
function orderOf({ plan: { steps }, session }: ApplianceRun): readonly Step[] {
  if (!session.observation.served?.expired) return steps
  return [...steps.filter(isImport), ...steps.filter((step) => !isImport(step))]
}

/** Why a step does not begin, if it does not. */
async function holdBack(state: RunnerState, step: Step): Promise<StepOutcome | undefined> {
  const { run, outcomes, ended } = state
  const { world, plan, session } = run
  const notAttempted = (problem?: Problem) => outcomeOf(step, 'notAttempted', [], problem)
  if (ended) return notAttempted()
  if (step.action.type === 'manual') return outcomeOf(step, 'waiting', [], waitsForPerson({ plan, step }).problem)
  if (world.stopping?.() || world.signal?.aborted) return notAttempted()
  if (session.observation.served?.expired && !isImport(step)) return notAttempted(expiredProblem(plan, step))
  const missing = step.needs.filter((id) => outcomes.has(id) && outcomes.get(id)?.status !== 'done')
  if (missing.length > 0) return notAttempted(blockedProblem(plan, step, missing))
  const { overrides } = run.options
  const closed = windowProblem({ ...run, overrides }, plan, step)
  return closed && outcomeOf(step, 'waiting', [], closed)
}

const outcomeOf = (
  { id, title }: Step,
  status: StepOutcome['status'],
  notes: readonly string[],
  problem?: Problem,
): StepOutcome => ({ id, title, status, notes, ...(problem && { problem }) })

const expiredProblem = ({ key }: AppliancePlan, step: Step): Problem => ({
  severity: 'warning',
  code: 'SERVED_CERTIFICATE_EXPIRED',
  key,
  field: 'certificate.certificate',
  summary: `The certificate that the sensor serves has expired; "${step.title}" waits until a new one is served.`,
  hint: 'Declare a valid certificate with its privateKey.',
})

const blockedProblem = ({ key }: AppliancePlan, step: Step, missing: readonly string[]): Problem => ({
  severity: 'warning',
  code: 'STEP_BLOCKED',
  key,
  summary: `"${step.title}" needs ${missing.join(', ')}, which is not done.`,
})

async function runStep(state: RunnerState, step: Step): Promise<StepOutcome> {
  const { run } = state
  const { key } = run.plan
  const at = () => new Date(run.world.clock.now()).toISOString()
  state.notes = []
  run.world.onEvent({ type: 'stepStarted', key, step: step.id, title: step.title, at: at() })
  const outcome = await attempt(state, step)
  const { status, problem } = outcome
  run.world.onEvent({
    type: 'stepFinished',
    key,
    step: step.id,
    title: step.title,
    status,
    at: at(),
    ...(problem && { problem }),
  })
  return outcome
}

async function attempt(state: RunnerState, step: Step): Promise<StepOutcome> {
  const { run, notes } = state
  const journal = (event: 'intent' | 'done' | 'failed', detail?: string) =>
    writeJournal(run.world, { run: run.options.run, key: run.plan.key, step: step.id, event, detail })
  const unwritten = await memoryFailure(journal('intent'), run.plan)
  if (unwritten) {
    // What cannot be written down beforehand is not begun.
    state.ended = unwritten
    return outcomeOf(step, 'notAttempted', notes, unwritten)
  }
  try {
    await execute(contextOf(state, step), step.action)
    if (step.action.type === 'reactivate') state.kept = undefined
    const unremembered = await memoryFailure(journal('done'), run.plan)
    if (unremembered) state.ended = unremembered
    return outcomeOf(step, 'done', notes)
  } catch (error) {
    if (error instanceof StaleError) throw error
    const isUnreached = error instanceof UnreachedError
    const { status, problem } = judge(run, isUnreached ? error.cause : error)
    if (status === 'unknown' || endsAll(error)) state.ended = problem
    await journal('failed', problem.code).catch(() => undefined)
    if (isUnreached) throw error.cause
    return outcomeOf(step, status, notes, problem)
  }
}

/** The first request to an appliance failed: no step was begun. */
class UnreachedError extends Error {
  declare readonly cause: DeviceError

  constructor(cause: DeviceError) {
    super(cause.message, { cause })
    this.name = 'UnreachedError'
  }
}

/** An appliance that was not read by this session, and where nobody else is at work. */
const asUnreached = (error: unknown): unknown =>
  error instanceof DeviceError && error.code !== 'LEASE_HELD' && error.code !== 'BUSY'
    ? new UnreachedError(error)
    : error

/** Earlier steps that were attempted. */
const begunSteps = ({ run, outcomes }: RunnerState): readonly Step[] =>
  run.plan.steps.filter(({ id }) => {
    const { status = 'waiting' } = outcomes.get(id) ?? {}
    return status !== 'notAttempted' && status !== 'waiting'
  })

const hasBegun = (state: RunnerState): boolean => begunSteps(state).length > 0

function judge(
  { plan, session, world }: ApplianceRun,
  error: unknown,
): { status: StepOutcome['status']; problem: Problem } {
  const { lost } = session.lease
  const cause: unknown = lost.aborted ? lost.reason : asDeviceError(error, world.signal)
  const problem = problemOf(cause, plan.key)
  if (cause instanceof StepError) return { status: cause.status, problem }
  if (!(cause instanceof DeviceError)) return { status: 'failed', problem }
  if (cause.code === 'LEASE_HELD' || cause.code === 'BUSY') return { status: 'waiting', problem }
  const isUnknown = lost.aborted || outcomeUnknown(cause) || outOfReach.has(cause.code)
  return { status: isUnknown ? 'unknown' : 'failed', problem }
}

const outOfReach = new Set(['UNREACHABLE', 'IDENTITY_MISMATCH', 'TLS_UNTRUSTED', 'ABORTED'])

/** What ends one step and makes every other pointless. */
const endsAll = (error: unknown): boolean =>
  error instanceof MemoryError ||
  (error instanceof DeviceError &&
    ['LEASE_HELD', 'LEASE_LOST', 'BUSY', 'CREDENTIALS_REFUSED', 'ACCOUNT_LOCKED'].includes(error.code))

function contextOf(state: RunnerState, step: Step): StepContext {
  const { run } = state
  const { fleet, world, options, desired, plan, session, consoles } = run
  const support = session.driver.support
  const note = (text: string) => {
    state.notes.push(text)
    const at = new Date(world.clock.now()).toISOString()
    world.onEvent({ type: 'stepProgress', key: plan.key, step: step.id, note: text, at })
  }
  const hold = holderOf(state, step, note)
  return {
    fleet,
    world,
    options,
    desired,
    plan,
    step,
    session,
    consoles,
    support,
    get found() {
      return run.found
    },
    note,
    announce: (data) => hold(intentOf(state, step, data)),
    holdLease: () => hold(undefined),
    keepIntent: (keep) => {
      state.keep = keep
    },
    clearIntent: async () => {
      state.kept = undefined
      await hold(undefined)
      await session.announce(null)
    },
  }
}

/** Takes or renews the lease, with an intent or without; throws when the appliance is no longer what the step was planned for. */
function holderOf(
  state: RunnerState,
  step: Step,
  note: (text: string) => void,
): (intent: Intent | undefined) => Promise<void> {
  const { run } = state
  const { world, options, plan, session } = run
  const acquire = (intent: Intent | undefined) =>
    acquireLease(
      session,
      world,
      (waited) => (waited ? undefined : intent),
      ({ message }) => note(`${message} Waiting for it.`),
    )
  const progress = () => ({ run: options.run, hasBegun: hasBegun(state) })
  const lookAgain = async () => throwIfStepStale(plan, step, await session.look(), progress())
  /** What the other run left under way is looked at before an intent takes its place. */
  const withClaim = (intent: Intent): Intent => {
    state.kept ??= run.found?.data
    return { ...intent, data: { ...intent.data, ...claimKept(state, step) } }
  }
  const hold = async (intent: Intent | undefined): Promise<void> => {
    if (session.lease.isHeld) {
      if ((await session.announce(intent)).moved) await lookAgain()
      else throwIfSettingsStale(plan, step, session.observation, { ...progress(), begun: begunSteps(state) })
      return
    }
    const wasAssumed = session.isAssumed
    const taken = await acquire(intent).catch((error: unknown) => {
      if (wasAssumed && isConflict(error)) return undefined
      throw wasAssumed ? asUnreached(error) : error
    })
    if (!taken) {
      await run.recheck(() => session.look())
      return hold(intent && withClaim(intent))
    }
    const { waited, moved } = taken
    if (waited) {
      await run.recheck(() => session.reconnect())
      if (intent && (await session.announce(withClaim(intent))).moved) await lookAgain()
    } else if (moved) await lookAgain()
  }
  return hold
}

const isConflict = (error: unknown): boolean => error instanceof DeviceError && error.code === 'REVISION_CONFLICT'

/** The intent of a step. A claim to a registration that an earlier intent made stays in it. */
function intentOf(state: RunnerState, step: Step, data: Readonly<Record<string, unknown>>): Intent {
  const { world, options } = state.run
  return {
    run: options.run,
    step: step.id,
    tool: `sensorform ${world.toolVersion}`,
    startedAt: new Date(world.clock.now()).toISOString(),
    data: { ...data, ...claimKept(state, step) },
  }
}

const claimKept = ({ kept }: RunnerState, { action }: Step): Readonly<Record<string, unknown>> =>
  kept && claimOf(kept) !== undefined && action.type !== 'reactivate' ? kept : {}
