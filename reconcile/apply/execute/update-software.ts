/**
 * One leg of an update. The package is hashed before anything is sent, uploaded, and installed by the sensor, which
 * reboots twice: lost sessions are expected, and how it goes on is observed. A run that finds the update under way, or
 * done, goes on from there.
 *
 * @module
 */
import { compareVersions } from '../../../formats/version.ts'
import { DeviceError, outcomeUnknown } from '../../device-error.ts'
import type { Observation, PackageSource } from '../../driver.ts'
import { StepError } from '../../observe/problem-of.ts'
import type { Action } from '../../plan-types.ts'
import { logOfUpdate } from '../../update-log.ts'
import { longestUpdateMs } from '../../observe/updating.ts'
import { poll } from '../poll.ts'
import type { StepContext } from './step-context.ts'
import { writeAndVerify } from './write-and-verify.ts'

type UpdateSoftware = Action & { type: 'updateSoftware' }

/** An update that nobody sees after so long did not begin. */
const beginMs = 60_000
const mostBegins = 3

export async function executeUpdateSoftware(context: StepContext, action: UpdateSoftware): Promise<void> {
  if (isInstalled(context.session.observation, action)) return context.note(`${action.to} runs already.`)
  if (isUpdating(context.session.observation)) {
    context.note('The update is under way.')
    await announce(context, action)
  } else await begin(context, action)
  await follow(context, action)
  context.keepIntent(false)
}

/** On the sensor, and in memory: while it reboots, only memory can tell why it does not answer. */
async function announce(context: StepContext, { type, from, to }: UpdateSoftware): Promise<void> {
  const { world, plan, options } = context
  const at = new Date(world.clock.now()).toISOString()
  await world.memory.remember(plan.key, { updating: { run: options.run, from, to, at } })
  await context.announce({ type, from, version: to })
  context.keepIntent(true)
}

const isInstalled = ({ softwareVersion }: Observation, { to }: UpdateSoftware): boolean =>
  softwareVersion !== undefined && compareVersions(softwareVersion, to) === 0

const isUpdating = ({ unfinished: { job } }: Observation): boolean => job?.type === 'update'

async function begin(context: StepContext, action: UpdateSoftware): Promise<void> {
  const source = await checkPackages(context, action)
  await announce(context, action)
  await upload(context, source)
  for (let attempt = 1; ; attempt++) {
    try {
      const { name, sha256 } = source
      await context.session.write({ type: 'updateSoftware', name, sha256 }, { anyRevision: true })
      return
    } catch (error) {
      if (!outcomeUnknown(error)) {
        context.keepIntent(false)
        throw error
      }
      if (await hasBegun(context, action)) return
      if (attempt === mostBegins) throw error
    }
  }
}

/** Packages of this leg and of those that follow are as declared: no way is begun that cannot be ended. */
async function checkPackages(
  { plan, step, world, session }: StepContext,
  action: UpdateSoftware,
): Promise<PackageSource> {
  const later = plan.steps
    .slice(plan.steps.indexOf(step) + 1)
    .flatMap((one) => (one.action.type === 'updateSoftware' ? [one.action] : []))
  const [own] = await Promise.all(
    [action, ...later].map(async ({ to, package: { file, sha256 } }) => {
      const source = await world.packages.find(file, session.signal)
      if (!source) throw unreadable(plan.key, to, file)
      if (source.sha256 === sha256) return source
      throw altered(plan.key, to, source)
    }),
  )
  if (!own) throw new TypeError('a leg has a package')
  return own
}

const altered = (key: string, version: string, { name, sha256 }: PackageSource): StepError =>
  new StepError({
    code: 'PACKAGE_ALTERED',
    key,
    field: 'software.packages',
    summary: `${name} is not the declared package of ${version}: its SHA-256 is ${sha256}. Nothing was sent.`,
    hint: 'Download the package again, or correct sha256 if the declaration is wrong.',
  })

const unreadable = (key: string, version: string, file: string): StepError =>
  new StepError({
    code: 'PACKAGE_UNREADABLE',
    key,
    field: 'software.packages',
    summary: `The package of ${version} cannot be read at ${file}. Nothing was sent.`,
    hint: 'Put it back, or apply where it is.',
  })

async function upload(context: StepContext, source: PackageSource): Promise<void> {
  const { sha256, name, sizeBytes } = source
  const missing = ({ software }: Observation): string[] =>
    software === undefined || software.uploaded?.sha256 === sha256 ? [] : ['the uploaded package']
  const { software } = context.session.observation
  if (software?.uploaded?.sha256 === sha256 && software.uploaded.name === name) {
    return context.note(`${name} is there already.`)
  }
  if (software && software.freeBytes < sizeBytes) throw tooLittleSpace(context, source, software.freeBytes)
  context.note(`Uploading ${name}.`)
  const onSent = inTenths(sizeBytes, (percentage) => context.note(`Uploading ${name}: ${percentage}%`))
  await writeAndVerify(
    context,
    { type: 'uploadPackage', source, onSent },
    { missing, mayStillCome: () => false, touches: [], settleMs: beginMs, anyRevision: true },
  ).catch((error: unknown) => {
    if (!outcomeUnknown(error)) context.keepIntent(false)
    throw error
  })
}

