/** Restoring a backup. */
import type { Catalog } from './entry.ts'

export const restoring = {
  BACKUP_UNKNOWN: {
    severity: 'error',
    title: 'The sensor has no such backup',
    explanation:
      'The name given with --from is none of the files that the sensor lists. The oldest files are overwritten when the space of the hardware profile is used up. Nothing was sent.',
    remedy: 'Run `sensorform backup list KEY` and give a name from there, or `--from latest`.',
  },
  RESTORE_VERSION: {
    severity: 'error',
    title: 'The backup is of another software version',
    explanation:
      'The vendor allows backup and restore between the same versions only. The version stands in the name of the file; a name that tells none is refused as well. Nothing was sent.',
    remedy: 'Choose a backup of the version that the sensor runs, or bring the sensor to the version of the backup.',
  },
  RESTORE_BLOCKED: {
    severity: 'error',
    title: 'Something unfinished stands in the way of a restore',
    explanation:
      'A network change that waits to be confirmed, or a step that a run left unfinished, would be overwritten by the restore, and with it what is needed to finish it. Nothing was sent.',
    remedy: 'Run `sensorform apply`, which finishes it, then restore.',
  },
  RESTORE_NOT_BEGUN: {
    severity: 'error',
    title: 'The sensor did not begin the restore',
    explanation:
      'The request was sent, but the sensor is at rest and tells of no restore. Its settings are as they were before.',
    remedy: 'Run the same again.',
  },
  RESTORE_LOST: {
    severity: 'error',
    title: 'The sensor was not found after its restore',
    explanation:
      'A restore brings back the address and the certificate of the time of the backup. The sensor was looked for at its endpoint and wherever it is remembered to have been, with the certificates of then; only the same serial number is taken for it. None of these answered in time.',
    remedy:
      'Set access.endpoint to the address that it has now (serial console: `network validate`), run `sensorform trust` if its certificate is an unknown one, and run the same restore again: it is taken up, not repeated.',
  },
} as const satisfies Catalog
