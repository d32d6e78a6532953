/**
 * `sensorform_sensor`: one sensor. Reading looks at it, planning compares what was read last with the configuration, and
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
import { hasErrors, type Diagnostics } from '../../model/diagnostic.ts'
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
import type { Client } from '../client.ts'
import { checkSensor, desireSensor, type Desired } from './desired.ts'
import { fromOutcome, fromProblems, warningsOf } from './diagnostics.ts'
import { fromPrivate, memoryOf, toPrivate, type Kept, type SeenSight } from './kept.ts'
import { liveValue, refreshed } from './live.ts'
import { factsChangedBy, sensorSchema } from './schema.ts'
import { worldOf } from './world.ts'

const { attributes } = sensorSchema

export const sensorResource: Resource<Client> = {
  schema: sensorSchema,
  validate: (config) => checkSensor(config).diagnostics,
  plan: async (request, call) => planSensor(request, call),
  read: async (request, call) => readSensor(request, call),
  create: async (request, call) => {
    const answer = await applySensor(request, { remembered: {} }, call)
    return hasErrors(answer.diagnostics) ? { ...answer, state: null } : answer
  },
  update: async (request, call) => applySensor(request, fromPrivate(request.private), call, request.prior),
  /** The sensor works on as it is. */
  delete: () => ({}),
  import: ({ ...request }) => importSensor('id' in request ? request.id : ''),
}

/** Pure: what was seen at the last read, and the configuration. */
async function planSensor(request: PlanRequest, call: Call<Client>): Promise<PlanResponse> {
  const { prior, config, planned } = request
  if (!prior || !config || !planned || !isWhollyKnown(config)) return {}
  const { remembered, seen } = fromPrivate(request.private)
  const { desired, diagnostics } = desireSensor(call.client, config)
  if (!desired || !seen) return { diagnostics }
  const plan = await planFrom(desired, { remembered, seen }, call)
  return {
    planned: withOpenFacts(planned, plan),
    diagnostics: [...diagnostics, ...fromProblems(plan.problems, config), ...warningsOf(plan, config)],
  }
}

async function planFrom(desired: Desired, { remembered, seen }: Kept, call: Call<Client>): Promise<AppliancePlan> {
  const { key, fleet } = desired
  const world = await worldOf(call, memoryOf(key, remembered), desired.given)
  const sensor = fleet.sensors.get(key)
  if (!sensor || !seen) throw new TypeError('there is nothing to plan from')
  const sight: Sight = { ...seen, desired: sensor, tags: new Map(), remembered }
  const [plan] = makePlan(fleet, [sight], planContext(world, {}, [])).sensors
  if (!plan) throw new TypeError('the engine planned nothing')
  return plan
}

/** Facts that a step changes are not known before it ran. */
function withOpenFacts(planned: ObjectValue, { steps }: AppliancePlan): ObjectValue {
  const open = steps.flatMap(({ id }) => factsChangedBy[id.split('.')[0] ?? ''] ?? [])
  return { ...planned, ...Object.fromEntries(open.map((name) => [name, unknown])) }
}

async function readSensor({ state, private: kept }: ReadRequest, call: Call<Client>): Promise<StateResponse> {
  const { desired, diagnostics } = desireSensor(call.client, reachedBy(state))
  if (!desired) return { state, diagnostics }
  const memory = memoryOf(desired.key, fromPrivate(kept).remembered)
  const [sight] = await observeFleet(desired.fleet, await worldOf(call, memory, desired.given), {})
  if (!sight || 'problem' in sight.observation) return { state, diagnostics: unreachable(sight) }
  const { seen, live } = seenOf(sight, sight.observation)
  return {
    state: refreshed(attributes, state, live),
    private: toPrivate({ remembered: memory.kept(), seen }),
    diagnostics,
  }
}