/** Tells each tenth once. */
function inTenths(total: number, tell: (percentage: number) => void): (bytes: number) => void {
  let told = 0
  return (bytes) => {
    const tenth = Math.floor((bytes * 10) / Math.max(total, 1)) * 10
    if (tenth > told && tenth < 100) tell(tenth)
    told = Math.max(told, tenth)
  }
}

function tooLittleSpace(context: StepContext, { name, sizeBytes }: PackageSource, freeBytes: number): StepError {
  context.keepIntent(false)
  return new StepError({
    code: 'UPDATE_NO_SPACE',
    key: context.plan.key,
    field: 'software.version',
    summary: `${name} has ${sizeBytes} bytes, and the sensor has room for ${freeBytes}. Nothing was sent.`,
    hint: 'Remove old captures and backups from the sensor, then plan again.',
  })
}

/** After a call of unknown outcome: whether the update is seen, or done. */
async function hasBegun(context: StepContext, action: UpdateSoftware): Promise<boolean> {
  context.note('The outcome of a write was unknown; looking at what is there.')
  const now = await context.session.reconnect({ whole: true })
  await keepLease(context)
  return isUpdating(now) || isInstalled(now, action)
}

/** Looks until the update has ended; the appliance is away in between. */
async function follow(context: StepContext, action: UpdateSoftware): Promise<void> {
  const { clock } = context.world
  const { session } = context
  const before = session.observation.software?.lastUpdate?.finishedAt
  const progress = progressOf(context)
  const patience = {
    deadlineMs: clock.monotonic() + longestUpdateMs,
    firstPauseMs: 2_000,
    longestPauseMs: 15_000,
    signal: session.signal,
  }
  session.lease.pause()
  const isDone = await poll(clock, patience, async () => {
    const now = await look(context)
    progress(now)
    if (!now || isUpdating(now)) return undefined
    if (isInstalled(now, action)) return true
    throw failed(context, action, now, before)
  })
  await session.regainLease()
  if (!isDone) throw overdue(context, action)
}

/** What is seen now; nothing while the appliance is away. The lease is kept while it is there. */
async function look(context: StepContext): Promise<Observation | undefined> {
  const { session } = context
  try {
    const now = await session.observe({ whole: true }).catch((error: unknown) => {
      if (!isAway(error)) throw error
      return session.reconnect({ whole: true })
    })
    await keepLease(context)
    return now
  } catch (error) {
    if (isAway(error)) return undefined
    throw error
  }
}

/** While the appliance may be away at any time, the lease is renewed when it is seen, and not in the background. */
async function keepLease({ session }: StepContext): Promise<void> {
  try {
    await session.regainLease()
  } finally {
    session.lease.pause()
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof DeviceError && (error.code === 'UNREACHABLE' || (outcomeUnknown(error) && error.code !== 'ABORTED'))

/** Tells each stage once, and that the appliance is away. */
function progressOf({ note }: StepContext): (observation: Observation | undefined) => void {
  let told = ''
  return (observation) => {
    const { job } = observation?.unfinished ?? {}
    const stage = observation ? job?.stage : 'rebooting'
    if (stage === undefined || stage === told) return
    told = stage
    note(observation ? `${stage} (${job?.percentage ?? 0}%)` : 'The sensor is away, as in a reboot.')
  }
}

function failed(
  context: StepContext,
  { from, to }: UpdateSoftware,
  { software, softwareVersion }: Observation,
  before: string | undefined,
): StepError {
  context.keepIntent(false)
  const last = software?.lastUpdate
  const why = last?.error && last.finishedAt !== before ? ` ${last.error}` : ''
  return new StepError({
    code: 'UPDATE_FAILED',
    key: context.plan.key,
    field: 'software.version',
    summary: `The update to ${to} failed; the sensor runs ${softwareVersion ?? 'an unknown version'}.${why}`,
    hint: `${logOfUpdate({ from, to })} The next run tries again.`,
  })
}

const overdue = ({ plan }: StepContext, leg: UpdateSoftware): StepError =>
  new StepError(
    {
      code: 'UPDATE_OVERDUE',
      key: plan.key,
      field: 'software.version',
      summary: `The update has not ended within ${longestUpdateMs / 60_000} minutes.`,
      hint: `Look at the console of the sensor. ${logOfUpdate(leg)} The next run goes on from what it finds.`,
    },
    'unknown',
  )
