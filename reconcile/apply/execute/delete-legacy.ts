/**
 * Deletes the registration that a sensor had before an update across 22.1: only the very record that was seen then, only
 * once the new one has taken its place, and only while it is not connected.
 *
 * @module
 */
import { isSuccessor, whereabouts } from '../../compare/legacy-record.ts'
import { recordOf } from '../../compare/records.ts'
import { StepError } from '../../observe/problem-of.ts'
import type { Action } from '../../plan-types.ts'
import type { Registrar, RegistrationRecord } from '../../registrar.ts'
import { poll } from '../poll.ts'
import { deleteRecord, lookUp } from './registrar-writes.ts'
import type { StepContext } from './step-context.ts'

type DeleteLegacy = Action & { type: 'deleteLegacyRecord' }

/** The cloud shows a disconnection up to 15 minutes late. */
const lagMs = 20 * 60_000

export async function executeDeleteLegacy(context: StepContext, action: DeleteLegacy): Promise<void> {
  const { world, plan } = context
  const registrar = world.registrar(action.registrar)
  await context.announce({ type: action.type, record: action.record })
  await checkSuccessor(context, action, registrar)
  const record = await waitUntilSilent(context, action, registrar)
  if (record) {
    context.note(`Deleting the registration ${whereabouts(record)}.`)
    await deleteRecord(context, registrar, record)
  } else context.note(`${action.record.name} is no longer registered.`)
  await world.memory.remember(plan.key, { legacyRecord: undefined })
}

/** Asked anew, of both ends: the sensor is valid, and the cloud lists it with the new version. */
async function checkSuccessor(context: StepContext, { successor }: DeleteLegacy, registrar: Registrar): Promise<void> {
  const { activation } = await context.session.look({ whole: true })
  const lookup = await lookUp(context, registrar, successor.name, successor.placement)
  if (activation?.status === 'Valid' && activation.name === successor.name && isSuccessor(recordOf(lookup))) return
  throw new StepError({
    code: 'APPLIANCE_CHANGED',
    key: context.plan.key,
    field: 'registration',
    summary: `The registration of before the update is not deleted, as ${successor.name} is not both valid on the sensor and connected in the cloud with its new version.`,
    hint: 'Plan again.',
  })
}

/** The record as it is just now, or nothing when it is gone. One that is connected is waited for, then left alone. */
async function waitUntilSilent(
  context: StepContext,
  { record: { name, createdAt, ...place } }: DeleteLegacy,
  registrar: Registrar,
): Promise<RegistrationRecord | undefined> {
  const { clock } = context.world
  const patience = {
    deadlineMs: clock.monotonic() + lagMs,
    firstPauseMs: 5_000,
    longestPauseMs: 60_000,
    signal: context.session.signal,
  }
  let told = false
  const seen = await poll(clock, patience, async () => {
    const lookup = await lookUp(context, registrar, name, place)
    if (lookup.state !== 'present') return { record: undefined }
    if (lookup.record.createdAt !== createdAt) throw another(context, name)
    if (!lookup.record.connected) return { record: lookup.record }
    if (!told) context.note(`Waiting until the cloud no longer shows ${name} as connected.`)
    told = true
    return undefined
  })
  if (seen) return seen.record
  throw stillConnected(context, name)
}

const another = ({ plan }: StepContext, name: string): StepError =>
  new StepError({
    code: 'APPLIANCE_CHANGED',
    key: plan.key,
    field: 'registration',
    summary: `The registration ${name} is not deleted: it was made anew since the plan was made.`,
    hint: 'Plan again.',
  })

const stillConnected = ({ plan }: StepContext, name: string): StepError =>
  new StepError(
    {
      code: 'RECORD_CONNECTED',
      key: plan.key,
      field: 'registration',
      summary: `The registration ${name} is not deleted: the cloud has shown it as connected for ${lagMs / 60_000} minutes.`,
      hint: 'Look at it in the portal: another sensor may be using it. Else apply again later.',
    },
    'waiting',
  )
