import { problemOf as problemOfAppliance } from '../compare/look.ts'
import { findField } from '../compare/setting-fields.ts'
import type { DesiredAppliance, LoadedSecret } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { DeviceError } from '../device-error.ts'
import type { AppliancePlan, Step } from '../plan-types.ts'
import type { Secrets } from '../secrets.ts'

/** Which secrets a plan sends that are not at hand here: it may be applied elsewhere, so a plan only warns. */
export async function missingSecrets(
  desired: DesiredAppliance,
  { steps }: Pick<AppliancePlan, 'steps'>,
  secrets: Secrets,
): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const step of steps) {
    for (const [path, reference] of secretsOf(step)) {
      const error = await whyMissing(secrets, reference)
      if (error) problems.push(notAtHand(desired, path, step, error))
    }
  }
  return problems
}

function secretsOf({ action }: Step): [path: string, reference: LoadedSecret][] {
  if (action.type !== 'set' && action.type !== 'importCertificate') return []
  return Object.entries(action.values).flatMap(([path, value]) =>
    value !== null && findField(path)?.type === 'secret' ? [[path, value as LoadedSecret]] : [],
  )
}

async function whyMissing(secrets: Secrets, reference: LoadedSecret): Promise<DeviceError | undefined> {
  try {
    await secrets.read(reference)
    return undefined
  } catch (error) {
    if (error instanceof DeviceError && error.code === 'SECRET_MISSING') return error
    throw error
  }
}

const notAtHand = (
  desired: DesiredAppliance,
  field: string,
  { title }: Step,
  { message, advice }: DeviceError,
): Problem =>
  problemOfAppliance(desired, {
    severity: 'warning',
    code: 'SECRET_NOT_AT_HAND',
    field,
    summary: `${message.replace(/\.$/, '')}, and the step "${title}" sends it`,
    hint: advice ?? 'Have it at hand where the plan is applied.',
  })
