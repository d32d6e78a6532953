/**
 * From the changes of one sensor to its steps, in order, each with what it needs.
 *
 * @module
 */
import type { Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { addressSteps, finishAddressStep } from './address-steps.ts'
import { consoleSteps } from './console-steps.ts'
import { certificateSteps } from './certificate-steps.ts'
import type { Change } from '../change.ts'
import { mergeDrafts } from './draft.ts'
import { fieldSteps } from './field-steps.ts'
import { legacySteps } from './legacy-steps.ts'
import type { Look } from '../compare/look.ts'
import type { Step } from '../plan-types.ts'
import { checkPreconditions } from './preconditions.ts'
import { registrationSteps } from './registration-steps.ts'
import { backsUpFirst, crossingOf, isHeldBack, softwareSteps } from './software-steps.ts'
import { groupOf } from './step-groups.ts'
import { makeStep } from './step-facts.ts'
import { orderSteps } from './step-order.ts'

export interface ApplianceSteps {
  steps: Step[]
  problems: readonly Problem[]
  refusals: readonly Problem[]
}

/** Plans the steps that remove these changes. `withheld` names steps that must not run. */
export function planSteps(
  look: Look,
  fleet: Fleet,
  changes: readonly Change[],
  unverifiable: readonly string[],
  withheld: ReadonlySet<string>,
): ApplianceSteps {
  const software = softwareSteps(look, changes)
  const registered = isHeldBack(look, software) ? [] : changes
  const crossedTo = crossingOf(software.steps)?.to ?? look.desired.settings.software?.version
  const { problems, refusals, ...draft } = mergeDrafts([
    fieldSteps(look, changes, unverifiable),
    certificateSteps(look, changes),
    software,
    registrationSteps(look, fleet, registered, crossedTo),
    legacySteps(look, registered),
    addressSteps(look, changes),
    consoleSteps(look, changes),
    { steps: backupSteps(changes, backsUpFirst(look, software)), problems: [] },
    {
      steps: changes.some(({ path }) => path === 'network.change')
        ? [finishAddressStep(look)].filter((step) => step !== undefined)
        : [],
      problems: [],
    },
  ])
  const allowed = draft.steps.filter(({ id }) => !withheld.has(id))
  const checked = checkPreconditions(look, takeUpIntent(look, allowed, changes))
  return { steps: orderSteps(withinPlan(checked.steps)), problems: [...problems, ...checked.problems], refusals }
}

/** Steps need those that are planned with them: what is not planned is not waited for. */
function withinPlan(steps: readonly Step[]): Step[] {
  const ids = new Set(steps.map(({ id }) => id))
  return steps.map((step) => ({ ...step, needs: step.needs.filter((id) => ids.has(id)) }))
}

/** A backup is made when one is due, and before an update. */
function backupSteps(changes: readonly Change[], isFirst: boolean): Step[] {
  const isDue = changes.some(({ kind, path }) => kind === 'expiry' && path === 'backup.maxAge')
  if (!isDue && !isFirst) return []
  return [
    makeStep({
      id: 'backup.create',
      title: 'make a backup',
      action: { type: 'createBackup' },
      changes: isDue ? ['backup.maxAge'] : [],
    }),
  ]
}

/**
 * An open intent is taken up by the step that it names; where its work is already as it should be, it is cleared. Where
 * its work is still to do but withheld, it stays.
 */
function takeUpIntent({ observation }: Look, steps: readonly Step[], changes: readonly Change[]): Step[] {
  const { intent, networkChange } = observation.unfinished
  if (!intent || !changes.some(({ path }) => path === 'intent')) return [...steps]
  const step = networkChange && intent.step === 'network.address' ? 'network.change' : intent.step
  if (steps.some(({ id }) => id === step)) {
    return steps.map((one) => (one.id === step ? { ...one, changes: [...one.changes, 'intent'] } : one))
  }
  if (changes.some(({ path }) => path !== 'intent' && groupOf(path) === step)) return [...steps]
  const { run } = intent
  const title = `clear what run ${run} left open: ${intent.step} is as it should be`
  return [
    ...steps,
    makeStep({ id: 'intent', title, action: { type: 'clearIntent', run, step: intent.step }, changes: ['intent'] }),
  ]
}
