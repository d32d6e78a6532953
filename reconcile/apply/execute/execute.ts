import type { Action } from '../../plan-types.ts'
import { StepError } from '../../observe/problem-of.ts'
import { executeChangeAddress } from './change-address.ts'
import { executeAssignZone, executeConnectConsole } from './connect-console.ts'
import { executeDeleteLegacy } from './delete-legacy.ts'
import { executeFinishAddress } from './finish-address.ts'
import { executeImportCertificate } from './import-certificate.ts'
import { executeReactivate } from './reactivate.ts'
import { executeCreateBackup, executeRemoveRule, executeSet } from './set.ts'
import type { StepContext } from './step-context.ts'
import { executeUpdateRecord } from './update-record.ts'
import { executeUpdateSoftware } from './update-software.ts'

/** Carries out one step. Resolves only when the appliance shows that it is done; everything else is thrown. */
export async function execute(context: StepContext, action: Action): Promise<void> {
  switch (action.type) {
    case 'set':
      return executeSet(context, action)
    case 'importCertificate':
      return executeImportCertificate(context, action)
    case 'removeRule':
      return executeRemoveRule(context, action)
    case 'createBackup':
      return executeCreateBackup(context)
    case 'updateSoftware':
      return executeUpdateSoftware(context, action)
    case 'updateRecord':
      return executeUpdateRecord(context, action)
    case 'deleteLegacyRecord':
      return executeDeleteLegacy(context, action)
    case 'reactivate':
      return executeReactivate(context, action)
    case 'changeAddress':
      return executeChangeAddress(context, action)
    case 'finishAddress':
      return executeFinishAddress(context, action)
    case 'connectConsole':
      return executeConnectConsole(context, action)
    case 'assignZone':
      return executeAssignZone(context, action)
    case 'clearIntent':
      return clearIntent(context, action)
    case 'manual':
      throw waitsForPerson(context)
  }
}

/** Its work is as it should be already; what is left is the note about it. */
async function clearIntent(context: StepContext, { run, step }: Action & { type: 'clearIntent' }): Promise<void> {
  await context.clearIntent()
  const { intent } = (await context.session.observe()).unfinished
  if (!intent) return
  throw new StepError({
    code: 'READ_BACK_DIFFERS',
    key: context.plan.key,
    summary: `The note of run ${run} about "${step}" is still on the appliance.`,
    hint: 'Plan again.',
  })
}

/** A step that no interface offers. */
export function waitsForPerson({ plan, step }: Pick<StepContext, 'plan' | 'step'>): StepError {
  const confirm = `Then say: sensorform confirm ${plan.key} ${step.id}`
  return new StepError(
    {
      code: 'MANUAL_STEP',
      key: plan.key,
      field: step.changes[0] ?? step.id,
      summary: `A person must do this: ${step.title}.`,
      hint: step.instructions === undefined ? confirm : `${step.instructions}\n${confirm}`,
    },
    'waiting',
  )
}
