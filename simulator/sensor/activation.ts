/** Activation: files are really checked, the cloud is really asked. The name changes here and nowhere else. */
import { createHash } from 'node:crypto'
import { readActivationFile, unusedFileDays, verifyActivationFile } from '../../formats/activation-file.ts'
import type { ApplianceRead } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { actorOf, audited, type Actor } from './audit.ts'
import { driftMs, mostDriftMs } from './clock.ts'
import { jobRead, startJob, type JobEnd } from './jobs.ts'
import { contactCloud, probeCloud, type Contact, type ObstacleKind } from './reach.ts'
import { errorOf, Refusal } from './refusal.ts'
import type { Call, Handlers, Sensor } from './sensor.ts'
import type { InstalledFile, StoredJob } from './state.ts'

type ActivationRead = ApplianceRead['activation']

const dayMs = 86_400_000
/** The console's own warning period for files with an expiry. Documented. */
const warningMs = 30 * dayMs

const refused = (reason: string, message: string): Refusal =>
  new Refusal(422, 'ACTIVATION_REFUSED', message, { details: { reason } })

/** Reads and checks an uploaded file. Throws a Refusal with reason `file`. */
function checkedFile(sensor: Sensor, zip: Uint8Array): InstalledFile {
  const read = readActivationFile(zip)
  if ('problem' in read) throw refused('file', `The activation file is not valid: it ${read.problem}.`)
  if (!verifyActivationFile(read, sensor.world.vendorKey)) {
    throw refused('file', 'The activation file is not valid: it is not signed by the service.')
  }
  const stale = staleness(sensor, read.file)
  if (stale) throw refused('file', `The activation file is not valid: it ${stale}.`)
  return { ...read.file, sha256: createHash('sha256').update(zip).digest('hex') }
}

function staleness(sensor: Sensor, { id, createdAt, expiresAt, mode }: ActivationOf): string | undefined {
  const now = sensor.nowMs()
  if (expiresAt !== null && Date.parse(expiresAt) <= now) return 'has expired'
  const clockIsWrong = mode === 'cloud' && Math.abs(driftMs(sensor.state, sensor.world)) > mostDriftMs
  const isInstalled = sensor.state.activation?.id === id
  const isOld = now - Date.parse(createdAt) > unusedFileDays * dayMs
  return isOld && !isInstalled && !clockIsWrong ? 'was created more than 14 days ago' : undefined
}

type ActivationOf = Pick<InstalledFile, 'id' | 'createdAt' | 'expiresAt' | 'mode'>

function activate(sensor: Sensor, call: Call): Answer {
  const file = checkedFile(sensor, call.request.body)
  const { job, jobs } = startJob(sensor, 'activation', actorOf(call), { file })
  const entry = { action: 'upload activation file', path: 'activation', after: { name: file.name, mode: file.mode } }
  sensor.commit({ jobs, audit: audited(sensor, actorOf(call), [entry]) })
  return { status: 202, body: jobRead(job, sensor.world.clock.uptimeMs()) }
}

/** What an activation job comes to. */
export function finishActivation(sensor: Sensor, { file, actor }: StoredJob): JobEnd {
  if (!file) return failed('file', 'The activation file is gone.')
  if (file.mode === 'local') return installed(sensor, file, actor)
  if (Math.abs(driftMs(sensor.state, sensor.world)) > mostDriftMs) {
    return failed('clock', 'The clock of the sensor has drifted. Correct the time before you activate.')
  }
  const { answer, obstacle } = contactCloud(sensor, file, true)
  if (obstacle) return failed('cloud', `The sensor cannot reach the cloud. ${obstacle.detail}`, obstacle.kind)
  if (answer === 'rejected') {
    return failed('rejected', 'The file is valid, but the service rejected it. Download another activation file.')
  }
  sensor.memory.contactUptimeMs = sensor.world.clock.uptimeMs()
  return installed(sensor, file, actor)
}

const failed = (reason: string, message: string, obstacle?: ObstacleKind): JobEnd => ({
  error: errorOf('ACTIVATION_REFUSED', message, { reason, ...(obstacle && { obstacle }) }),
  result: null,
  change: {},
})

function installed(sensor: Sensor, file: InstalledFile, actor: Actor): JobEnd {
  const before = sensor.state.activation
  const entry = {
    action: 'activate',
    path: 'name',
    before: before?.name ?? null,
    after: file.name,
  }
  const change = { activation: file, pendingActivation: false, audit: audited(sensor, actor, [entry]) }
  return { error: null, result: { name: file.name, mode: file.mode }, change }
}

/** Activation as the bulk read shows it. Asks the cloud, so that it never lags. */
export function activationRead(sensor: Sensor): ActivationRead {
  const file = sensor.state.activation
  if (file && sensor.state.pendingActivation) {
    return {
      ...fileRead(file),
      cloud: file.mode === 'local' ? null : cloudOf(probeCloud(sensor)),
      ...pendingActivation,
    }
  }
  if (file?.mode === 'local') return { ...fileRead(file), cloud: null, ...localStatus(file, sensor.nowMs()) }
  const contact = file ? contactCloud(sensor, file, false) : probeCloud(sensor)
  const cloud = cloudOf(contact)
  if (!file) return { name: null, mode: null, site: null, file: null, expiresAt: null, cloud, ...notActivated }
  return { ...fileRead(file), cloud, ...cloudStatus(contact) }
}

const cloudOf = ({ obstacle }: Contact) => ({
  reachable: !obstacle,
  obstacle: obstacle?.kind ?? null,
  detail: obstacle?.detail ?? null,
})

const pendingActivation = {
  status: 'NotActivated',
  message: 'Pending activation: upload the activation file for version 22.1 or later.',
} as const
const notActivated = { status: 'NotActivated', message: 'The sensor is not activated.' } as const

const fileRead = ({ name, mode, site, expiresAt, id, createdAt, sha256 }: InstalledFile) => ({
  name,
  mode,
  site,
  expiresAt,
  file: { id, createdAt, sha256 },
})

type Status = Pick<ActivationRead, 'status' | 'message'>

function localStatus({ expiresAt }: InstalledFile, nowMs: number): Status {
  if (expiresAt === null) return { status: 'Valid', message: null }
  const day = expiresAt.slice(0, 10)
  const remainingMs = Date.parse(expiresAt) - nowMs
  if (remainingMs <= 0) return { status: 'Expired', message: `The activation expired on ${day}.` }
  if (remainingMs < warningMs) return { status: 'Valid', message: `The activation expires on ${day}.` }
  return { status: 'Valid', message: null }
}

const cloudStatus = ({ answer, obstacle }: Contact): Status =>
  ({
    accepted: { status: 'Valid', message: null },
    rejected: { status: 'Rejected', message: 'The service no longer accepts the activation of this sensor.' },
    unreachable: { status: 'NotConnected', message: obstacle?.detail ?? null },
  })[answer] as Status

export const activationHandlers: Handlers<Sensor> = { activate }
