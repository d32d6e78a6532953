/**
 * Names of backup files as the sensor writes them: `<sensor name>-backup-version-<version>-<date>.tar`, as in
 * `Sensor_1-backup-version-2.6.0.102-2019-06-24_09:24:55.tar`. Documented.
 *
 * @module
 */

export interface BackupName {
  /** Registered name of the sensor when the backup was made. */
  sensor: string
  /** Software version; a backup is restored to this version only. */
  version: string
  /** Clock of the sensor, without a zone: `2019-06-24T09:24:55`. */
  at: string
}

const pattern = /^(.+)-backup-version-([0-9A-Za-z.]+)-(\d{4}-\d{2}-\d{2})_(\d{2}:\d{2}:\d{2})\.tar$/

/** Reads the name of a backup file; undefined for any other file. */
export function parseBackupName(fileName: string): BackupName | undefined {
  const [, sensor, version, date, time] = pattern.exec(fileName) ?? []
  return sensor && version && date && time ? { sensor, version, at: `${date}T${time}` } : undefined
}

/** Writes the name of a backup file. `at` as in `BackupName`. */
export const formatBackupName = ({ sensor, version, at }: BackupName): string =>
  `${sensor}-backup-version-${version}-${at.slice(0, 19).replace('T', '_')}.tar`
