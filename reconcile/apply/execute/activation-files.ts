/**
 * Activation files before they are uploaded. The format of the vendor's own files is not published: what cannot be read
 * is passed on as it is, and the sensor judges it.
 *
 * @module
 */
import { readActivationFile, unusedFileDays, type ActivationFile } from '../../../formats/activation-file.ts'
import { DeviceError } from '../../device-error.ts'
import type { Action } from '../../plan-types.ts'
import { StepError } from '../../observe/problem-of.ts'
import type { Registrar, RegistrationRecord } from '../../registrar.ts'
import type { StepContext } from './step-context.ts'

type Reactivate = Action & { type: 'reactivate' }

const dayMs = 86_400_000

/** What a file says; nothing for a file of unknown format. */
export function contentOf(bytes: Uint8Array): ActivationFile | undefined {
  const read = readActivationFile(bytes)
  return 'file' in read ? read.file : undefined
}

/** Downloads the file of a record and sees that it is one for this name, in this mode, and fresh. */
export async function downloadFile(
  context: StepContext,
  action: Reactivate,
  registrar: Registrar,
  record: RegistrationRecord,
): Promise<Uint8Array> {
  const file = await download(context, registrar, record)
  const fault = faultOf(file, action, context.world.clock.now())
  if (fault === undefined) return file
  if (registrar.support.download === 'manual') throw handIn(context, action, registrar, fault)
  context.note(`The downloaded file ${fault}; downloading another.`)
  const second = await download(context, registrar, record)
  const still = faultOf(second, action, context.world.clock.now())
  if (still === undefined) return second
  throw new DeviceError('ACTIVATION_FILE_INVALID', `The activation file that ${registrar.name} gives ${still}.`, {
    advice: 'Look at the sensor in the portal; nothing was uploaded.',
  })

  async function download(...[{ session }, from, one]: [StepContext, Registrar, RegistrationRecord]) {
    try {
      return await from.downloadActivation(one, session.signal)
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'ACTIVATION_FILE_MISSING') throw error
      throw handIn(context, action, registrar, 'is missing')
    }
  }
}

function faultOf(bytes: Uint8Array, { to }: Reactivate, now: number): string | undefined {
  const file = contentOf(bytes)
  if (!file) return undefined
  if (file.name !== to.name) return `is for the name ${file.name}, not ${to.name}`
  if (file.mode !== to.placement.mode) return `is for ${file.mode} mode, not ${to.placement.mode}`
  const ageDays = Math.floor((now - Date.parse(file.createdAt)) / dayMs)
  return ageDays >= unusedFileDays ? `is ${ageDays} days old and must be used within ${unusedFileDays}` : undefined
}

/** A person must hand in a file. */
export function handIn(
  { plan, step }: StepContext,
  { to }: Reactivate,
  registrar: Registrar,
  fault: string,
): StepError {
  const hint = step.instructions ?? registrar.instructions?.(to.name, to.placement)
  return new StepError(
    {
      code: 'ACTIVATION_FILE_MISSING',
      key: plan.key,
      field: 'name',
      summary: `The activation file of ${to.name} in ${registrar.name} ${fault}.`,
      ...(hint !== undefined && { hint }),
    },
    'waiting',
  )
}
