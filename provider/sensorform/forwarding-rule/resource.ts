/** `sensorform_forwarding_rule`: one rule, as a view on its appliance. */
import type { Call } from '../../model/call.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../../model/diagnostic.ts'
import type { CreateRequest, ImportRequest, ReadRequest, Resource, StateResponse } from '../../model/resource.ts'
import { isEqual, isObject, textOf, unknown, type ObjectValue, type Value } from '../../model/value.ts'
import { withoutWriteOnly } from '../../plan/write-only.ts'
import { identityOf as applianceIdentityOf, importAppliance } from '../appliance/import-appliance.ts'
import { applianceResource } from '../appliance/resource.ts'
import { claimAll, otherRules } from '../claims.ts'
import type { Client } from '../client.ts'
import { isKind, noSuchKind } from '../appliance/kinds.ts'
import { forwardingRuleIdentity, forwardingRuleSchema } from './schema.ts'
import { atRule, narrow, typeOf, widen } from './view.ts'

const { attributes } = forwardingRuleSchema

export const forwardingRuleResource: Resource<Client> = {
  schema: forwardingRuleSchema,
  identity: forwardingRuleIdentity,
  validate: async (config, call) => {
    const { appliance = null } = config
    if (appliance === unknown) return []
    if (!isKind(appliance)) return [noSuchKind]
    return atRule(await applianceResource(typeOf(config)).validate?.(widen(config), call))
  },
  plan: async (request, call) => {
    const { prior, config, planned } = request
    if (!config || !planned) return {}
    const shared = claimAll(call.client.claims, 'sensorform_forwarding_rule', othersOf(config))
    if (hasErrors(shared)) return { diagnostics: shared }
    const whole = { ...request, prior: prior && widen(prior), config: widen(config), planned: widen(planned) }
    const { diagnostics } = (await applianceResource(typeOf(config)).plan?.(whole, call)) ?? {}
    return { diagnostics: atRule(diagnostics) }
  },
  read: async (request, call) => readRule(request, call),
  create: async (request, call) => {
    const found = await findExisting(request, call)
    if (hasErrors(found)) return { state: null, diagnostics: found }
    const { planned, config } = request
    const whole = { ...request, planned: widen(planned), config: widen(config) }
    const answer = answerOf(await applianceResource(typeOf(config)).create(whole, call), planned)
    return { ...answer, diagnostics: [...found, ...(answer.diagnostics ?? [])] }
  },
  update: async (request, call) => {
    const { planned, config, prior } = request
    const whole = { ...request, prior: widen(prior), planned: widen(planned), config: widen(config) }
    const answer = await applianceResource(typeOf(config)).update?.(whole, call)
    return answer ? answerOf(answer, planned) : { state: null }
  },
  delete: async (request, call) => {
    const { prior } = request
    const gone = widen({ access: prior['access'] ?? null, name: prior['name'] ?? null }, true)
    const whole = { ...request, prior: widen(prior), planned: gone, config: gone }
    const { diagnostics } = (await applianceResource(typeOf(prior)).update?.(whole, call)) ?? {}
    return { diagnostics: atRule(diagnostics) }
  },
  import: (request, { client }) => importRule(request, client),
}

const othersOf = ({ access }: ObjectValue) => {
  const endpoint = isObject(access) ? textOf(access['endpoint']) : undefined
  return endpoint === undefined ? [] : [otherRules(endpoint, ['name'])]
}

async function readRule({ state, ...request }: ReadRequest, call: Call<Client>): Promise<StateResponse> {
  const answer = await applianceResource(typeOf(state)).read({ ...request, state: widen(state) }, call)
  return answerOf(answer, state)
}

function answerOf({ state, diagnostics, private: kept }: StateResponse, rule: ObjectValue): StateResponse {
  const own = narrow(state, rule)
  return {
    state: own,
    ...(kept && { private: kept }),
    ...(own && { identity: identityOf(own) }),
    diagnostics: atRule(diagnostics),
  }
}

/** What an import by identity is given. */
export function identityOf({ access = null, appliance = null, name = null }: ObjectValue): ObjectValue {
  const reached = applianceIdentityOf({ access }) ?? { endpoint: null, credentials: null, pin: null }
  return { ...reached, appliance, name }
}

/**
 * A rule that is there and says something else is somebody's, unless it is said to be ours. One that says the same may be
 * what an interrupted apply left, so it is not refused.
 */
async function findExisting({ config, private: kept }: CreateRequest, call: Call<Client>): Promise<Diagnostics> {
  if (config['adopt_existing'] === true) return []
  const said = withoutWriteOnly(attributes, config)
  const { state } = await readRule({ state: said, private: kept, identity: null }, call)
  if (state === null) return []
  return [(isWithin(said, state) ? sharedBy : takenBy)(textOf(config['name']))]
}

/** All that is said is so. */
function isWithin(said: Value, live: Value | undefined): boolean {
  if (said === null) return true
  if (!isObject(said)) return isEqual(said, live)
  return Object.entries(said).every(([key, value]) => isWithin(value, isObject(live) ? live[key] : undefined))
}

const takenBy = (name: string | undefined): Diagnostic => ({
  severity: 'error',
  summary: `The appliance has a forwarding rule ${JSON.stringify(name)} already, and it says something else`,
  detail: 'Import it, say adopt_existing = true to take it over, or choose another name.',
  path: ['name'],
})

const sharedBy = (name: string | undefined): Diagnostic => ({
  severity: 'warning',
  summary: `The appliance had the forwarding rule ${JSON.stringify(name)} already, just as it is declared`,
  detail:
    'An apply that was interrupted may have made it. If not, somebody else relies on it: nothing on the appliance tells whose a rule is, and destroying it here takes it from them too. Say adopt_existing = true if it is meant, or choose another name.',
  path: ['name'],
})

/** As its appliance is imported, and the name. What the id does not say, the provider block does. */
function importRule(request: ImportRequest, client: Client): StateResponse {
  const named = 'id' in request ? fromId(request.id) : request.identity
  if (!named || textOf(named['name']) === undefined) return { state: null, diagnostics: malformedId }
  const { appliance = null, name = null, ...identity } = named
  const { state: reached, diagnostics } = importAppliance({ identity }, client)
  if (!reached) return { state: null, ...(diagnostics && { diagnostics }) }
  const state = { ...reached, appliance, name }
  return { state, identity: identityOf(state) }
}

/** The id of an appliance, then `/` and the name, which holds none. Of a console `management_console,` stands before it. */
function fromId(id: string): ObjectValue | undefined {
  const form =
    /^(?<console>management_console,)?(?<endpoint>https:\/\/[^,/]+)(,(?<credentials>[^,/]*)(,(?<pin>sha256\/[A-Za-z0-9+/]{43}=))?)?\/(?<name>[^/]+)$/
  const parts = form.exec(id)?.groups
  if (!parts) return undefined
  const { console, endpoint = null, credentials = null, pin = null, name = null } = parts
  return { appliance: console === undefined ? null : 'management_console', endpoint, credentials, pin, name }
}

const malformedId: Diagnostics = [
  {
    severity: 'error',
    summary: 'The id does not say which rule it is',
    detail:
      'Write it as https://10.20.0.5,default,sha256/…=/to SIEM: endpoint, credentials, pin, and the name after a slash. Credentials and pin may be left out where the provider block has them.',
  },
]
