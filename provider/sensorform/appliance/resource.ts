/**
 * One appliance as a resource. Reading looks at it, planning compares what was read last with the configuration, and
 * apply reads again and carries out what the engine plans, as the CLI would.
 *
 * @module
 */
import { applyPlan } from '../../../reconcile/apply/apply.ts'
import type { Sight } from '../../../reconcile/engine.ts'
import { observeFleet } from '../../../reconcile/observe/observe.ts'
import { makePlan } from '../../../reconcile/plan/plan.ts'
import type { AppliancePlan } from '../../../reconcile/plan-types.ts'
import { planContext, planRun } from '../../../reconcile/run.ts'
import type { Call } from '../../model/call.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../../model/diagnostic.ts'
import type {
  CreateRequest,
  PlanRequest,
  PlanResponse,
  ReadRequest,
  Resource,
  StateResponse,
} from '../../model/resource.ts'
import { isObject, isWhollyKnown, unknown, type ObjectValue } from '../../model/value.ts'
import { namesOtherSecrets } from '../../plan/secrets.ts'
import { settle } from '../../plan/settle.ts'
import { claimAll, thingsOf } from '../claims.ts'
import { overridesFor, type Client } from '../client.ts'
import { checkAppliance, desireAppliance, type Desired } from './desired.ts'
import { fromOutcome, fromProblems, warningsOf } from './diagnostics.ts'
import { fromPrivate, memoryOf, toPrivate, type Kept, type SeenSight } from './kept.ts'
import { liveValue, refreshed } from './live.ts'
import type { ApplianceType } from './type.ts'
import { worldOf } from './world.ts'

export const applianceResource = (type: ApplianceType): Resource<Client> => ({
  schema: type.schema,
  validate: (config) => checkAppliance(type, config).diagnostics,
  plan: async (request, call) => planAppliance(type, request, call),
  read: async (request, call) => readAppliance(type, request, call),
  create: async (request, call) => {
    const answer = await call.client.gate(() => applyAppliance(type, request, { remembered: {} }, call))
    return hasErrors(answer.diagnostics) ? { ...answer, state: null } : answer
  },
  update: async (request, call) =>
    call.client.gate(() => applyAppliance(type, request, fromPrivate(request.private), call, request.prior)),
  /** The appliance works on as it is. */
  delete: () => ({}),
  import: ({ ...request }) => importAppliance('id' in request ? request.id : ''),
})

/** Pure: what was seen at the last read, and the configuration. */
async function planAppliance(type: ApplianceType, request: PlanRequest, call: Call<Client>): Promise<PlanResponse> {
  const { prior, config, planned } = request
  const { attributes } = type.schema
  const shared = claimAll(call.client.claims, type.name, thingsOf(config ?? {}))
  if (hasErrors(shared)) return { diagnostics: shared }
  if (!prior || !config || !planned || !isWhollyKnown(config)) return {}
  const { remembered, seen } = fromPrivate(request.private)
  const { desired, diagnostics } = desireAppliance(type, call.client, config)
  if (!desired || !seen) return { diagnostics }
  const plan = await planFrom(desired, { remembered, seen }, call)
  return {
    planned: withOpenFacts(type, planned, plan),
    diagnostics: [
      ...diagnostics,
      ...fromProblems(attributes, plan.problems, config),
      ...warningsOf(attributes, plan, config),
    ],
  }
}

async function planFrom(desired: Desired, { remembered, seen }: Kept, call: Call<Client>): Promise<AppliancePlan> {
  const { key, fleet, own } = desired
  const world = await worldOf(call, memoryOf(key, remembered), desired.given)
  if (!seen) throw new TypeError('there is nothing to plan from')
  const sight: Sight = { ...seen, desired: own, tags: new Map(), remembered }
  const options = { keys: [key], overrides: overridesFor(call.client.permissions, key, own.settings.name) }
  return onlyOne(makePlan(fleet, [sight], planContext(world, options, [])))
}

/** The part of a plan, or of what became of it, that the one appliance has. */
function onlyOne<T>({ sensors, managementConsoles }: Record<'sensors' | 'managementConsoles', readonly T[]>): T {
  const [one] = [...sensors, ...managementConsoles]
  if (one === undefined) throw new TypeError('the engine has nothing to say of the appliance')
  return one
}

/** Facts that a step changes are not known before it ran. */
function withOpenFacts({ factsChangedBy }: ApplianceType, planned: ObjectValue, { steps }: AppliancePlan): ObjectValue {
  const open = steps.flatMap(({ id }) => factsChangedBy[id.split('.')[0] ?? ''] ?? [])
  return { ...planned, ...Object.fromEntries(open.map((name) => [name, unknown])) }
}

