/**
 * Everything that could fail is looked at before anything is deleted.
 *
 * @module
 */
import { wayToTheCloud } from '../../activation-remedies.ts'
import type { Action } from '../../plan-types.ts'
import { mostDriftSeconds } from '../../compare/clock.ts'
import { StepError } from '../../observe/problem-of.ts'
import { isOurs, isReported, liesAt, reportedOf, reportedPlace } from '../../compare/records.ts'
import type { Registrar } from '../../registrar.ts'
import { downloadFile } from './activation-files.ts'
import { beginWrite, lookUp } from './registrar-writes.ts'
import type { StepContext } from './step-context.ts'

type Reactivate = Action & { type: 'reactivate' }

/** Throws what stands in the way; nothing was changed then. */
export async function preflight(context: StepContext, action: Reactivate, registrar: Registrar): Promise<void> {
  const observation = await context.session.look({ whole: true })
  checkClock(context, observation.clockDriftSeconds ?? 0)
  checkCloud(context, action)
  checkUpload(context)
  await checkName(context, action, registrar)
  await checkAbsent(context, action, registrar)
  await checkRegister(context, action, registrar)
  if (registrar.support.download === 'manual') await checkFile(context, action, registrar)
}

function checkClock({ plan }: StepContext, driftSeconds: number): void {
  if (Math.abs(driftSeconds) <= mostDriftSeconds) return
  throw new StepError({
    code: 'CLOCK_DRIFT',
    key: plan.key,
    summary: `The clock of the sensor is off by ${Math.round(driftSeconds)} s; an activation would fail.`,
    hint: 'Declare time.ntp, or set the clock, then plan again. Nothing was deleted.',
  })
}

function checkCloud({ plan, session }: StepContext, { to }: Reactivate): void {
  const { activation } = session.observation
  if (to.placement.mode !== 'cloud' || activation?.cloud?.reachable !== false) return
  const { detail, obstacle } = activation.cloud
  throw new StepError({
    code: 'CLOUD_UNREACHABLE',
    key: plan.key,
    summary: `The sensor does not reach the cloud${detail ? ` (${detail})` : ''}; an activation would fail.`,
    hint: `${wayToTheCloud(obstacle)} Then plan again. Nothing was deleted.`,
  })
}

/** Where a person must upload the file, nothing is deleted before that person has said so. */
function checkUpload({ plan, step, session, support }: StepContext): void {
  if (support.activationUpload === 'automatic') return
  throw new StepError(
    {
      code: 'MANUAL_STEP',
      key: plan.key,
      field: 'name',
      summary: `A person must upload the activation file of ${session.driver.name} sensors; nothing was deleted.`,
      hint: step.instructions ?? 'System settings > Sensor management > Subscription & Activation Mode > Upload.',
    },
    'waiting',
  )
}

/** The new name must be free in its place, or its record must be this sensor's. */
async function checkName(context: StepContext, { to, deletes }: Reactivate, registrar: Registrar): Promise<void> {
  const { plan, session, found, options } = context
  const lookup = await lookUp(context, registrar, to.name, to.placement)
  if (lookup.state !== 'present') return
  const { record } = lookup
  if (deletes?.name === to.name && deletes.registrar === registrar.name && liesAt(record, deletes)) return
  if (isOurs(to, reportedOf(session), found?.data)) return
  if (record.connected) {
    throw taken(context, 'RECORD_CONNECTED', `${to.name} is connected: it is another sensor's.`, 'Choose another name.')
  }
  if (options.overrides?.adoptRecord?.includes(plan.key)) return
  const hint = `If it is a leftover of this sensor, say --adopt-record ${plan.key}.`
  throw taken(context, 'RECORD_NOT_OURS', `${to.name} is registered, and nothing says that it is this sensor's.`, hint)
}

/**
 * A plan that deletes nothing was made while the registrar did not list the registration that the sensor reports. One that
 * is listed after all would stay behind for good: once the sensor is renamed, nothing tells that it was its own.
 */
async function checkAbsent(
  context: StepContext,
  { from, to, deletes, registrar: name, reason }: Reactivate,
  registrar: Registrar,
): Promise<void> {
  const { plan, session } = context
  const place = reportedPlace(reportedOf(session))
  const leaves = from !== null && (from.name !== to.name || (place !== undefined && !liesAt(to.placement, place)))
  if (deletes || !leaves || from.registrar !== name || reason === 'update' || !registrar.support.register) return
  const lookup = await lookUp(context, registrar, from.name, place ?? to.placement)
  if (lookup.state !== 'present' || !isReported(reportedOf(session), lookup.record)) return
  throw new StepError({
    code: 'APPLIANCE_CHANGED',
    key: plan.key,
    field: 'registration',
    summary: `${name} lists ${from.name}, the registration that the sensor reports, and did not when the plan was made; nothing was written.`,
    hint: 'Plan again.',
  })
}

/** The registrar would take the new record: asked while the old one, if there is one, still stands. */
async function checkRegister(context: StepContext, { to, deletes }: Reactivate, registrar: Registrar): Promise<void> {
  if (!registrar.checkRegister || !deletes) return
  const lookup =
    deletes.registrar === registrar.name ? await lookUp(context, registrar, deletes.name, deletes) : undefined
  const present = lookup?.state === 'present' ? lookup.record : undefined
  await beginWrite(context, registrar)
  await registrar.checkRegister(to.name, to.placement, present, context.session.signal)
}

const taken = ({ plan }: StepContext, code: string, summary: string, hint: string): StepError =>
  new StepError({ code, key: plan.key, field: 'name', summary, hint: `${hint} Nothing was deleted.` })

/** A file that a person hands in must be there, and good, beforehand. */
async function checkFile(context: StepContext, action: Reactivate, registrar: Registrar): Promise<void> {
  const { name, placement } = action.to
  await downloadFile(context, action, registrar, { name, connected: false, ...placement })
}
