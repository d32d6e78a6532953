/**
 * Restores a backup. Under lease and intent, from what is there at that moment; sent once. Then the sensor is sought, as it
 * may have the address and the certificate of that time, and planned again. A run that dies in between is taken up by the
 * same again: the intent says what was begun, the sensor what became of it.
 *
 * @module
 */
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { writeJournal } from '../apply/journal.ts'
import { acquireLease, waitForJob } from '../apply/lease-wait.ts'
import { ApplianceSession } from '../apply/session.ts'
import { nameBackup } from '../backup/backups.ts'
import { DeviceError, isUnknown, outcomeUnknown } from '../device-error.ts'
import type { ApplyOptions, Overrides, World } from '../engine.ts'
import type { Intent } from '../lease.ts'
import { memoryFailure } from '../memory-failure.ts'
import { asDeviceError, problemOf, StepError } from '../observe/problem-of.ts'
import { rememberRead } from '../observe/recall.ts'
import { planRun } from '../run.ts'
import { findRestored, hasEnded, type Finding } from './find-restored.ts'
import { listBackups } from './plan-restore.ts'
import { refusalsOf, restoreUnderWay } from './refuse-restore.ts'
import { restoreWindowProblem } from './restore-window.ts'
import { restoreTarget } from './restore-target.ts'
import type { Restoration } from './restoration.ts'

interface Run {
  fleet: Fleet
  world: World
  overrides: Overrides | undefined
  desired: DesiredAppliance
  session: ApplianceSession
  from: string
  id: string
  notes: string[]
  /** From here on the intent stays on the sensor until the outcome is known. */
  hasBegun: boolean
}

/** Carries a planned restore out. Never rejects for what the world got wrong. */
export async function restore(
  fleet: Fleet,
  world: World,
  desired: DesiredAppliance,
  planned: Restoration,
  { run: id, overrides }: ApplyOptions,
): Promise<Restoration> {
  const target = await restoreTarget(fleet, world, desired)
  const known = { ...target, ...(planned.identity !== undefined && { identity: planned.identity }) }
  const session = new ApplianceSession(world, desired, known, id, undefined)
  const run: Run = { fleet, world, overrides, desired, session, from: planned.from, id, notes: [], hasBegun: false }
  const ended = await carryOut(run).catch((error: unknown) => outcomeOf(run, asDeviceError(error, world.signal)))
  await session.close({ clearIntent: !run.hasBegun })
  const done = { ...planned, ...ended, notes: run.notes }
  if (ended.state !== 'restored' || ended.problems.length > 0) return done
  const { plan } = await planRun(fleet, world, { keys: [desired.key] })
  return { ...done, plan }
}

type Ended = Pick<Restoration, 'state' | 'problems'> & Partial<Pick<Restoration, 'endpoint'>>

async function carryOut(run: Run): Promise<Ended> {
  const { session, world, desired } = run
  await session.observe()
  if (await waitForJob(session, world)) await session.observe()
  await acquireLease(
    session,
    world,
    () => undefined,
    ({ message }) => run.notes.push(`${message} Waiting for it.`),
  )
  const refusals = await refusalsNow(run)
  if (refusals.length > 0) return { state: 'refused', problems: refusals }
  const closed = closedNow(run)
  if (closed) return { state: 'waiting', problems: [closed] }
  const finding = await beginAndFind(run)
  if (finding.state === 'lost') throw lost(run, finding.seen)
  await session.regainLease()
  run.hasBegun = false
  if (finding.state === 'notBegun') throw notBegun(run)
  const { endpoint, backups } = session.observation
  const error = backups?.lastRestore?.error ?? null
  const remembered = rememberRead(world.memory, desired, session.observation)
  const written = remembered.then(() => journal(run, error === null ? 'done' : 'failed'))
  const unremembered = await memoryFailure(written, desired)
  const problems = unremembered ? [unremembered] : []
  if (error !== null) return { state: 'failed', endpoint, problems: [failedAs(run, error), ...problems] }
  run.notes.push(`Found the sensor at ${endpoint}.`)
  return { state: 'restored', endpoint, problems }
}

