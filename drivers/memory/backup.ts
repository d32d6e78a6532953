/** Backups of an appliance in memory: each really holds its settings and its activation, and brings them back. */
import { formatBackupName, parseBackupName } from '../../formats/backup-name.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { BackupListing, BackupState, Support } from '../../reconcile/driver.ts'
import { isoNow, newId, type MemoryAppliance, type MemoryWorld } from './world.ts'

const backupSizeBytes = 2_100_000

/** Backups as they are read. */
export function backupsOf({ backups, lastRestore }: MemoryAppliance, { restore }: Support): BackupState {
  const [latest] = backups
  return {
    supported: true,
    latest: latest ? { name: latest.name, createdAt: latest.createdAt } : null,
    lastError: null,
    ...(restore && { lastRestore }),
  }
}

export const listBackups = ({ backups }: MemoryAppliance): BackupListing => ({
  backups: backups.map(({ name, createdAt, sizeBytes }) => ({ name, createdAt, sizeBytes })),
  limitBytes: 20_000_000_000,
})

export function createBackup(world: MemoryWorld, appliance: MemoryAppliance): void {
  const { settings, activation, softwareVersion } = appliance
  const createdAt = isoNow(world)
  const name = formatBackupName({ sensor: activation.name ?? 'sensor', version: softwareVersion, at: createdAt })
  const content = { settings: new Map(settings), activation: { ...activation } }
  const others = appliance.backups.filter((other) => other.name !== name)
  appliance.backups = [{ name, createdAt, sizeBytes: backupSizeBytes, content }, ...others]
  appliance.revision++
}

/** Brings back what a backup holds. Where it answers then may be elsewhere: the connection is lost. */
export function restoreBackup(world: MemoryWorld, appliance: MemoryAppliance, name: string): void {
  const backup = appliance.backups.find((one) => one.name === name)
  if (!backup) throw new DeviceError('REFUSED', `There is no backup file ${name}.`)
  if (parseBackupName(name)?.version !== appliance.softwareVersion) {
    throw new DeviceError('RESTORE_FAILED', `The backup is not of version ${appliance.softwareVersion}.`)
  }
  const error = appliance.restoreProblem
  appliance.lastRestore = { id: newId(world, 'restore'), name, error }
  appliance.revision++
  if (error !== null) return
  appliance.settings = new Map(backup.content.settings)
  appliance.activation = { ...backup.content.activation }
  throw new DeviceError('CONNECTION_LOST', `The connection to ${appliance.serialNumber} was lost.`)
}
