/**
 * Re-activation: delete the old registration, register under the new name, download the file, upload it, wait until
 * sensor and cloud agree. Each part looks first whether it is done already, so that a run that was killed anywhere is
 * taken up by the next.
 *
 * @module
 */
import { activationRemedy } from '../../activation-remedies.ts'
import { compareVersions } from '../../../formats/version.ts'
import { DeviceError } from '../../device-error.ts'
import type { Observation } from '../../driver.ts'
import type { Action } from '../../plan-types.ts'
import { poll } from '../poll.ts'
import { StepError } from '../../observe/problem-of.ts'
import type { Registrar, RegistrationRecord } from '../../registrar.ts'
import { isReported, liesAt, reportedOf } from '../../compare/records.ts'
import { contentOf, downloadFile } from './activation-files.ts'
import { preflight } from './reactivate-preflight.ts'
import { deleteRecord, hasFlags, lookUp, registerRecord } from './registrar-writes.ts'
import type { StepContext } from './step-context.ts'
import { writeAndVerify } from './write-and-verify.ts'

type Reactivate = Action & { type: 'reactivate' }

/** The sensor says within this time whether it is active. */
const sensorMs = 5 * 60_000
/** The cloud shows a connection up to 15 minutes late. */
const cloudMs = 20 * 60_000

export async function executeReactivate(context: StepContext, action: Reactivate): Promise<void> {
  const registrar = context.world.registrar(action.registrar)
  await context.holdLease()
  await preflight(context, action, registrar)
  const { type, reason, from, to, deletes } = action
  await context.announce({ type, reason, registrar: action.registrar, from, to, ...(deletes && { deletes }) })
  context.keepIntent(true)
  if (reason === 'renew') await renew(context, action, registrar)
  else {
    await deleteOld(context, action)
    const record = await ensureRecord(context, action, registrar)
    await activate(context, action, registrar, record)
  }
  await waitForCloud(context, action, registrar)
  if (reason === 'update') context.note(legacyStays)
  context.keepIntent(false)
}

/** Documented. */
const legacyStays =
  'The portal goes on listing the registration of before the update until it is deleted: the next plan names it, where it is known which it is.'

/** Deletes the old record: the one that this sensor itself reports, or that of the hardware before it. */
async function deleteOld(context: StepContext, { deletes, to, registrar: next }: Reactivate): Promise<void> {
  if (!deletes) return
  const registrar = context.world.registrar(deletes.registrar)
  if (!registrar.support.register) {
    context.note(`${deletes.registrar} deletes nothing: the record ${deletes.name} stays until a person removes it.`)
    return
  }
  const look = () => lookUp(context, registrar, deletes.name, deletes)
  const seen = await look()
  // Once the sensor is renamed nothing tells that the record was its own: one that was missed would stay for good.
  const lookup = seen.state === 'absent' ? await look() : seen
  if (lookup.state !== 'present') {
    context.note(`${deletes.name} is no longer registered.`)
    return
  }
  const { record } = lookup
  if (deletes.inherited) return deleteInherited(context, registrar, record)
  if (deletes.registrar === next && deletes.name === to.name && liesAt(record, to.placement)) return
  checkDeletion(context, record)
  context.note(`Deleting the registration ${deletes.name}.`)
  await deleteRecord(context, registrar, record)
}

/** One that never connected was registered by a run that died: it is as good as a new one. */
async function deleteInherited(context: StepContext, registrar: Registrar, record: RegistrationRecord): Promise<void> {
  if (record.connected) throw stillConnected(context, record)
  if (record.lastContact === undefined) return
  context.note(`Deleting the registration ${record.name} of the hardware that is replaced.`)
  await deleteRecord(context, registrar, record)
}

const stillConnected = ({ plan }: StepContext, { name }: RegistrationRecord): StepError =>
  new StepError({
    code: 'RECORD_CONNECTED',
    key: plan.key,
    field: 'name',
    summary: `The registration ${name} is not deleted: the hardware that is replaced is connected.`,
    hint: 'Switch it off, wait until the cloud shows it as disconnected (up to 15 minutes), and apply again.',
  })

/** Right before the delete: the record is the very one that this sensor reports now, by name, mode and site. */
function checkDeletion({ session, plan }: StepContext, record: RegistrationRecord): void {
  const reported = reportedOf(session)
  if (isReported(reported, record)) return
  const where = reported.activation?.site ?? reported.mode
  const why = `this sensor reports the name ${JSON.stringify(reported.name)}${where ? ` in ${where}` : ''}`
  throw new StepError({
    code: 'APPLIANCE_CHANGED',
    key: plan.key,
    field: 'name',
    summary: `The registration ${record.name} is not deleted, as ${why}.`,
    hint: 'Plan again.',
  })
}

async function ensureRecord(context: StepContext, action: Reactivate, registrar: Registrar) {
  const { name, placement } = action.to
  const lookup = await lookUp(context, registrar, name, placement)
  if (lookup.state === 'present' && hasFlags(lookup.record, placement)) {
    context.note(`${name} is registered.`)
    return lookup.record
  }
  if (!registrar.support.register) return { connected: false, name, ...placement }
  context.note(`Registering ${name}.`)
  return registerRecord(context, registrar, name, placement)
}

/** Downloads and uploads. A file that the service rejects is replaced by another once. */
async function activate(
  context: StepContext,
  action: Reactivate,
  registrar: Registrar,
  record: RegistrationRecord,
): Promise<void> {
  context.note(`Downloading the activation file of ${record.name}.`)
  const file = await downloadFile(context, action, registrar, record)
  try {
    await upload(context, action, file)
  } catch (error) {
    if (!(error instanceof DeviceError) || error.code !== 'ACTIVATION_REJECTED') throw explained(error)
    context.note('The service rejected the activation; trying once more with another file.')
    const another = await downloadFile(context, action, registrar, record)
    await upload(context, action, another).catch((second: unknown) => {
      throw explained(second)
    })
  }
}

