import { createBackup } from '../../../reconcile/backup/create-backup.ts'
import { onAppliance } from './on-appliance.ts'
import { backupSchema } from './schemas.ts'

/** `sensorform_backup`. */
export const backupAction = onAppliance(backupSchema, async (_, { driver, target, world, progress }) => {
  const { latest, overwritten } = await createBackup(driver, target, world, {
    holder: `terraform ${crypto.randomUUID()}`,
    onBegin: () => progress('Making a backup …'),
  })
  if (latest) progress(`Made ${latest.name}`)
  if (overwritten.length > 0) progress(`It overwrote ${overwritten.join(', ')}`)
  return []
})