async function readAppliance(
  type: ApplianceType,
  { state, private: kept }: ReadRequest,
  call: Call<Client>,
): Promise<StateResponse> {
  if (call.client.isUnknown) return { state }
  const { desired, diagnostics } = desireAppliance(type, call.client, reachedBy(state))
  if (!desired) return { state, diagnostics }
  const memory = memoryOf(desired.key, fromPrivate(kept).remembered)
  const world = await worldOf(call, memory, desired.given)
  const [sight] = await call.client.gate(() => observeFleet(desired.fleet, world, { keys: [desired.key] }))
  if (!sight || 'problem' in sight.observation) return { state, diagnostics: unread(type, sight, 'warning') }
  const { seen, live } = seenOf(type, sight, sight.observation)
  return {
    state: refreshed(type.schema.attributes, state, live),
    private: toPrivate({ remembered: memory.kept(), seen }),
    diagnostics,
  }
}

/** How an appliance is found and known, and where it is registered: what reading needs of a state. */
function reachedBy(state: ObjectValue): ObjectValue {
  const { access, name, registration, network, management_console: managementConsole } = state
  const { address = null, hostname = null } = isObject(network) ? network : {}
  const { console = null, zone = null } = isObject(managementConsole) ? managementConsole : {}
  return {
    access: access ?? null,
    ...(registration !== undefined && { registration }),
    ...(isObject(registration) && registration['registrar'] !== null && { name: name ?? null }),
    network: { address, hostname },
    ...(console !== null && { management_console: { console, zone } }),
  }
}

/** Why it could not be read. After a read the state stays as it was, and a plan that wants changes fails in the same words. */
const unread = ({ schema }: ApplianceType, sight: Sight | undefined, severity: Diagnostic['severity']): Diagnostics =>
  sight && 'problem' in sight.observation
    ? fromProblems(schema.attributes, [{ ...sight.observation.problem, severity }], null)
    : []

function seenOf(type: ApplianceType, sight: Sight, observation: Extract<Sight['observation'], { identity: string }>) {
  const { records, fileAtHand, problems, console } = sight
  const seen: SeenSight = {
    observation,
    records,
    ...(fileAtHand !== undefined && { fileAtHand }),
    ...(problems && { problems }),
    ...(console && { console }),
  }
  return { seen, live: liveValue(type, seen, observation) }
}

async function applyAppliance(
  type: ApplianceType,
  { planned, config }: CreateRequest,
  kept: Kept,
  call: Call<Client>,
  prior: ObjectValue | null = null,
): Promise<StateResponse> {
  const { desired, diagnostics } = desireAppliance(type, call.client, config)
  if (!desired) return { state: prior, diagnostics }
  const { fleet, key } = desired
  const { client } = call
  const { attributes } = type.schema
  const memory = memoryOf(key, kept.remembered)
  const world = await worldOf(call, memory, desired.given)
  /* Without a key nobody can see that a secret differs; the version that the user changed says so. */
  const rewriteSecrets = !client.fingerprintKey && namesOtherSecrets(attributes, prior, planned)
  const overrides = { ...overridesFor(client.permissions, key, desired.own.settings.name), rewriteSecrets }
  const { plan } = await planRun(fleet, world, { keys: [key], waitForRuns: true, overrides })
  const fresh = onlyOne(plan)
  if (kept.seen && hasMoved(await planFrom(desired, kept, call), fresh)) return { state: prior, diagnostics: [moved] }
  const found = [...diagnostics, ...fromProblems(attributes, [...plan.problems, ...fresh.problems], config)]
  if (plan.refused || hasErrors(found)) return { state: prior, diagnostics: found }
  const outcome = onlyOne(await applyPlan(plan, fleet, world, { run: crypto.randomUUID() }))
  const told = [...found, ...fromOutcome(attributes, outcome, config)]
  const [sight] = await observeFleet(fleet, world, { keys: [key] })
  if (!sight || 'problem' in sight.observation)
    return { state: prior, diagnostics: [...told, ...unread(type, sight, 'error')] }
  const { seen, live } = seenOf(type, sight, sight.observation)
  const state = hasErrors(told) && prior ? refreshed(attributes, prior, live) : settle(attributes, planned, live)
  return { state, private: toPrivate({ remembered: memory.kept(), seen }), diagnostics: told }
}

const moved = {
  severity: 'error',
  summary: 'The appliance is no longer what the plan was made from',
  detail: 'Fields that the plan would write have changed since. Nothing was done. Plan again. (STALE)',
} as const

/** A field that both plans would write is no longer what it was. */
const hasMoved = (before: AppliancePlan, fresh: AppliancePlan): boolean =>
  Object.entries(before.base).some(([path, digest]) => path in fresh.base && fresh.base[path] !== digest)

/** `ENDPOINT,CREDENTIALS,PIN`: what reading needs, since an import sees no configuration. */
function importAppliance(id: string): StateResponse {
  const [endpoint = '', credentials = 'default', pin] = id.split(',')
  if (pin === undefined) return { state: null, diagnostics: [malformedId] }
  return { state: { access: { endpoint, credentials, trust: [{ pin }] } } }
}

const malformedId = {
  severity: 'error',
  summary: 'The id does not say whom to trust',
  detail: 'Write it as https://10.20.0.5,default,sha256/…: the endpoint, the name of credentials, and the pin.',
} as const
