/**
 * Software: packages are uploaded, and an update takes its time and two reboots. What fails leaves the version before.
 * Across 22.1 the activation has to be redone.
 *
 * @module
 */
import { crossesActivation, packageVersion, skipsStop, stopVersion } from '../../formats/software-package.ts'
import { compareVersions } from '../../formats/version.ts'
import type { ApplianceRead, Job, SoftwarePackage, SoftwareUpdate } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { versionOfPackage } from '../software-package.ts'
import { activationRead } from './activation.ts'
import { actorOf, audited } from './audit.ts'
import { jobRead, runningJob, startJob, type JobEnd } from './jobs.ts'
import { errorOf, Refusal } from './refusal.ts'
import type { Call, Handlers, Sensor } from './sensor.ts'
import type { StoredJob } from './state.ts'

type Stage = NonNullable<Job['stage']>

/** In the order of an update from 22.x on. The order is this project's choice: the vendor gives the words alone. */
const stages: readonly Stage[] = [
  'UPGRADE_STARTED',
  'STARTING_INSTALLATION',
  'PREPARE_TO_INSTALL',
  'STOPPING_PROCESSES',
  'BACKING_UP_DATA',
  'TAKING_SNAPSHOT',
  'INSTALLING_OPERATING_SYSTEM',
  'UPDATING_CONFIGURATION',
  'UPDATING_DEPENDENCIES',
  'UPDATING_LIBRARIES',
  'PATCHING_DATABASES',
  'STARTING_PROCESSES',
  'VALIDATING_SYSTEM_SANITY',
  'VALIDATION_SUCCEEDED_REBOOTING',
]

/** Shares of an update at which the sensor goes away and comes back. */
const reboots = [
  { from: 0.5, until: 0.54 },
  { from: 0.94, until: 0.99 },
] as const

const shareOf = ({ startedUptimeMs, endsUptimeMs }: StoredJob, uptimeMs: number): number =>
  (uptimeMs - startedUptimeMs) / Math.max(1, endsUptimeMs - startedUptimeMs)

/** Stage of an update, in the words of the vendor. */
function stageOf(job: StoredJob, uptimeMs: number): Stage {
  if (job.state !== 'running') return job.state === 'succeeded' ? 'SUCCESS' : 'FAILURE'
  const index = Math.floor(shareOf(job, uptimeMs) * stages.length)
  return stages[Math.min(Math.max(index, 0), stages.length - 1)] ?? 'UPGRADE_STARTED'
}

/** A job as it is read, an update with its stage. */
export function workRead(job: StoredJob, uptimeMs: number): Job {
  const read = jobRead(job, uptimeMs)
  return job.type === 'update' ? { ...read, stage: stageOf(job, uptimeMs) } : read
}

/** What the bulk read tells. */
export const softwareRead = ({ state, world }: Sensor): ApplianceRead['software'] => ({
  uploaded: state.uploaded,
  lastUpdate: state.lastUpdate,
  freeBytes: world.tuning.packageSpaceBytes,
})

const refused = (reason: string, message: string): Refusal =>
  new Refusal(422, 'UPDATE_REFUSED', message, { details: { reason } })

function uploadPackage(sensor: Sensor, call: Call): Answer {
  const { upload } = call.request
  if (!upload) throw new Refusal(400, 'INVALID', 'The package is missing.')
  const { sha256, sizeBytes, head } = upload
  const name = call.params['name'] ?? ''
  const version = packageVersion(name)
  if (runningJob(sensor.state)) throw new Refusal(409, 'BUSY', 'Another job is running.')
  if (sizeBytes > sensor.world.tuning.packageSpaceBytes)
    throw refused('space', 'There is too little space on the disk.')
  if (version === undefined) throw refused('package', `${name} is not the name of an update package.`)
  const wanted = call.request.query.get('sha256')
  if (wanted !== null && wanted !== sha256) throw refused('package', 'The package did not arrive as it was sent.')
  if (versionOfPackage(head) !== version) throw refused('package', 'The signature of the package is not valid.')
  const uploaded: SoftwarePackage = { name, version, sha256, sizeBytes }
  const audit = audited(sensor, actorOf(call), [{ action: 'upload update package', after: name }])
  sensor.commit({ uploaded, audit })
  return { status: 200, body: uploaded }
}