/** How a sensor is found and known, and where it is registered: what reading needs of a state. */
function reachedBy({ access, name, registration, network }: ObjectValue): ObjectValue {
  const { address = null, hostname = null } = isObject(network) ? network : {}
  return {
    access: access ?? null,
    ...(registration !== undefined && { registration }),
    ...(isObject(registration) && registration['registrar'] !== null && { name: name ?? null }),
    network: { address, hostname },
  }
}

/** The state stays as it was; a plan that wants changes will fail with the same words. */
const unreachable = (sight: Sight | undefined): Diagnostics =>
  sight && 'problem' in sight.observation
    ? fromProblems([{ ...sight.observation.problem, severity: 'warning' }], null)
    : []

function seenOf(sight: Sight, observation: Extract<Sight['observation'], { identity: string }>) {
  const { records, fileAtHand, problems } = sight
  const seen: SeenSight = {
    observation,
    records,
    ...(fileAtHand !== undefined && { fileAtHand }),
    ...(problems && { problems }),
  }
  return { seen, live: liveValue(seen, observation) }
}

async function applySensor(
  { planned, config }: CreateRequest,
  kept: Kept,
  call: Call<Client>,
  prior: ObjectValue | null = null,
): Promise<StateResponse> {
  const { desired, diagnostics } = desireSensor(call.client, config)
  if (!desired) return { state: prior, diagnostics }
  const { fleet, key } = desired
  const { client } = call
  const memory = memoryOf(key, kept.remembered)
  const world = await worldOf(call, memory, desired.given)
  /* Without a key nobody can see that a secret differs; the version that the user changed says so. */
  const rewriteSecrets = !client.fingerprintKey && namesOtherSecrets(attributes, prior, planned)
  const { plan } = await planRun(fleet, world, { waitForRuns: true, overrides: { rewriteSecrets } })
  const [fresh] = plan.sensors
  if (!fresh) throw new TypeError('the engine planned nothing')
  if (kept.seen && hasMoved(await planFrom(desired, kept, call), fresh)) return { state: prior, diagnostics: [moved] }
  const found = [...diagnostics, ...fromProblems([...plan.problems, ...fresh.problems], config)]
  if (plan.refused || hasErrors(found)) return { state: prior, diagnostics: found }
  const { sensors } = await applyPlan(plan, fleet, world, { run: crypto.randomUUID() })
  const told = [...found, ...sensors.flatMap((outcome) => fromOutcome(outcome, config))]
  const [sight] = await observeFleet(fleet, world, {})
  if (!sight || 'problem' in sight.observation) return { state: prior, diagnostics: [...told, ...lost(sight)] }
  const { seen, live } = seenOf(sight, sight.observation)
  const state = hasErrors(told) && prior ? refreshed(attributes, prior, live) : settle(attributes, planned, live)
  return { state, private: toPrivate({ remembered: memory.kept(), seen }), diagnostics: told }
}

const moved = {
  severity: 'error',
  summary: 'The sensor is no longer what the plan was made from',
  detail: 'Fields that the plan would write have changed since. Nothing was done. Plan again. (STALE)',
} as const

/** A field that both plans would write is no longer what it was. */
const hasMoved = (before: AppliancePlan, fresh: AppliancePlan): boolean =>
  Object.entries(before.base).some(([path, digest]) => path in fresh.base && fresh.base[path] !== digest)

const lost = (sight: Sight | undefined): Diagnostics =>
  sight && 'problem' in sight.observation
    ? fromProblems([{ ...sight.observation.problem, severity: 'error' }], null)
    : []

/** `ENDPOINT,CREDENTIALS,PIN`: what reading needs, since an import sees no configuration. */
function importSensor(id: string): StateResponse {
  const [endpoint = '', credentials = 'default', pin] = id.split(',')
  if (pin === undefined) return { state: null, diagnostics: [malformedId] }
  return { state: { access: { endpoint, credentials, trust: [{ pin }] } } }
}

const malformedId = {
  severity: 'error',
  summary: 'The id does not say whom to trust',
  detail: 'Write it as https://10.20.0.5,default,sha256/…: the endpoint, the name of credentials, and the pin.',
} as const
