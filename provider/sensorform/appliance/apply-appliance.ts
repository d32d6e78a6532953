/**
 * Carrying a plan out: look again, refuse what has moved since, say who adopts the appliance, let the engine work, and
 * answer what was read back.
 *
 * @module
 */
import { applyPlan } from '../../../reconcile/apply/apply.ts'
import { DeviceError } from '../../../reconcile/device-error.ts'
import type { Overrides, World } from '../../../reconcile/engine.ts'
import { problemOf } from '../../../reconcile/observe/problem-of.ts'
import { adopt } from '../../../reconcile/owner.ts'
import type { AppliancePlan, Plan } from '../../../reconcile/plan-types.ts'
import { planRun } from '../../../reconcile/run.ts'
import type { Problem } from '../../../schemas/problem.ts'
import type { Call } from '../../model/call.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../../model/diagnostic.ts'
import type { CreateRequest, StateResponse } from '../../model/resource.ts'
import type { ObjectValue } from '../../model/value.ts'
import { settle } from '../../plan/settle.ts'
import type { Client } from '../client.ts'
import { changesConductOnly } from './conduct.ts'
import { desireAppliance, type Desired } from './desired.ts'
import { fromOutcome, fromProblems } from './diagnostics.ts'
import { identityOf } from './import-appliance.ts'
import { isUnderWay, memoryOf, toPrivate, type Kept } from './kept.ts'
import { liveValue, refreshed } from './live.ts'
import { adoptedByOther, namesOf, otherAppliance } from './ownership.ts'
import { askedOf, lookAt, onlyOne, overridesOf, planFrom, seenOf } from './sight.ts'
import { inTurn } from './turns.ts'
import type { ApplianceType } from './type.ts'
import { worldOf } from './world.ts'

/** Without `prior` it is a create. */
export function applyAppliance(
  type: ApplianceType,
  request: CreateRequest,
  kept: Kept,
  call: Call<Client>,
  prior: ObjectValue | null = null,
): Promise<StateResponse> {
  const [name = ''] = namesOf({ access: request.config['access'] ?? null })
  return inTurn(call.client, name, () => applyNow(type, request, kept, call, prior))
}

async function applyNow(
  type: ApplianceType,
  { planned, config }: CreateRequest,
  kept: Kept,
  call: Call<Client>,
  prior: ObjectValue | null,
): Promise<StateResponse> {
  const { desired, diagnostics } = desireAppliance(type, call.client, config)
  if (!desired) return { state: prior, diagnostics }
  const memory = memoryOf(desired.key, kept.remembered)
  const world = await worldOf(call, memory, desired.given)
  const overrides = overridesOf(type, desired, call.client, { prior, planned })
  const run: Run = {
    type,
    desired,
    config,
    kept,
    call,
    world,
    overrides,
    owner: kept.owner ?? crypto.randomUUID(),
    prior,
  }
  const { plan, sights } = await planRun(desired.fleet, world, { keys: [desired.key], waitForRuns: true, overrides })
  const observation = sights.find((sight) => sight.desired.key === desired.key)?.observation
  if (prior && observation && 'problem' in observation && changesConductOnly(prior, planned)) {
    const notReached = fromProblems(type.schema.attributes, [unreached(observation.problem)], config)
    return { state: settle(type.schema.attributes, planned, prior), diagnostics: [...diagnostics, ...notReached] }
  }
  const seen = observation && 'identity' in observation ? observation : undefined
  const found = [...diagnostics, ...(await refusals(run, plan, seen))]
  if (hasErrors(found)) return { state: prior, diagnostics: found }
  const told = [...found, ...(await carryOut(run, plan, seen?.owner))]
  const { sight, unread } = await lookAt(type, desired, world, { severity: 'error', config })
  if (!sight) return { state: prior, diagnostics: hasErrors(told) ? told : [...told, ...unread] }
  const after = seenOf(sight)
  const live = { ...liveValue(type, after, sight.observation, prior), in_sync: !hasErrors(told) }
  const { attributes } = type.schema
  const state =
    hasErrors(told) && prior
      ? { ...refreshed(attributes, prior, live), in_sync: false }
      : settle(attributes, planned, live)
  return {
    state,
    private: toPrivate({
      remembered: memory.kept(),
      seen: after,
      asked: askedOf(desired),
      ...(!type.isPart && { owner: run.owner, adopted: true }),
    }),
    identity: identityOf(state),
    diagnostics: told,
  }
}

/** Why nothing was asked of an appliance whose resource alone has changed. Of warnings with one summary Terraform shows the first. */
const unreached = ({ summary, hint, ...problem }: Problem): Problem => ({
  ...problem,
  severity: 'warning',
  summary: 'Only the state was changed, as the appliance cannot be read',
  hint: [`${summary.replace(/\.$/, '')}.`, ...(hint === undefined ? [] : [hint])].join(' '),
})

interface Run {
  type: ApplianceType
  desired: Desired
  config: ObjectValue
  kept: Kept
  call: Call<Client>
  world: World
  overrides: Overrides
  owner: string
  prior: ObjectValue | null
}

/** Why nothing may be done. Warnings are told as well. */
async function refusals(
  { type, desired, config, kept, call, overrides, owner, prior }: Run,
  plan: Plan,
  seen: { identity: string; owner?: string } | undefined,
): Promise<Diagnostics> {
  const fresh = onlyOne(plan)
  const problems = fromProblems(type.schema.attributes, [...plan.problems, ...fresh.problems], config)
  if (!seen || hasErrors(problems)) return problems
  const other = prior && otherAppliance(prior, seen.identity)
  if (other) return [other]
  if (kept.adopted && seen.owner !== undefined && seen.owner !== owner) return [adoptedByOther]
  const shared = type.isPart ? [] : call.client.ownership.keep([seen.identity], owner)
  if (hasErrors(shared)) return shared
  // After a run that died its own tail moves on: the engine takes it up from what is there.
  return kept.seen && !isUnderWay(kept.seen) && hasMoved(await planFrom(desired, kept, call, overrides), fresh)
    ? [moved]
    : problems
}

/** Who adopts the appliance stands on it before anything else is written. */
async function carryOut(
  { type, desired, config, call, world, owner }: Run,
  plan: Plan,
  ownerBefore: string | undefined,
): Promise<Diagnostics> {
  const run = crypto.randomUUID()
  try {
    if (ownerBefore !== owner && !type.isPart) await adopt(desired.fleet, desired.own, world, { run, owner })
    call.client.ownership.adopted(owner)
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return fromProblems(type.schema.attributes, [problemOf(error, desired.key)], config)
  }
  const outcome = onlyOne(await applyPlan(plan, desired.fleet, world, { run }))
  return fromOutcome(type.schema.attributes, outcome, config)
}

const moved: Diagnostic = {
  severity: 'error',
  summary: 'The appliance is no longer what the plan was made from',
  detail: 'Fields that the plan would write have changed since. Nothing was done. Plan again. (STALE)',
}

/** A field that the plan would write is no longer what it was, or one is to be written that the plan did not show. */
const hasMoved = (before: AppliancePlan, fresh: AppliancePlan): boolean =>
  Object.entries(fresh.base).some(([path, digest]) => before.base[path] !== digest)
