/** Backups: daily, on demand, kept as long as there is space. */
import { formatBackupName } from '../../formats/backup-name.ts'
import type { ApplianceRead, BackupList, TargetCheck } from '../../schemas/generated/wire.ts'
import type { Surroundings } from '../world.ts'
import { actorOf, audited, systemActor } from './audit.ts'
import { isBackupDue } from './backup-schedule.ts'
import { wallMs } from './clock.ts'
import { jobRead, startJob, type JobEnd } from './jobs.ts'
import { errorOf, Refusal } from './refusal.ts'
import type { Handlers, Sensor } from './sensor.ts'
import type { Merged } from './settings.ts'
import { mountShare, removeFromShare, writeToShare, type Mounted, type ShareProblem } from './share.ts'
import type { Backup, SensorState, Settings } from './state.ts'

const gigabyte = 1_000_000_000
/** Space for backups by hardware profile. Documented. */
const limits: Readonly<Record<string, number>> = {
  L500: 20 * gigabyte,
  E1000: 60 * gigabyte,
  E1800: 100 * gigabyte,
  C5600: 100 * gigabyte,
}

/** Hardware profile L100 has no backup. Documented. */
export const backupsSupported = ({ hardwareProfile }: SensorState): boolean => hardwareProfile !== 'L100'

const limitOf = ({ hardwareProfile }: SensorState): number | null => limits[hardwareProfile] ?? null

/** Throws a Refusal where the hardware profile has no backup. */
export function refuseWithoutBackups(state: SensorState): void {
  if (backupsSupported(state)) return
  throw new Refusal(422, 'NOT_SUPPORTED', `The hardware profile ${state.hardwareProfile} has no backup.`)
}

/** A file as it is listed. */
const fileRead = ({ name, createdAt, sizeBytes }: Backup): BackupList['backups'][number] => ({
  name,
  createdAt,
  sizeBytes,
})

/** Backups as the bulk read shows them. */
export function backupsRead(state: SensorState): ApplianceRead['backups'] {
  const [latest] = state.backups
  return {
    supported: backupsSupported(state),
    latest: latest ? fileRead(latest) : null,
    lastError: state.lastBackupError,
    lastRestore: state.lastRestore,
  }
}

const passwordOf = ({ secrets }: Merged<Settings>): string | null => secrets['backup.target.smb.password'] ?? null

/** Tries to mount the target and to write to it. */
export function tryTarget(merged: Merged<Settings>, surroundings: Surroundings): ShareProblem | null {
  const { target } = merged.settings.backup
  if (target.enabled !== true) return { problem: 'No backup target is configured.', reason: 'settings' }
  const mounted = mountShare(target.smb, passwordOf(merged), surroundings)
  if ('problem' in mounted) return mounted
  const probe = '.sensor-write-check'
  const problem = mounted.folder === null ? null : writeToShare(mounted.folder, probe, '')
  if (mounted.folder !== null && problem === null) removeFromShare(mounted.folder, probe)
  return problem
}

function checkTarget({ state, world }: Sensor): TargetCheck {
  const failure = tryTarget(state, world.surroundings)
  return failure
    ? { ok: false, message: failure.problem }
    : { ok: true, message: 'The target is mounted and can be written.' }
}

/** Makes a backup now: gives what to commit. */
function makeBackup(sensor: Sensor): { backup: Backup; change: Partial<SensorState> } | ShareProblem {
  const { state } = sensor
  const folder = mountTarget(sensor)
  if (folder && 'problem' in folder) return folder
  const backup = newBackup(sensor, folder !== undefined)
  const kept = withinSpace([backup, ...state.backups.filter(({ name }) => name !== backup.name)], limitOf(state))
  const problem = folder?.folder ? writeToShare(folder.folder, backup.name, publicContent(backup)) : null
  if (problem !== null) return problem
  const dropped = state.backups.filter((one) => !kept.includes(one))
  for (const one of dropped) if (folder?.folder) removeFromShare(folder.folder, one.name)
  return { backup, change: { backups: kept, lastBackupError: null } }
}

/** Dated by the clock on the wall, as everything that the console shows. */
function newBackup(sensor: Sensor, isOnShare: boolean): Backup {
  const { settings, secrets, served, activation, softwareVersion } = sensor.state
  const now = sensor.nowMs()
  const at = new Date(wallMs(now, settings.time.timezone)).toISOString()
  return {
    name: formatBackupName({ sensor: activation?.name ?? 'sensor', version: softwareVersion, at }),
    createdAt: new Date(now).toISOString(),
    sizeBytes: sensor.world.tuning.backupSizeBytes,
    softwareVersion,
    content: { settings, secrets, served, activation },
    isOnShare,
  }
}

/** The share that backups are written to; nothing where they stay on the sensor. */
export function mountTarget({ state, world }: Sensor): Mounted | undefined {
  const { target } = state.settings.backup
  return target.enabled === true ? mountShare(target.smb, passwordOf(state), world.surroundings) : undefined
}

/** Configuration without secrets stands for the content on a share, which others may read. */
const publicContent = ({ softwareVersion, content }: Backup): string =>
  JSON.stringify({ softwareVersion, settings: content.settings })

/** The newest that fit; the oldest are overwritten. One is always kept. */
function withinSpace(backups: readonly Backup[], limit: number | null): readonly Backup[] {
  let total = 0
  return backups.filter(({ sizeBytes }, index) => {
    total += sizeBytes
    return index === 0 || limit === null || total <= limit
  })
}

/** What a backup job comes to. */
export function finishBackup(sensor: Sensor): JobEnd {
  const made = makeBackup(sensor)
  if ('problem' in made) {
    const change = { lastBackupError: made.problem }
    return { error: errorOf('TARGET_FAILED', made.problem, { reason: made.reason }), result: null, change }
  }
  return { error: null, result: { ...made.backup }, change: made.change }
}

/** Makes the daily backup when 03:00 has passed on the sensor's clock since the last look; once, however far it moved. */
export function runDueBackup(sensor: Sensor): void {
  const { state } = sensor
  const now = sensor.nowMs()
  if (now < state.backupsSeenMs) return sensor.commit({ backupsSeenMs: now })
  if (!isBackupDue(state.backupsSeenMs, now, state.settings.time.timezone)) return
  if (state.settings.backup.enabled !== true || !backupsSupported(state)) return sensor.commit({ backupsSeenMs: now })
  const made = makeBackup(sensor)
  const entry =
    'problem' in made ? { action: 'backup failed', after: made.problem } : { action: 'backup', after: made.backup.name }
  const change = 'problem' in made ? { lastBackupError: made.problem } : made.change
  sensor.commit({ ...change, backupsSeenMs: now, audit: audited(sensor, systemActor, [entry]) })
}

export const backupHandlers: Handlers<Sensor> = {
  createBackup: (sensor, call) => {
    refuseWithoutBackups(sensor.state)
    const { job, jobs } = startJob(sensor, 'backup', actorOf(call))
    sensor.commit({ jobs, audit: audited(sensor, actorOf(call), [{ action: 'create backup' }]) })
    return { status: 202, body: jobRead(job, sensor.world.clock.uptimeMs()) }
  },
  listBackups: ({ state }) => ({
    status: 200,
    body: { backups: state.backups.map(fileRead), limitBytes: limitOf(state) } satisfies BackupList,
  }),
  checkBackupTarget: (sensor) => ({ status: 200, body: checkTarget(sensor) }),
}