function updateSoftware(sensor: Sensor, call: Call): Answer {
  const { name, sha256 } = call.body as SoftwareUpdate
  const { uploaded, softwareVersion: from } = sensor.state
  if (uploaded?.name !== name || uploaded.sha256 !== sha256) throw refused('package', `${name} is not there.`)
  const { version: to } = uploaded
  if (compareVersions(to, from) <= 0) throw refused('path', `${to} is not newer than ${from}.`)
  if (skipsStop(from, to)) throw refused('path', `The way from ${from} to ${to} leads over ${stopVersion}.`)
  if (activationRead(sensor).status !== 'Valid') {
    throw refused('activation', 'The sensor is not activated. Activate it before you update it.')
  }
  const actor = actorOf(call)
  const { job, jobs } = startJob(sensor, 'update', actor, { lastsMs: sensor.world.tuning.updateMs, rebooted: 0 })
  sensor.commit({ jobs, audit: audited(sensor, actor, [{ action: 'update', before: from, after: to }]) })
  return { status: 202, body: workRead(job, sensor.world.clock.uptimeMs()) }
}

/** What an update comes to. */
export function finishUpdate(sensor: Sensor): JobEnd {
  const { uploaded, softwareVersion: from } = sensor.state
  const to = uploaded?.version ?? from
  const finishedAt = new Date(sensor.nowMs()).toISOString()
  const call = { appliance: sensor.key, operation: 'installUpdate', method: 'JOB', path: '' }
  if (sensor.world.faults.strike(call).some(({ kind }) => kind === 'updateFails')) {
    const message = `Sensor update failed: VALIDATING_SYSTEM_SANITY. The sensor is back at ${from}.`
    const lastUpdate = { from, to, finishedAt, error: message }
    const error = errorOf('UPDATE_REFUSED', message, { reason: 'failed' })
    return { error, result: null, change: { uploaded: null, lastUpdate } }
  }
  const pendingActivation = sensor.state.pendingActivation || crossesActivation(from, to)
  const lastUpdate = { from, to, finishedAt, error: null }
  return {
    error: null,
    result: { version: to },
    change: { softwareVersion: to, uploaded: null, lastUpdate, pendingActivation },
  }
}

const runningUpdate = ({ state }: Sensor): StoredJob | undefined =>
  runningJob(state)?.type === 'update' ? (runningJob(state) ?? undefined) : undefined

const nextReboot = (job: StoredJob) => reboots[job.rebooted ?? 0]

const uptimeAt = ({ startedUptimeMs, endsUptimeMs }: StoredJob, share: number): number =>
  startedUptimeMs + (endsUptimeMs - startedUptimeMs) * share

/** Uptime at which the sensor goes away next. */
export function nextRebootUptimeMs(sensor: Sensor): number {
  const job = runningUpdate(sensor)
  const next = job && nextReboot(job)
  return job && next ? uptimeAt(job, next.from) : Infinity
}

/** Goes away when an update reboots the sensor. However far the clock moved, it reboots twice. */
export function startDueReboot(sensor: Sensor): void {
  const job = runningUpdate(sensor)
  const next = job && nextReboot(job)
  if (!job || !next || nextRebootUptimeMs(sensor) > sensor.world.clock.uptimeMs()) return
  const rebooted: StoredJob = { ...job, rebooted: (job.rebooted ?? 0) + 1 }
  sensor.commit({ jobs: sensor.state.jobs.map((one) => (one.id === job.id ? rebooted : one)) })
  sensor.leave('away', uptimeAt(job, next.until))
}

export const softwareHandlers: Handlers<Sensor> = {
  uploadPackage,
  updateSoftware,
  readJob: ({ state, world }, { params }) => {
    const job = state.jobs.find(({ id }) => id === params['id'])
    if (!job) throw new Refusal(404, 'NOT_FOUND', 'There is no such job.')
    return { status: 200, body: workRead(job, world.clock.uptimeMs()) }
  },
}