/** Under the lease everything is looked at once more: somebody may have been quicker. */
async function refusalsNow({ session, desired: { key }, from }: Run): Promise<Problem[]> {
  const observation = await session.observe({ whole: true })
  const { backups } = await listBackups(session.driver, { ...session.target, endpoints: [observation.endpoint] })
  const named = backups.map(nameBackup)
  return refusalsOf({ key, from, observation, support: session.driver.support, backups: named })
}

/** A person may have taken their time to answer. What an earlier run began is taken up whatever the window. */
const closedNow = ({ fleet, world, desired, overrides, session, from }: Run): Problem | undefined =>
  restoreUnderWay(session.observation, from) ? undefined : restoreWindowProblem(fleet, world, desired, overrides)

/** What an earlier run began is not begun again. */
async function beginAndFind(run: Run): Promise<Finding> {
  const { session, world, desired, from } = run
  const { backups } = session.observation
  const found = restoreUnderWay(session.observation, from)
  const known = found?.data['before']
  const before = found && (typeof known === 'string' || known === null) ? known : (backups?.lastRestore?.id ?? null)
  if (found) run.notes.push(`Run ${found.run} of ${found.startedAt} began this restore; it is taken up.`)
  if (hasEnded(session.observation, from, before)) return { state: 'ended' }
  await begin(run, before)
  return findRestored({ session, world, desired, from, before })
}

/** Sent once. An error whose outcome is unknown is what a restart of the services looks like. */
async function begin(run: Run, before: string | null): Promise<void> {
  const { session, from } = run
  await session.announce(intentOf(run, before))
  await journal(run, 'intent')
  session.lease.pause()
  run.hasBegun = true
  try {
    await session.write({ type: 'restoreBackup', name: from })
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    if (outcomeUnknown(error))
      return void run.notes.push(`The connection ended (${error.code}), as a restore may end it.`)
    run.hasBegun = false
    throw error
  }
}

const intentOf = ({ world, from, id }: Run, before: string | null): Intent => ({
  run: id,
  step: 'restore',
  tool: `sensorform ${world.toolVersion}`,
  startedAt: new Date(world.clock.now()).toISOString(),
  data: { type: 'restoreBackup', from, before },
})

const journal = ({ world, desired: { key }, id, from }: Run, event: 'intent' | 'done' | 'failed') =>
  writeJournal(world, { run: id, key, step: 'restore', event, detail: from })

function outcomeOf({ desired: { key }, hasBegun }: Run, error: unknown): Ended {
  const problems = [problemOf(error, key)]
  if (error instanceof StepError) return { state: error.status, problems }
  if (!(error instanceof DeviceError)) throw error
  if (error.code === 'LEASE_HELD' || error.code === 'BUSY') return { state: 'waiting', problems }
  return { state: hasBegun || isOutOfReach(error) ? 'unknown' : 'failed', problems }
}

const isOutOfReach = (error: DeviceError): boolean =>
  isUnknown(error) && !['RESTORE_FAILED', 'REFUSED', 'NOT_SUPPORTED', 'REVISION_CONFLICT'].includes(error.code)

const failedAs = ({ desired: { key } }: Run, error: string): Problem => ({
  severity: 'error',
  code: 'RESTORE_FAILED',
  key,
  summary: `The sensor says: ${error}`,
  hint: 'Its settings are as they were before. Choose another file, or look at the backup target.',
})

const notBegun = ({ desired: { key }, from }: Run): StepError =>
  new StepError({
    code: 'RESTORE_NOT_BEGUN',
    key,
    summary: `The sensor did not take up the restore of ${from}: it is at rest, and tells of none.`,
    hint: 'Run the same again.',
  })

function lost({ desired: { key } }: Run, seen: ReadonlyMap<string, string>): StepError {
  const story = [...seen].map(([endpoint, what]) => `${endpoint} (${what})`).join('; ')
  return new StepError(
    {
      code: 'RESTORE_LOST',
      key,
      summary: `The sensor has not come back where it was known to be: ${story || 'it is still at work'}.`,
      hint: 'It may have the address or the certificate of the time of the backup. Set access.endpoint to that address (at the serial console: "network validate"), compare the certificate and run "sensorform trust", then run the same restore again: it is taken up.',
    },
    'unknown',
  )
}
