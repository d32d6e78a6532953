import type { Action } from '../../plan-types.ts'
import { StepError } from '../../observe/problem-of.ts'
import { lookUp, registerRecord } from './registrar-writes.ts'
import type { StepContext } from './step-context.ts'

/** Brings zone and updates of the record to what is declared. The sensor itself is not touched. */
export async function executeUpdateRecord(
  context: StepContext,
  { registrar: name, name: recordName, placement }: Action & { type: 'updateRecord' },
): Promise<void> {
  const registrar = context.world.registrar(name)
  await context.announce({})
  const lookup = await lookUp(context, registrar, recordName, placement)
  if (lookup.state !== 'present') {
    throw new StepError({
      code: 'APPLIANCE_CHANGED',
      key: context.plan.key,
      field: 'registration',
      summary: `The registration ${recordName} is no longer where the plan saw it.`,
      hint: 'Plan again.',
    })
  }
  await registerRecord(context, registrar, recordName, placement)
}
