import type { Provider } from '../../model/provider.ts'
import type { Client } from '../client.ts'
import { lazyAction } from '../lazy.ts'
import { backupSchema, restoreSchema, testMessageSchema, updateSoftwareSchema } from './schemas.ts'

export const actions: Provider<Client>['actions'] = {
  sensorform_backup: lazyAction(backupSchema, async () => (await import('./backup.ts')).backupAction),
  sensorform_restore: lazyAction(restoreSchema, async () => (await import('./restore.ts')).restoreAction),
  sensorform_test_message: lazyAction(
    testMessageSchema,
    async () => (await import('./test-message.ts')).testMessageAction,
  ),
  sensorform_update_software: lazyAction(
    updateSoftwareSchema,
    async () => (await import('./update-software.ts')).updateSoftwareAction,
  ),
}
