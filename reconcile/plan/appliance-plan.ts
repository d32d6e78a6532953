/**
 * The plan of one sensor.
 *
 * @module
 */
import type { WindowSpec } from '../../schemas/access.ts'
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { baseOf, touchedPaths } from '../compare/base.ts'
import type { Change } from '../change.ts'
import { compare, lookAt } from '../compare/compare.ts'
import type { PlanContext, Sight } from '../engine.ts'
import { isHeld } from './hold.ts'
import { problemOf, type Look } from '../compare/look.ts'
import { findNotManaged } from '../compare/not-managed.ts'
import { isLookedAt, narrow } from './only.ts'
import type { AppliancePlan, ApplianceStatus, Step } from '../plan-types.ts'
import { statusOf } from './appliance-status.ts'
import { planSteps } from './appliance-steps.ts'
import { replacementProblems } from './replacement-problems.ts'
import { momentText, windowState } from './window.ts'

export interface Planned {
  plan: AppliancePlan
  /** Problems for which the whole plan is refused. */
  refusals: readonly Problem[]
}

/** Plans one sensor. `conflict` is what is known from the other sensors; an error withholds the change of address. */
export function planAppliance(
  fleet: Fleet,
  desired: DesiredAppliance,
  sight: Sight | undefined,
  context: PlanContext,
  conflict: Problem | undefined,
): Planned {
  if (isHeld(desired, context.now)) return { plan: heldPlan(desired), refusals: [] }
  const look = sight && lookAt(desired, sight, context)
  if (look) return planLook(fleet, look, conflict)
  const observation = sight?.observation
  const problem = observation && 'problem' in observation ? observation.problem : notObserved(desired)
  return { plan: blankPlan(desired, 'unknown', [...holdProblems(fleet, desired), problem]), refusals: [] }
}

function planLook(fleet: Fleet, look: Look, conflict: Problem | undefined): Planned {
  const { desired, context, observation, sight } = look
  const { only } = context.options
  const { changes, unverifiable, problems } = narrow(compare(look), only)
  const withheld = new Set([
    ...(conflict?.severity === 'error' ? ['network.address'] : []),
    ...(problems.some(({ code }) => code === 'BACKUP_NOT_SUPPORTED') ? ['backup'] : []),
  ])
  const drafted = planSteps(look, fleet, correctable(fleet, changes), unverifiable, withheld)
  const { steps } = drafted
  const closed = closedSteps(fleet, desired, context, steps)
  const all = [
    ...holdProblems(fleet, desired),
    ...warningsOf(look),
    ...replacementProblems(look),
    ...(sight.problems ?? []),
    ...withoutTwice(problems, drafted.problems),
    ...(conflict ? [conflict] : []),
    ...drafted.problems,
    ...closed.problems,
  ]
  const plan: AppliancePlan = {
    ...blankPlan(desired, statusOf(changes, steps, all, closed.ids), all),
    ...seenOf(look),
    changes,
    steps,
    base: baseOf(observation, touchedPaths(steps)),
    unverifiable: [...new Set(unverifiable)],
    notManaged: findNotManaged(look).filter((path) => isLookedAt(path, only)),
  }
  return { plan, refusals: drafted.refusals }
}

/** A clock that blocks a step is told once, with what it blocks. */
const withoutTwice = (problems: readonly Problem[], others: readonly Problem[]): readonly Problem[] =>
  others.some(({ code }) => code === 'CLOCK_DRIFT')
    ? problems.filter(({ code }) => code !== 'CLOCK_DRIFTING')
    : problems

/** Under `drift: report`, what the sensor changed by itself is shown and left alone. */
const correctable = (fleet: Fleet, changes: readonly Change[]): readonly Change[] =>
  fleet.policy.drift === 'report' ? changes.filter(({ cause }) => cause !== 'sensor') : changes

