/** What the names of backup files say, and which one to take. Pure. */
import { parseBackupName } from '../../formats/backup-name.ts'
import type { BackupFile, BackupListing } from '../driver.ts'

export interface NamedBackup extends BackupFile {
  /** Registered name when it was made. Absent where the file is not named as the sensor names them. */
  sensor?: string
  /** Software version that it was made with, and that alone takes it back. */
  version?: string
}

/** A file with what its name says. */
export function nameBackup(file: BackupFile): NamedBackup {
  const { sensor, version } = parseBackupName(file.name) ?? {}
  return { ...file, ...(sensor !== undefined && { sensor }), ...(version !== undefined && { version }) }
}

/** The newest backup that a sensor of this version takes; whatever its name was then. */
export const lastRestorable = (backups: readonly BackupFile[], version: string): NamedBackup | undefined =>
  backups
    .map(nameBackup)
    .filter((backup) => backup.version === version)
    .reduce<NamedBackup | undefined>(
      (last, backup) => (last && Date.parse(last.createdAt) >= Date.parse(backup.createdAt) ? last : backup),
      undefined,
    )

/** Files that the next backup overwrites, if it is as large as the newest: the oldest first. */
export function overwrittenNext({ backups, limitBytes }: BackupListing): readonly BackupFile[] {
  const sizes = backups.map(({ sizeBytes }) => sizeBytes ?? 0)
  const [next = 0] = sizes
  if (limitBytes === null) return []
  const total = next + sizes.reduce((sum, size) => sum + size, 0)
  let free = limitBytes - total
  return backups.toReversed().filter(({ sizeBytes = 0 }) => {
    const goes = free < 0
    if (goes) free += sizeBytes
    return goes
  })
}
