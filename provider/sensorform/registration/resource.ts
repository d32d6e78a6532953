/**
 * `sensorform_registration`: one record at a registrar. Names are unique within a site only, so a record is known by
 * registrar, site and name together; what lies elsewhere under the same name is another sensor's.
 *
 * @module
 */
import { hasFlags } from '../../../reconcile/apply/execute/registrar-writes.ts'
import { seenAt, whereOf } from '../../../reconcile/compare/records.ts'
import { DeviceError } from '../../../reconcile/device-error.ts'
import { problemOf } from '../../../reconcile/observe/problem-of.ts'
import type { Placement, Registrar, RegistrationRecord } from '../../../reconcile/registrar.ts'
import { deleteRecord } from '../../../reconcile/retire/retire.ts'
import type { Problem } from '../../../schemas/problem.ts'
import { registrationAttributes } from '../../../schemas/terraform/generated.ts'
import { registrationRecord } from '../../../schemas/terraform/projections.ts'
import type { Call } from '../../model/call.ts'
import type { Diagnostic, Diagnostics } from '../../model/diagnostic.ts'
import type { ListedResource } from '../../model/provider.ts'
import type {
  CreateRequest,
  DeleteRequest,
  ImportRequest,
  PlanRequest,
  PlanResponse,
  ReadRequest,
  Resource,
  StateResponse,
} from '../../model/resource.ts'
import { isWhollyKnown, textOf, type ObjectValue } from '../../model/value.ts'
import { settle } from '../../plan/settle.ts'
import { checkSpec, problemDiagnostic } from '../../spec/check-spec.ts'
import { toSpec } from '../../spec/to-spec.ts'
import { fromSpec } from '../../spec/from-spec.ts'
import { memoryOf } from '../appliance/kept.ts'
import { claimAll, registrationThing } from '../claims.ts'
import type { Client } from '../client.ts'
import { openRegistrarOf } from '../registrar-of.ts'
import { registrationIdentity, registrationSchema } from './schema.ts'

const { attributes } = registrationSchema

export const registrationResource: Resource<Client> = {
  schema: registrationSchema,
  identity: registrationIdentity,
  validate: (config) => checkSpec(registrationRecord, attributes, config).diagnostics,
  plan: (request, call) => planRegistration(request, call),
  read: async (request, call) => readRegistration(request, call),
  create: async (request, call) => createRegistration(request, call),
  update: async (request, call) => updateRegistration(request, call),
  delete: async (request, call) => deleteRegistration(request, call),
  import: (request) => importRegistration(request),
}

/** Which record, and how it should be. */
interface Wanted {
  registrar: string
  name: string
  placement: Placement
}

function wantedOf(value: ObjectValue): Wanted {
  const {
    registrar,
    name,
    mode = 'cloud',
    ...where
  } = toSpec(attributes, value).spec as unknown as Omit<Wanted, 'placement'> & Partial<Placement>
  return { registrar, name, placement: mode === 'local' ? { mode } : { mode, ...where } }
}

function planRegistration({ prior, config, planned }: PlanRequest, { client }: Call<Client>): PlanResponse {
  if (!config || !planned) return { diagnostics: prior?.['connected'] === true ? [connectedWarning(prior)] : [] }
  const mode = prior?.['mode'] ?? config['mode'] ?? 'cloud'
  const [registrar, name] = [textOf(config['registrar']), textOf(config['name'])]
  const things = registrar === undefined || name === undefined ? [] : [registrationThing(registrar, name, ['name'])]
  return {
    planned: { ...planned, mode: config['mode'] ?? mode },
    diagnostics: claimAll(client.claims, 'sensorform_registration', things),
  }
}

const connectedWarning = ({ name }: ObjectValue): Diagnostic => ({
  severity: 'warning',
  summary: `A sensor is connected with the registration ${textOf(name)}`,
  detail: 'Apply refuses to delete it as long as one is. (RECORD_CONNECTED)',
})

async function readRegistration({ state }: ReadRequest, call: Call<Client>): Promise<StateResponse> {
  if (call.client.isUnknown) return { state }
  const wanted = wantedOf(state)
  return withRegistrar(wanted, call, state, async (registrar) => {
    const lookup = await lookUp(registrar, wanted, call)
    if (lookup.state === 'notObservable') return { state, diagnostics: [told(unseen(wanted, lookup.reason))] }
    return lookup.state === 'absent'
      ? { state: null }
      : stateOf(wanted, { ...state, ...valueOf(wanted, lookup.record) })
  })
}

