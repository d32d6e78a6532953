import { DeviceError, outcomeUnknown } from '../../device-error.ts'
import type { Observation, Write } from '../../driver.ts'
import { poll } from '../poll.ts'
import { StepError } from '../../observe/problem-of.ts'
import { movedPaths } from '../verify.ts'
import type { StepContext } from './step-context.ts'

export interface Verification {
  /** What is not yet as it should be, in words or paths; nothing when the write has taken effect. */
  readonly missing: (observation: Observation) => readonly string[]
  /** Fields that the write touches: when somebody else moves them meanwhile, nothing is written. */
  touches: readonly string[]
  /** How long the appliance may take to show it. */
  settleMs: number
  /** Read over a new connection. */
  reconnect?: boolean
  /** Written whatever the revision is now; the fence alone keeps others away. */
  anyRevision?: boolean
  /**
   * After a write of unknown outcome: whether what is missing may still come by itself. Where it may not, the write is
   * repeated at once. Absent: it is given the whole time to settle.
   */
  readonly mayStillCome?: (observation: Observation) => boolean
}

const mostRepeats = 2
const mostConflicts = 3
const busyMs = 120_000

/**
 * Writes, reads back, and ends only when the appliance shows what was written. A write whose outcome is unknown is
 * repeated only if reading shows that it did not take effect.
 */
export async function writeAndVerify(context: StepContext, write: Write, verification: Verification): Promise<void> {
  for (let repeats = 0; ; repeats++) {
    const failure = await tryWrite(context, write, verification)
    if (failure) context.note(`The outcome of a write was unknown (${failure.code}); looking at what is there.`)
    const missing = await readBack(context, verification, failure !== undefined)
    if (missing.length === 0) return
    if (!failure) throw differs(context, missing)
    if (repeats === mostRepeats) throw notInEffect(context, failure)
  }
}

/** Gives the error whose outcome is unknown; throws every other. */
async function tryWrite(
  context: StepContext,
  write: Write,
  verification: Verification,
): Promise<DeviceError | undefined> {
  const { session, world } = context
  const before = session.observation
  const deadlineMs = world.clock.monotonic() + busyMs
  for (let conflicts = 0; ;) {
    try {
      await session.write(write, { anyRevision: verification.anyRevision ?? false })
      return undefined
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error
      session.lease.lost.throwIfAborted()
      if (outcomeUnknown(error)) return error
      if (error.code === 'BUSY' && world.clock.monotonic() < deadlineMs) await waitForJob(context)
      else if (error.code !== 'REVISION_CONFLICT' || ++conflicts > mostConflicts) throw error
      if (await settledMeanwhile(context, before, verification)) return undefined
    }
  }
}

async function waitForJob({ world, session }: StepContext): Promise<void> {
  await world.clock.sleep(2_000, session.signal)
}

/** After a conflict: goes on if the touched fields are what they were, and says whether nothing is left to write. */
async function settledMeanwhile(
  { session, plan, step }: StepContext,
  before: Observation,
  { touches, missing }: Verification,
): Promise<boolean> {
  const now = await session.look()
  if (missing(now).length === 0) return true
  const moved = movedPaths(before, now, touches)
  if (moved.length === 0) return false
  throw new StepError({
    code: 'APPLIANCE_CHANGED',
    key: plan.key,
    summary: `Somebody changed ${moved.join(', ')} while "${step.title}" was about to be written; nothing was written.`,
    hint: 'Plan again.',
  })
}

async function readBack(
  { session, world }: StepContext,
  { missing, settleMs, reconnect, mayStillCome }: Verification,
  isUnknown: boolean,
): Promise<readonly string[]> {
  let isConnected = !(isUnknown || reconnect)
  let left: readonly string[] = []
  const patience = {
    deadlineMs: world.clock.monotonic() + settleMs,
    firstPauseMs: 500,
    longestPauseMs: 5_000,
    signal: session.signal,
  }
  await poll(world.clock, patience, async () => {
    // What is under way may be no part of the revision: after a write of unknown outcome each look is a whole one.
    const options = { whole: isUnknown }
    const now = await (isConnected ? session.look(options) : session.reconnect(options))
    left = missing(now)
    isConnected = true
    return left.length === 0 || (isUnknown && mayStillCome?.(now) === false) || undefined
  })
  return left
}

const notInEffect = ({ plan, step }: StepContext, { code, message }: DeviceError): StepError =>
  new StepError({
    code,
    key: plan.key,
    summary: `"${step.title}" did not take effect, as reading shows, although it was tried ${mostRepeats + 1} times. ${message}`,
    hint: 'Plan again.',
  })

const differs = ({ plan, step }: StepContext, missing: readonly string[]): StepError =>
  new StepError({
    code: 'READ_BACK_DIFFERS',
    key: plan.key,
    field: missing[0] ?? step.id,
    summary: `The appliance accepted "${step.title}", but reading it back shows another value of ${missing.join(', ')}.`,
    hint: 'Look at the setting in the console of the sensor, then plan again.',
  })