async function upload(context: StepContext, action: Reactivate, file: Uint8Array): Promise<void> {
  context.note('Uploading the activation file and activating.')
  const before = context.session.observation.activation?.file
  const id = contentOf(file)?.id
  const missing = (observation: Observation) => missingActivation(observation, action, id ?? { not: before?.id })
  await writeAndVerify(
    context,
    { type: 'activate', file },
    {
      missing,
      mayStillCome: (observation) => isActivating(observation, missing(observation)),
      touches: [],
      settleMs: sensorMs,
      // Deleting the record changed the sensor's status, and so its revision: the one seen before would be refused each
      // time. The fence keeps other runs away, and what matters of the sensor was looked at before anything was deleted;
      // from there on the way leads forward, whatever a person sets in the console.
      anyRevision: true,
    },
  )
}

/** A job is at work, or the file is installed and only the word of the service is awaited. */
const isActivating = ({ unfinished, activation }: Observation, missing: readonly string[]): boolean =>
  unfinished.job !== undefined ||
  (activation?.status !== 'Rejected' && missing.every((path) => path === 'activation.status'))

/** What the sensor does not yet say. A file of unknown format is told by being another than before. */
function missingActivation(
  { activation, live }: Observation,
  { to }: Reactivate,
  file: string | { not: string | undefined },
): string[] {
  const isName = (activation?.name ?? live.get('name')) === to.name
  const isMode = (activation?.mode ?? live.get('activation.mode')) === to.placement.mode
  const installed = activation?.file?.id
  const isFile = !activation?.file || (typeof file === 'string' ? installed === file : installed !== file.not)
  return [
    ...(isName ? [] : ['name']),
    ...(isMode ? [] : ['activation.mode']),
    ...(isFile ? [] : ['activation.file']),
    ...(!activation || activation.status === 'Valid' ? [] : ['activation.status']),
  ]
}

/** Each documented failure has its remedy. */
function explained(error: unknown): unknown {
  if (!(error instanceof DeviceError) || error.advice !== undefined) return error
  const { obstacle } = error.facts
  const advice = activationRemedy(error.code, typeof obstacle === 'string' ? obstacle : undefined)
  return advice === undefined ? error : new DeviceError(error.code, error.message, { cause: error, advice })
}

/** In cloud mode the registrar must agree that the sensor is connected. */
async function waitForCloud(context: StepContext, { to, version }: Reactivate, registrar: Registrar): Promise<void> {
  if (to.placement.mode !== 'cloud' || !registrar.support.observe) return
  const { clock } = context.world
  context.note('The sensor is active. Waiting until the cloud shows it as connected.')
  const patience = {
    deadlineMs: clock.monotonic() + cloudMs,
    firstPauseMs: 5_000,
    longestPauseMs: 30_000,
    signal: context.session.signal,
  }
  const isAgreed = await poll(clock, patience, async () => {
    const lookup = await lookUp(context, registrar, to.name, to.placement)
    if (lookup.state === 'notObservable') return true
    return (lookup.state === 'present' && lookup.record.connected && lists(lookup.record, version)) || undefined
  })
  if (isAgreed) return
  throw new StepError(
    {
      code: 'CLOUD_NOT_CONNECTED',
      key: context.plan.key,
      field: 'registration',
      summary: `The sensor is active as ${to.name}, but the cloud has not shown it as connected for ${cloudMs / 60_000} minutes.`,
      hint: 'Look at the sensor in the portal. The next run looks again, and activates it anew if it never connected.',
    },
    'waiting',
  )
}

/** After an update the cloud lists the new version, where it tells versions. */
const lists = ({ softwareVersion }: RegistrationRecord, version: string | undefined): boolean =>
  version === undefined || softwareVersion === undefined || compareVersions(softwareVersion, version) === 0

/** Downloads again from the standing registration; registers anew only where that gives no later end, and only if allowed. */
async function renew(context: StepContext, action: Reactivate, registrar: Registrar): Promise<void> {
  const record = await ensureRecord(context, action, registrar)
  const installed = context.session.observation.activation?.expiresAt ?? null
  const file = await downloadFile(context, action, registrar, record)
  const content = contentOf(file)
  const isLater = !content || content.expiresAt === null || installed === null || content.expiresAt > installed
  if (isLater) {
    await upload(context, action, file).catch((error: unknown) => {
      throw explained(error)
    })
    if (expiresLater(context, installed)) return
  }
  if (!(context.options.overrides?.allowDelete ?? []).includes(context.plan.key)) throw needsDelete(context, installed)
  context.note('A file from the present registration expires no later: registering anew.')
  const { mode, site } = record
  await deleteOld(context, {
    ...action,
    to: { ...action.to, name: '' },
    deletes: { registrar: registrar.name, name: record.name, mode, ...(site !== undefined && { site }) },
  })
  await activate(context, action, registrar, await ensureRecord(context, action, registrar))
}

function expiresLater({ session }: StepContext, before: string | null): boolean {
  const after = session.observation.activation?.expiresAt ?? null
  return before === null || after === null || after > before
}

function needsDelete(context: StepContext, installed: string | null): StepError {
  context.keepIntent(false)
  return new StepError({
    code: 'RENEWAL_NEEDS_DELETE',
    key: context.plan.key,
    field: 'activation.minRemaining',
    summary: `A file from the present registration expires no later than the installed one (${installed ?? 'unknown'}).`,
    hint: `To delete the registration and register anew, say --allow-delete ${context.plan.key}. Nothing was deleted.`,
  })
}