async function createRegistration({ planned, config }: CreateRequest, call: Call<Client>): Promise<StateResponse> {
  const wanted = wantedOf(config)
  return withRegistrar(wanted, call, null, async (registrar) => {
    const lookup = await lookUp(registrar, wanted, call)
    const refusal = refusalOf(wanted, lookup, config['adopt_existing'] === true)
    if (refusal) return { state: null, diagnostics: [told(refusal, config)] }
    return written(registrar, wanted, planned, call)
  })
}

function refusalOf(
  { name }: Wanted,
  lookup: Awaited<ReturnType<typeof lookUp>>,
  mayAdopt: boolean,
): Omit<Problem, 'key'> | undefined {
  if (lookup.state === 'notObservable') return unseenName(name, lookup.reason)
  if (lookup.state === 'absent') return undefined
  if (lookup.record.connected) {
    return {
      severity: 'error',
      code: 'RECORD_CONNECTED',
      field: 'name',
      summary: `${name} is registered already, and a sensor is connected with it`,
      hint: "It is that sensor's. Choose another name, or import it to manage its zone and updates.",
    }
  }
  if (mayAdopt) return undefined
  return {
    severity: 'error',
    code: 'RECORD_NOT_OURS',
    field: 'name',
    summary: `${name} is registered already, and nothing says that it is yours`,
    hint: 'Import it, say adopt_existing = true, or choose another name.',
  }
}

const updateRegistration = async (
  { planned, config, prior }: CreateRequest & { prior: ObjectValue },
  call: Call<Client>,
): Promise<StateResponse> =>
  withRegistrar(wantedOf(config), call, prior, async (registrar) => {
    const wanted = wantedOf({ ...planned, ...known(prior, planned) })
    const lookup = await lookUp(registrar, wanted, call)
    if (lookup.state === 'absent') return { state: prior, diagnostics: [told(gone(wanted))] }
    return written(registrar, wanted, planned, call)
  })

/** What a plan leaves to the provider is as it was. */
const known = (prior: ObjectValue, planned: ObjectValue): ObjectValue =>
  Object.fromEntries(
    Object.entries(planned).map(([name, value]) => [name, isWhollyKnown(value) ? value : (prior[name] ?? null)]),
  )

/** Done is what reads back so, whatever the write answered. */
async function written(
  registrar: Registrar,
  wanted: Wanted,
  planned: ObjectValue,
  call: Call<Client>,
): Promise<StateResponse> {
  const { name, placement } = wanted
  const failure = await attempt(() => registrar.register(name, placement, call.signal))
  const lookup = await lookUp(registrar, wanted, call)
  if (lookup.state === 'present' && hasFlags(lookup.record, placement)) {
    return stateOf(wanted, settle(attributes, planned, { ...planned, ...valueOf(wanted, lookup.record) }))
  }
  return { state: null, diagnostics: [told(failure ?? notWritten(wanted))] }
}

async function deleteRegistration(
  { prior }: DeleteRequest,
  call: Call<Client>,
): Promise<{ diagnostics?: Diagnostics }> {
  const { registrar: registrarName, name, placement } = wantedOf(prior)
  const { client, signal } = call
  const { mode, site } = placement
  const record = { registrar: registrarName, name, mode, ...(site !== undefined && { site }) }
  const key = idOf(wantedOf(prior))
  const { diagnostics = [] } = await withRegistrar(wantedOf(prior), call, null, async (registrar) => {
    const world = { clock: client.clock, memory: memoryOf(key, {}), registrar: () => registrar, signal }
    const { problem } = await deleteRecord(key, record, world, crypto.randomUUID())
    return { state: null, diagnostics: problem ? [told({ ...problem, field: 'name' })] : [] }
  })
  return { diagnostics }
}

