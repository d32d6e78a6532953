/**
 * Looking again before anything is written: is the appliance still what the plan was made from?
 *
 * @module
 */
import { compareVersions } from '../../formats/version.ts'
import { staleFields, touchedPaths } from '../compare/base.ts'
import { liesBelow } from '../compare/setting-fields.ts'
import type { Observation } from '../driver.ts'
import { StepError } from '../observe/problem-of.ts'
import type { AppliancePlan, Step } from '../plan-types.ts'

/** Nothing of the plan fits any more: the sensor is left as it is. */
export class StaleError extends Error {
  readonly fields: readonly string[]

  constructor(fields: readonly string[]) {
    super(`changed since the plan: ${fields.join(', ')}`)
    this.name = 'StaleError'
    this.fields = fields
  }
}

/** Throws a StaleError when fields that the plan touches are no longer what it was made from. */
export function throwIfStale(plan: AppliancePlan, observation: Observation, run: string): void {
  const fields = movedFields(plan.base, observation, run).filter((path) => !isOnTheWay(plan, path, observation))
  if (fields.length > 0) throw new StaleError(fields)
}

interface Progress {
  run: string
  /** Another step of the plan was attempted before. */
  hasBegun: boolean
}

/** The same for one step; an error of that step alone where others have begun. */
export function throwIfStepStale(plan: AppliancePlan, step: Step, observation: Observation, progress: Progress): void {
  refuseMoved(plan, step, movedOfStep(plan, step, observation, progress), progress)
}

/**
 * The same from what was read last, which may be the read-back of another step: what somebody else set by then was seen by
 * nobody. Only for steps that set what is read as it is set, and leaving out what earlier steps have touched themselves.
 */
export function throwIfSettingsStale(
  plan: AppliancePlan,
  step: Step,
  observation: Observation,
  { begun, ...progress }: Progress & { begun: readonly Step[] },
): void {
  if (step.action.type !== 'set' && step.action.type !== 'removeRule') return
  const touched = touchedPaths(begun)
  const fields = movedOfStep(plan, step, observation, progress).filter(
    (path) => !touched.some((other) => other === path || liesBelow(other, path) || liesBelow(path, other)),
  )
  refuseMoved(plan, step, fields, progress)
}

function movedOfStep({ base }: AppliancePlan, step: Step, observation: Observation, { run }: Progress): string[] {
  const own = new Set(touchedPaths([step]))
  return movedFields(Object.fromEntries(Object.entries(base).filter(([path]) => own.has(path))), observation, run)
}

function refuseMoved({ key }: AppliancePlan, step: Step, fields: readonly string[], { hasBegun }: Progress): void {
  if (fields.length === 0) return
  if (!hasBegun) throw new StaleError(fields)
  throw new StepError({
    code: 'APPLIANCE_CHANGED',
    key,
    ...(fields[0] !== undefined && { field: fields[0] }),
    summary: `Somebody changed ${fields.join(', ')} before "${step.title}" was begun; nothing was written.`,
    hint: 'Plan again.',
  })
}

/** An update that a run before this one began has ended meanwhile where a step of the plan leads. */
const isOnTheWay = ({ steps }: AppliancePlan, path: string, { softwareVersion }: Observation): boolean =>
  path === 'software.version' &&
  softwareVersion !== undefined &&
  steps.some(({ action }) => action.type === 'updateSoftware' && compareVersions(action.to, softwareVersion) === 0)

/** The intent of this very run is no surprise. */
function movedFields(base: AppliancePlan['base'], observation: Observation, run: string): string[] {
  const isOwn = observation.unfinished.intent?.run === run
  return staleFields(base, observation).filter((path) => !(isOwn && path === 'intent'))
}
