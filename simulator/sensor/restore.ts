/** Restoring a backup: everything that it holds comes back, of the same software version only. */
import { parseBackupName } from '../../formats/backup-name.ts'
import type { Answer } from '../edge.ts'
import { actorOf, audited, settingEntries } from './audit.ts'
import { mountTarget, refuseWithoutBackups } from './backup.ts'
import { clockAfter } from './clock.ts'
import { jobRead, startJob, type JobEnd } from './jobs.ts'
import { errorOf, Refusal } from './refusal.ts'
import type { Call, Handlers, Sensor } from './sensor.ts'
import { changedSettings } from './settings.ts'
import { whyUnreadable } from './share.ts'
import type { Backup, StoredJob } from './state.ts'

function restoreBackup(sensor: Sensor, call: Call): Answer {
  const { state, world } = sensor
  refuseWithoutBackups(state)
  const { name } = backupOf(sensor, call.params['name'] ?? '')
  if (state.networkChange) throw new Refusal(409, 'BUSY', 'A network change waits to be confirmed.')
  const { job, jobs } = startJob(sensor, 'restore', actorOf(call), { backup: name })
  const entry = { action: 'restore backup', after: name }
  sensor.commit({ jobs, audit: audited(sensor, actorOf(call), [entry]) })
  return { status: 202, body: jobRead(job, world.clock.uptimeMs()) }
}

function backupOf({ state }: Sensor, name: string): Backup {
  const backup = state.backups.find((one) => one.name === name)
  if (!backup) throw new Refusal(404, 'NOT_FOUND', `There is no backup file ${name}.`)
  const { version } = parseBackupName(name) ?? {}
  if (version === state.softwareVersion && backup.softwareVersion === version) return backup
  const message = `The backup is of version ${backup.softwareVersion}; this sensor runs ${state.softwareVersion}.`
  throw new Refusal(422, 'RESTORE_FAILED', message, { details: { reason: 'version' } })
}

/** What a restore job comes to. A file that cannot be read leaves everything as it was. */
export function finishRestore(sensor: Sensor, { id, backup: name = '', actor }: StoredJob): JobEnd {
  const backup = sensor.state.backups.find((one) => one.name === name)
  const problem = backup ? unreadable(sensor, backup) : 'it is no longer there'
  if (!backup || problem !== null) return failed(sensor, id, name, problem ?? '')
  const { settings, secrets, served, activation } = backup.content
  const { state, world } = sensor
  const entries = settingEntries(changedSettings(state.settings, settings))
  const change = {
    settings,
    secrets,
    served,
    activation,
    clock: clockAfter(state, world, settings.time),
    lastRestore: { id, name, error: null },
    audit: audited(sensor, actor, [{ action: 'restored', after: name }, ...entries]),
  }
  return { error: null, result: { name }, change, follow: () => restart(sensor) }
}

function restart(sensor: Sensor): void {
  sensor.swapCertificate()
  sensor.restartServices(sensor.world.tuning.serviceRestartMs)
}

function failed(sensor: Sensor, id: string, name: string, problem: string): JobEnd {
  const message = `The backup file ${name} cannot be restored: ${problem}.`
  return {
    error: errorOf('RESTORE_FAILED', message, { reason: 'file' }),
    result: null,
    change: { lastRestore: { id, name, error: message } },
    follow: () => sensor.restartServices(sensor.world.tuning.serviceRestartMs),
  }
}

/** Why a file cannot be read; null where it can. */
function unreadable(sensor: Sensor, backup: Backup): string | null {
  if (!backup.isOnShare) return null
  const mounted = mountTarget(sensor)
  if (!mounted) return 'the share that it lies on is not mounted'
  if ('problem' in mounted) return mounted.problem.replace(/\.$/, '')
  return mounted.folder === null ? null : whyUnreadable(mounted.folder, backup.name)
}

export const restoreHandlers: Handlers<Sensor> = { restoreBackup }