/** By id, `REGISTRAR/SITE/NAME`, or by identity. */
function importRegistration(request: ImportRequest): StateResponse {
  const { registrar, site, name } = 'id' in request ? partsOf(request.id) : request.identity
  if (typeof registrar !== 'string' || typeof name !== 'string') return { state: null, diagnostics: [malformedId] }
  const place = typeof site === 'string' && site !== '' ? { mode: 'cloud', site } : { mode: 'local', site: null }
  return stateOf({ registrar }, { registrar, name, ...place })
}

function partsOf(id: string): ObjectValue {
  const [registrar = null, site = null, name = null, ...rest] = id.split('/')
  return rest.length > 0
    ? {}
    : { registrar: registrar === '' ? null : registrar, site, name: name === '' ? null : name }
}

const malformedId: Diagnostic = {
  severity: 'error',
  summary: 'The id does not say which registration it is',
  detail:
    'Write it as cloud/berlin-plant/berlin-line-1: registrar, site and name; of a locally managed sensor cloud//berlin-line-1.',
}

const idOf = ({ registrar, name, placement }: Wanted): string => [registrar, placement.site ?? '', name].join('/')

/** As the registrar spells it. */
const valueOf = ({ registrar }: Wanted, record: RegistrationRecord): ObjectValue => ({
  ...fromSpec(registrationAttributes, { ...record, registrar }),
  id: idOf({ registrar, name: record.name, placement: record }),
  status: record.status ?? null,
  connected: record.connected,
})

/** A record that a registrar lists, as this resource. */
export function registrationFound(registrar: string, record: RegistrationRecord): ListedResource {
  const wanted = { registrar, name: record.name, placement: record }
  const resource = valueOf(wanted, record)
  const { identity } = stateOf(wanted, resource)
  return { identity: identity ?? {}, displayName: [record.site, record.name].filter(Boolean).join('/'), resource }
}

function stateOf(wanted: Pick<Wanted, 'registrar'>, value: ObjectValue): StateResponse {
  const { name, site = null } = value
  return { state: value, identity: { registrar: wanted.registrar, name: name ?? null, site } }
}

/** What a registrar throws is told at the line of the registrar. */
async function withRegistrar(
  { registrar: name }: Wanted,
  { client }: Call<Client>,
  state: ObjectValue | null,
  work: (registrar: Registrar) => Promise<StateResponse>,
): Promise<StateResponse> {
  const registrar = await openRegistrarOf(client, name)
  if ('severity' in registrar) return { state, diagnostics: [registrar] }
  if (!registrar.support.register) return { state, diagnostics: [told(cannotRegister(name))] }
  let answer: StateResponse | undefined
  const failure = await attempt(async () => void (answer = await work(registrar)))
  return answer ?? { state, diagnostics: failure ? [told(failure)] : [] }
}

async function attempt(work: () => Promise<unknown>): Promise<Problem | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return { ...problemOf(error, ''), field: 'registrar' }
  }
}

async function lookUp(registrar: Registrar, { name, placement }: Wanted, { signal }: Call<Client>) {
  return seenAt(await registrar.lookup(name, { fresh: true, signal, ...whereOf(placement) }), placement)
}

const told = (problem: Omit<Problem, 'key'>, config: ObjectValue | null = null): Diagnostic =>
  problemDiagnostic(attributes, problem, config)

const error = (code: string, field: string, summary: string, hint: string): Omit<Problem, 'key'> => ({
  severity: 'error',
  code,
  field,
  summary,
  hint,
})

const cannotRegister = (name: string) =>
  error(
    'NOT_SUPPORTED',
    'registrar',
    `The registrar ${name} is a folder of activation files: it makes no records`,
    'Use a registrar of Azure, or register the sensor in the portal.',
  )

const unseenName = (name: string, reason: string) =>
  error(
    'RECORD_UNSEEN',
    'name',
    `Whether ${name} is registered cannot be told: ${reason}`,
    'Say in which site it lies.',
  )

const unseen = ({ name }: Wanted, reason: string) => unseenName(name, reason)

const gone = ({ name }: Wanted) =>
  error(
    'RECORD_UNSEEN',
    'name',
    `The registration ${name} is no longer there`,
    'Nothing was done. Plan again: it will be made anew.',
  )

const notWritten = ({ name }: Wanted) =>
  error(
    'READ_BACK_DIFFERS',
    'name',
    `The registrar accepted the registration ${name}, but looking it up shows another`,
    'Look at the sensor in the portal, then plan again.',
  )