function blankPlan(
  { key, site }: DesiredAppliance,
  status: ApplianceStatus,
  problems: readonly Problem[],
): AppliancePlan {
  return {
    key,
    ...(site !== undefined && { site }),
    status,
    changes: [],
    steps: [],
    base: {},
    problems,
    unverifiable: [],
    notManaged: [],
  }
}

function seenOf({ observation }: Look): Partial<AppliancePlan> {
  const { identity, endpoint, observedAt, revision, softwareVersion, clockDriftSeconds, clock } = observation
  const displayed = clock?.displayed
  return {
    identity,
    endpoint,
    lastObserved: observedAt,
    ...(revision !== undefined && { revision }),
    ...(softwareVersion !== undefined && { softwareVersion }),
    ...(clockDriftSeconds !== undefined && {
      // Adding 0 keeps a zero without a sign.
      clock: { driftSeconds: Math.round(clockDriftSeconds) + 0, ...(displayed !== undefined && { displayed }) },
    }),
  }
}

const heldPlan = (desired: DesiredAppliance): AppliancePlan =>
  blankPlan(desired, 'held', [
    problemOf(desired, {
      severity: 'warning',
      code: 'HELD',
      summary: `Held until ${desired.hold?.until}: ${desired.hold?.reason}`,
    }),
  ])

/**
 * A hold that is over but still declared: the sensor is planned like the others, and somebody should know. That of a site
 * is told once, with its document.
 */
const holdProblems = ({ sites }: Fleet, desired: DesiredAppliance): Problem[] =>
  desired.hold && desired.hold !== sites.get(desired.site ?? '')?.hold
    ? [
        problemOf(desired, {
          severity: 'warning',
          code: 'HOLD_EXPIRED',
          field: 'hold',
          summary: `The hold ended at ${desired.hold.until} (${desired.hold.reason}): the sensor is managed again`,
          hint: 'Remove the hold, or give it a later end.',
        }),
      ]
    : []

const notObserved = (desired: DesiredAppliance): Problem =>
  problemOf(desired, { severity: 'error', code: 'NOT_OBSERVED', summary: 'The sensor was not looked at' })

const warningsOf = ({ observation, desired }: Look): Problem[] =>
  observation.warnings.map(({ code, summary }) => problemOf(desired, { severity: 'warning', code, summary }))

interface Closed {
  /** Steps that wait for the window of their site. */
  ids: ReadonlySet<string>
  problems: Problem[]
}

function closedSteps(fleet: Fleet, desired: DesiredAppliance, context: PlanContext, steps: readonly Step[]): Closed {
  const site = desired.site === undefined ? undefined : fleet.sites.get(desired.site)
  if (!site?.window || context.options.overrides?.allowWindow?.includes(site.name))
    return { ids: new Set(), problems: [] }
  let opensAt = 0
  const ids = new Set<string>()
  for (const step of steps.filter(({ disrupts, action }) => disrupts !== undefined && action.type !== 'manual')) {
    const state = windowState(site.window, context.now, step.expectedSeconds)
    if (state.open) continue
    ids.add(step.id)
    opensAt = Math.max(opensAt, state.opensAt)
  }
  return { ids, problems: ids.size > 0 ? [windowClosed(desired, site.name, site.window, [...ids], opensAt)] : [] }
}

function windowClosed(
  desired: DesiredAppliance,
  site: string,
  { timezone }: WindowSpec,
  ids: readonly string[],
  opensAt: number,
): Problem {
  const when = Number.isFinite(opensAt) ? `opens at ${momentText(opensAt, timezone)}` : 'does not open'
  return problemOf(desired, {
    severity: 'warning',
    code: 'WINDOW_CLOSED',
    summary: `The window of site ${site} ${when}: ${ids.join(', ')} ${ids.length === 1 ? 'waits' : 'wait'}`,
    hint: `Apply then; or, if the disruption is acceptable now: --allow-window ${site}.`,
  })
}
