/**
 * The plan of one appliance: a pure function of what was seen at the last read and of the configuration. It looks itself
 * only where the appliance did not answer then, and where the configuration names another registration or console, which
 * no read can have seen.
 *
 * @module
 */
import type { AppliancePlan } from '../../../reconcile/plan-types.ts'
import type { Call } from '../../model/call.ts'
import { hasErrors, type Diagnostics } from '../../model/diagnostic.ts'
import type { PlanRequest, PlanResponse } from '../../model/resource.ts'
import { isEqual, isWhollyKnown, unknown, type ObjectValue } from '../../model/value.ts'
import { claimAll, thingsOf } from '../claims.ts'
import type { Client } from '../client.ts'
import { changesConductOnly, keepsUnreachable, unregisters } from './conduct.ts'
import { desireAppliance, type Desired } from './desired.ts'
import { fromProblems, warningsOf } from './diagnostics.ts'
import { identityOf } from './import-appliance.ts'
import { fromPrivate, isUnderWay, memoryOf, toPrivate, type Kept } from './kept.ts'
import { adoptedByOther, endpointOf, namesOf, otherAppliance } from './ownership.ts'
import { askedOf, lookAt, overridesOf, planFrom, seenOf } from './sight.ts'
import type { ApplianceType } from './type.ts'
import { worldOf } from './world.ts'

export async function planAppliance(
  type: ApplianceType,
  request: PlanRequest,
  call: Call<Client>,
): Promise<PlanResponse> {
  const { prior, config, planned } = request
  const kept = fromPrivate(request.private)
  if (!config || !planned) return { diagnostics: planDestroy(prior, kept, call) }
  const owned = markOwner(kept, prior)
  const conflicts = [
    ...claimAll(call.client.claims, type.name, thingsOf(config)),
    ...(type.isPart ? [] : call.client.ownership.keep(namesOf({ ...config, id: prior?.['id'] ?? null }), owned.owner)),
  ]
  if (hasErrors(conflicts)) return { diagnostics: conflicts }
  const answer = { private: toPrivate(owned), identity: identityOf(config) }
  if (!prior) return answer
  if (call.client.isUnknown || !isWhollyKnown(config))
    return { ...answer, planned: withOpenFacts(type, prior, planned, undefined) }
  return { ...answer, ...(await planUpdate(type, { prior, config, planned }, owned, call)) }
}

type Owned = Kept & { owner: string }

/** A create that has an owner already is the second half of a replacement. */
function markOwner(before: Kept, prior: ObjectValue | null): Owned {
  const kept = { ...before }
  delete kept.replacing
  const owner = kept.owner ?? crypto.randomUUID()
  return { ...kept, owner, ...(!prior && kept.owner !== undefined && { replacing: true }) }
}

function planDestroy(prior: ObjectValue | null, { owner }: Kept, { client }: Call<Client>): Diagnostics {
  if (!prior || !unregisters(prior) || owner === undefined) return []
  return client.ownership.giveUp(namesOf(prior), owner)
}

interface Values {
  prior: ObjectValue
  config: ObjectValue
  planned: ObjectValue
}

async function planUpdate(
  type: ApplianceType,
  { prior, config, planned }: Values,
  owned: Owned,
  call: Call<Client>,
): Promise<PlanResponse> {
  const { desired, diagnostics } = desireAppliance(type, call.client, config)
  if (!desired) return { diagnostics }
  const isElsewhere = endpointOf(config) !== endpointOf(prior)
  const { kept, unread } = needsLook(desired, owned, isElsewhere)
    ? await askAgain(type, desired, { prior, config, planned }, owned, call)
    : { kept: owned, unread: [] }
  if (unread.length > 0 || !kept.seen) return { diagnostics: [...diagnostics, ...unread] }
  const { owner } = kept.seen.observation
  if (owner !== undefined && owner !== owned.owner && isOurs(owned)) return { diagnostics: [adoptedByOther] }
  const plan = await planFrom(desired, kept, call, overridesOf(type, desired, call.client, { prior, planned }))
  const { attributes } = type.schema
  return {
    planned: withOpenFacts(type, prior, planned, isElsewhere ? undefined : plan, isUnderWay(kept.seen)),
    private: toPrivate(kept),
    diagnostics: [
      ...diagnostics,
      ...fromProblems(attributes, plan.problems, config),
      ...warningsOf(attributes, plan, config),
    ],
  }
}

/** An imported appliance has no owner here before its first apply, which takes it over. */
const isOurs = ({ adopted }: Kept): boolean => adopted === true

const needsLook = (desired: Desired, { unread, seen, asked }: Kept, isElsewhere: boolean): boolean =>
  unread === true || (seen !== undefined && (isElsewhere || asked !== askedOf(desired)))

/**
 * With the configured access, as the state may hold an old one. What was seen of an appliance that did answer stays, so
 * that apply finds out what has moved since.
 */
async function askAgain(
  type: ApplianceType,
  desired: Desired,
  { prior, config, planned }: Values,
  owned: Owned,
  call: Call<Client>,
): Promise<{ kept: Owned; unread: Diagnostics }> {
  const memory = memoryOf(desired.key, owned.remembered)
  const world = await worldOf(call, memory, desired.given)
  const goesOn = keepsUnreachable(config) || (!isEqual(prior, planned) && changesConductOnly(prior, planned))
  const severity = goesOn ? 'warning' : 'error'
  const { sight, unread } = await call.client.gate(() => lookAt(type, desired, world, { severity, config }))
  if (!sight) return { kept: owned, unread }
  const other = otherAppliance(prior, sight.observation.identity)
  if (other) return { kept: owned, unread: [other] }
  const { unread: _, ...rest } = owned
  const now = seenOf(sight)
  const seen = owned.unread || !owned.seen ? now : { ...now, observation: owned.seen.observation }
  const remembered = owned.unread ? memory.kept() : owned.remembered
  return { kept: { ...rest, remembered, seen, asked: askedOf(desired) }, unread: [] }
}

/**
 * Facts that a step changes are not known before it ran; without a plan, none is, if anything changes. What another run
 * has begun is not planned while that run may still be at work: then apply waits for it and looks again, so that what was
 * interrupted is ended by the next apply, however soon it comes.
 */
function withOpenFacts(
  { factsChangedBy, schema }: ApplianceType,
  prior: ObjectValue,
  planned: ObjectValue,
  plan: AppliancePlan | undefined,
  mustLookAgain = false,
): ObjectValue {
  if (!plan && isEqual(prior, planned)) return planned
  const steps = plan?.steps.filter(({ action }) => action.type !== 'manual')
  const prefixes = steps?.map(({ id }) => id.split('.')[0] ?? '') ?? Object.keys(factsChangedBy)
  const open = prefixes.flatMap((prefix) => factsChangedBy[prefix] ?? [])
  const all = steps?.length === 0 && !mustLookAgain ? open : [...open, 'in_sync']
  return {
    ...planned,
    ...Object.fromEntries(all.filter((name) => name in schema.attributes).map((name) => [name, unknown])),
  }
}
