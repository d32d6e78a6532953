/** Backups: daily at 03:00 on the sensor's clock, on demand, kept as long as there is space. */
import { formatBackupName } from '../../formats/backup-name.ts'
import type { BackupList, TargetCheck } from '../../schemas/generated/wire.ts'
import type { Surroundings } from '../world.ts'
import { actorOf, audited, systemActor } from './audit.ts'
import { jobRead, startJob, type JobEnd } from './jobs.ts'
import { errorOf, Refusal } from './refusal.ts'
import type { Handlers, Sensor } from './sensor.ts'
import type { Merged } from './settings.ts'
import { mountShare, removeFromShare, writeToShare } from './share.ts'
import type { Backup, SensorState, Settings } from './state.ts'

const gigabyte = 1_000_000_000
/** Space for backups by hardware profile. Documented. */
const limits: Readonly<Record<string, number>> = {
  L500: 20 * gigabyte,
  E1000: 60 * gigabyte,
  E1800: 100 * gigabyte,
  C5600: 100 * gigabyte,
}
const hourOfDailyBackup = 3
const dayMs = 86_400_000

/** Hardware profile L100 has no backup. Documented. */
export const backupsSupported = ({ hardwareProfile }: SensorState): boolean => hardwareProfile !== 'L100'

const limitOf = ({ hardwareProfile }: SensorState): number | null => limits[hardwareProfile] ?? null

export const latestBackup = ({ backups }: SensorState): Backup | null => backups[0] ?? null

const passwordOf = ({ secrets }: Merged<Settings>): string | null => secrets['backup.target.smb.password'] ?? null

/** Tries to mount the target and to write to it. */
export function checkTarget(merged: Merged<Settings>, surroundings: Surroundings): TargetCheck {
  const { target } = merged.settings.backup
  if (target.enabled !== true) return { ok: false, message: 'No backup target is configured.' }
  const mounted = mountShare(target.smb, passwordOf(merged), surroundings)
  if ('problem' in mounted) return { ok: false, message: mounted.problem }
  const probe = '.sensor-write-check'
  const problem = mounted.folder === null ? null : writeToShare(mounted.folder, probe, '')
  if (problem !== null) return { ok: false, message: problem }
  if (mounted.folder !== null) removeFromShare(mounted.folder, probe)
  return { ok: true, message: 'The target is mounted and can be written.' }
}

/** Makes a backup now: gives what to commit. */
function makeBackup(sensor: Sensor): { backup: Backup; change: Partial<SensorState> } | { problem: string } {
  const { state, world } = sensor
  const at = new Date(sensor.nowMs()).toISOString()
  const name = formatBackupName({
    sensor: state.activation?.name ?? 'sensor',
    version: state.softwareVersion,
    at: at.slice(0, 19),
  })
  const backup = { name, createdAt: at, sizeBytes: world.tuning.backupSizeBytes }
  const folder = targetFolder(sensor)
  if (folder && 'problem' in folder) return folder
  const kept = withinSpace([backup, ...state.backups.filter((one) => one.name !== name)], limitOf(state))
  const problem = folder?.folder ? writeToShare(folder.folder, name, backupContent(state)) : null
  if (problem !== null) return { problem }
  const dropped = state.backups.filter((one) => !kept.includes(one))
  for (const one of dropped) if (folder?.folder) removeFromShare(folder.folder, one.name)
  return { backup, change: { backups: kept, lastBackupError: null } }
}

function targetFolder({ state, world }: Sensor): { folder: string | null } | { problem: string } | undefined {
  const { target } = state.settings.backup
  return target.enabled === true ? mountShare(target.smb, passwordOf(state), world.surroundings) : undefined
}

/** Configuration without secrets stands for the content. */
const backupContent = ({ settings, softwareVersion, serialNumber }: SensorState): string =>
  JSON.stringify({ serialNumber, softwareVersion, settings })

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
    return { error: errorOf('TARGET_FAILED', made.problem), result: null, change }
  }
  return { error: null, result: { ...made.backup }, change: made.change }
}

/** Clock of the sensor at the next daily backup after a moment. */
export function nextDailyBackupMs(afterMs: number): number {
  const hour = hourOfDailyBackup * 3_600_000
  return Math.floor((afterMs - hour) / dayMs) * dayMs + dayMs + hour
}

/** Makes the daily backup when 03:00 has passed on the sensor's clock since the last look; once, however far it moved. */
export function runDueBackup(sensor: Sensor): void {
  const { state } = sensor
  const now = sensor.nowMs()
  if (now < state.backupsSeenMs) return sensor.commit({ backupsSeenMs: now })
  if (now < nextDailyBackupMs(state.backupsSeenMs)) return
  if (state.settings.backup.enabled !== true || !backupsSupported(state)) return sensor.commit({ backupsSeenMs: now })
  const made = makeBackup(sensor)
  const entry =
    'problem' in made ? { action: 'backup failed', after: made.problem } : { action: 'backup', after: made.backup.name }
  const change = 'problem' in made ? { lastBackupError: made.problem } : made.change
  sensor.commit({ ...change, backupsSeenMs: now, audit: audited(sensor, systemActor, [entry]) })
}

export const backupHandlers: Handlers<Sensor> = {
  createBackup: (sensor, call) => {
    if (!backupsSupported(sensor.state)) {
      throw new Refusal(422, 'NOT_SUPPORTED', `The hardware profile ${sensor.state.hardwareProfile} has no backup.`)
    }
    const { job, jobs } = startJob(sensor, 'backup', actorOf(call))
    sensor.commit({ jobs, audit: audited(sensor, actorOf(call), [{ action: 'create backup' }]) })
    return { status: 202, body: jobRead(job, sensor.world.clock.uptimeMs()) }
  },
  listBackups: ({ state }) => ({
    status: 200,
    body: { backups: [...state.backups], limitBytes: limitOf(state) } satisfies BackupList,
  }),
  checkBackupTarget: ({ state, world }) => ({ status: 200, body: checkTarget(state, world.surroundings) }),
}
