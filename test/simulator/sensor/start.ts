/**
 * A simulator for tests and a client that holds every answer to the OpenAPI document. Written on node:https alone, so
 * that nothing of the product's own transport helps the simulator to be right.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { onTestFinished } from 'vitest'
import { operations } from '../../../schemas/api/operations.ts'
import type { ApplianceKind } from '../../../schemas/documents.ts'
import type { ApplianceRead, Job, LeaseGrant, Session } from '../../../schemas/generated/wire.ts'
import {
  startSimulator,
  type SimulatedSensorOptions,
  type Simulator,
  type SimulatorOptions,
} from '../../../simulator/simulate.ts'

const documentFile = new URL('../../../schemas/generated/sensor-settings.openapi.json', import.meta.url)
const openApi = JSON.parse(readFileSync(documentFile, 'utf8')) as {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>>
}
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
ajv.addSchema(openApi, 'api')

const validators = new Map<string, ValidateFunction>()

/** Every operation and status that was seen, for the test that nothing is left out. */
export const seen = new Set<string>()

/** Holds an answer to the document: the status is declared, and the body is as declared. */
export function holdToContract(id: string, status: number, body: unknown): void {
  const operation = operations.find((one) => one.id === id)
  if (!operation) throw new Error(`no operation ${id}`)
  seen.add(`${id} ${status}`)
  const declared = openApi.paths[operation.path]?.[operation.method]?.responses[String(status)]
  if (!declared)
    throw new Error(`${id} answered ${status}, which the document does not declare: ${JSON.stringify(body)}`)
  const schema = declared.content?.['application/json']?.schema
  if (!schema) {
    if (body !== undefined) throw new Error(`${id} answered ${status} with a body, but none is declared`)
    return
  }
  const name = JSON.stringify(schema)
  const validate = validators.get(name) ?? ajv.compile(JSON.parse(name.replaceAll('"#/', '"api#/')) as object)
  validators.set(name, validate)
  if (!validate(body)) throw new Error(`${id} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`)
}

export interface Reply<T = unknown> {
  status: number
  headers: IncomingHttpHeaders
  body: T
  /** SHA-256 of the certificate that was served. */
  served: string
}

interface SendOptions {
  headers?: Record<string, string>
  body?: unknown
}

/** Sends one request over a connection of its own. */
export function send(
  endpoint: string,
  method: string,
  path: string,
  { headers = {}, body }: SendOptions = {},
): Promise<Reply> {
  const bytes =
    body === undefined || body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const options = { method, headers, rejectUnauthorized: false, agent: false } as const
    const outgoing = request(new URL(path, endpoint), options, (incoming) => {
      const parts: Buffer[] = []
      const served = (incoming.socket as TLSSocket).getPeerCertificate().fingerprint256
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.once('error', reject)
      incoming.once('end', () => {
        const text = Buffer.concat(parts).toString()
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: parse(text), served })
      })
    })
    outgoing.once('error', reject)
    outgoing.end(bytes)
  })
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

export interface CallOptions extends SendOptions {
  params?: Record<string, string>
  query?: string
}

/** Calls an operation at an endpoint, held to the document. */
export async function call(endpoint: string, id: string, options: CallOptions = {}): Promise<Reply> {
  const operation = operations.find((one) => one.id === id)
  if (!operation) throw new Error(`no operation ${id}`)
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(options.params?.[name] ?? ''),
  )
  const type = typeof operation.request === 'string' ? operation.request : 'application/json'
  const { authorization, ...given } = options.headers ?? {}
  const token = operation.rawToken ? authorization?.replace('Bearer ', '') : authorization
  const headers = {
    ...(options.body !== undefined && { 'content-type': type }),
    ...given,
    ...(token !== undefined && { authorization: token }),
  }
  const reply = await send(endpoint, operation.method.toUpperCase(), path + (options.query ?? ''), {
    ...options,
    headers,
  })
  holdToContract(id, reply.status, reply.body)
  return reply
}

/** A client that signed in. */
export interface Client {
  /** Calls with the session, and with the fence once a lease is held. */
  call(id: string, options?: CallOptions): Promise<Reply>
  read(): Promise<ApplianceRead>
  lease(request?: Partial<{ holder: string; ttlSeconds: number; fence: number; intent: unknown }>): Promise<LeaseGrant>
  /** Waits for a job of this operation and gives it when it has ended. */
  job(id: string, options?: CallOptions): Promise<Job>
}

export const admin = { username: 'admin', password: 'correct horse' } as const

/** Signs in at an endpoint. */
export async function signIn(
  endpoint: string,
  credentials: { username: string; password: string } = admin,
): Promise<Client> {
  const { token } = (await call(endpoint, 'signIn', { body: credentials })).body as Session
  let fence: number | undefined
  const headers = (): Record<string, string> => ({
    authorization: `Bearer ${token}`,
    ...(fence !== undefined && { 'sensorform-fence': String(fence) }),
  })
  const client: Client = {
    call: (id, options = {}) => call(endpoint, id, { ...options, headers: { ...headers(), ...options.headers } }),
    read: async () => (await client.call('readAppliance')).body as ApplianceRead,
    lease: async (request = {}) => {
      const grant = (await client.call('lease', { body: { holder: 'run-1', ttlSeconds: 60, ...request } }))
        .body as LeaseGrant
      fence = grant.fence
      return grant
    },
    job: async (id, options) => {
      let job = (await client.call(id, options)).body as Job
      while (job.state === 'running') job = (await client.call('readJob', { params: { id: job.id } })).body as Job
      return job
    },
  }
  return client
}

const keys: SimulatorOptions = { appliances: [], distinctKeys: 2, tuning: { jobMs: 5, requestsPerSecond: 2000 } }

export const sensorAt = (address: string, options: Partial<SimulatedSensorOptions> = {}): SimulatedSensorOptions => ({
  key: 'line-1',
  address,
  port: 0,
  ...admin,
  ...options,
})

export const cloudAt = (address: string) => ({
  address,
  port: 0,
  subscriptionId: 'sub-1',
  location: 'eastus',
  token: 'token-1',
  sites: ['berlin-plant'],
})

/** Starts a simulator that stops with the test. */
export async function start(options: SimulatorOptions): Promise<Simulator> {
  const tuning = { ...keys.tuning, ...options.tuning }
  const simulator = await startSimulator({ ...keys, ...options, tuning })
  onTestFinished(() => simulator.stop())
  return simulator
}

/** Starts one sensor and signs in. */
export async function startOne(
  address: string,
  options: Partial<SimulatedSensorOptions> = {},
  around: Partial<SimulatorOptions> = {},
): Promise<{ simulator: Simulator; endpoint: string; client: Client }> {
  const simulator = await start({ ...around, appliances: [sensorAt(address, options)] })
  const endpoint = simulator.appliance('line-1').endpoint()
  return { simulator, endpoint, client: await signIn(endpoint) }
}

/** Status and code of a refusal. */
export const refusalOf = ({ status, body }: Reply): [number, string] => [
  status,
  (body as { error?: { code?: string } }).error?.code ?? 'none',
]

/** Operations that a kind of appliance offers. */
export const operationsOf = (kind: ApplianceKind) => operations.filter(({ on = kind }) => on === kind)

/** Every operation and status that the OpenAPI document declares for a kind of appliance. */
export const documentedStatuses = (kind: ApplianceKind): string[] =>
  operationsOf(kind).flatMap(({ id, path, method }) =>
    Object.keys(openApi.paths[path]?.[method]?.responses ?? {}).map((status) => `${id} ${status}`),
  )
