/** `sensorform_forwarding_rule`: one rule, as a view on its appliance. */
import type { Call } from '../../model/call.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../../model/diagnostic.ts'
import type { CreateRequest, ImportRequest, ReadRequest, Resource, StateResponse } from '../../model/resource.ts'
import { isEqual, isObject, textOf, unknown, type ObjectValue, type Value } from '../../model/value.ts'
import { withoutWriteOnly } from '../../plan/write-only.ts'
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
    const refusal = await refusalOf(request, call)
    if (refusal) return { state: null, diagnostics: [refusal] }
    const { planned, config } = request
    const whole = { ...request, planned: widen(planned), config: widen(config) }
    return answerOf(await applianceResource(typeOf(config)).create(whole, call), planned)
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
  import: (request) => importRule(request),
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
export function identityOf({ access, appliance = null, name = null }: ObjectValue): ObjectValue {
  const { endpoint = null, credentials = null, trust = null } = isObject(access) ? access : {}
  const pins = Array.isArray(trust)
    ? trust.map((anchor: Value) => (isObject(anchor) ? (anchor['pin'] ?? null) : null))
    : []
  return { endpoint, credentials, pin: pins.find((pin) => pin !== null) ?? '', appliance, name }
}

/** A rule that is there and says something else is somebody's, unless it is said to be ours. */
async function refusalOf(
  { config, private: kept }: CreateRequest,
  call: Call<Client>,
): Promise<Diagnostic | undefined> {
  if (config['adopt_existing'] === true) return undefined
  const said = withoutWriteOnly(attributes, config)
  const { state } = await readRule({ state: said, private: kept, identity: null }, call)
  return state === null || isWithin(said, state) ? undefined : takenBy(textOf(config['name']))
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

/** The id of an appliance, then `/` and the name, which holds none. Of a console `management_console,` stands before it. */
async function importRule(request: ImportRequest): Promise<StateResponse> {
  if ('identity' in request) {
    const { endpoint = null, credentials, pin = null, appliance = null, name = null } = request.identity
    const access = { endpoint, credentials: credentials ?? 'default', trust: [{ pin }] }
    return { state: { access, appliance, name }, identity: request.identity }
  }
  const console = 'management_console,'
  const isConsole = request.id.startsWith(console)
  const [whole, name] = atLast(isConsole ? request.id.slice(console.length) : request.id, '/')
  const [endpoint = '', credentials = '', pin = ''] = whole.split(',')
  if (name === '' || pin === '') return { state: null, diagnostics: malformedId }
  const access = { endpoint, credentials, trust: [{ pin }] }
  const state = { access, appliance: isConsole ? 'management_console' : null, name }
  return { state, identity: identityOf(state) }
}

function atLast(text: string, mark: string): [string, string] {
  const index = text.lastIndexOf(mark)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}

const malformedId: Diagnostics = [
  {
    severity: 'error',
    summary: 'The id does not say which rule it is',
    detail:
      'Write it as https://10.20.0.5,default,sha256/…=/to SIEM: endpoint, credentials, pin, and the name after a slash.',
  },
]
