/**
 * The simulated cloud: the published `Microsoft.IoTSecurity` operations behind Azure Resource Manager's paths, bodies,
 * status codes and error body, with bearer tokens. Sensors of the same process reach it through `CloudLink`.
 *
 * @module
 */
import { createPublicKey } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { CloudAnswer, CloudContext, CloudLink, SeededRegistration, SimulatedCloud } from '../cloud-link.ts'
import { serve, type Answer, type Request, type Service } from '../edge.ts'
import { cloudKey } from '../faults.ts'
import { refusal } from './answer.ts'
import { pinOf } from './identity.ts'
import { documentedUpdates, type OfferedUpdate } from './packages.ts'
import { pageOf } from './paging.ts'
import { operationOf, route, type Access } from './route.ts'
import type { CloudIdentity, SensorRecord } from './state.ts'
import { CloudStore, type RecordPlace } from './store.ts'

export interface CloudOptions extends CloudContext, Access {
  address: string
  /** 0 takes a free one. */
  port: number
  subscriptionId: string
  /** As in `eastus`. */
  location: string
  /** Sites that exist from the start. */
  sites: readonly string[]
  /** IoT hubs of legacy sensors. */
  hubs?: readonly string[]
  /** Updates of sensors that it offers, the newest first. Default: the documented path. */
  updates?: readonly OfferedUpdate[]
  /** How long the shown status lags behind; documented: up to 15 minutes. Default: 0. */
  statusLagMs?: number
  /** Cuts lists into pages of this size. Default: one page, as published. */
  pageSize?: number
  /** Keys of a cloud that starts without state. Default: fresh ones. */
  identity?: CloudIdentity
  /** Days for which files of locally managed sensors are valid; the vendor publishes no figure. Default: 365. */
  localFileDays?: number
}

const mostRequests = 10_000

/** A request as it came in, for tests that compare it whole. */
export interface CloudRequest {
  method: string
  path: string
  query: Readonly<Record<string, string>>
  /** Parsed, or null when there was none. */
  body: unknown
}

export interface RunningCloud extends SimulatedCloud {
  /** How sensors reach it. */
  readonly link: CloudLink
  /** The last 10,000 requests that were handled, or more, oldest first; those that a fault ended before are not among them. */
  readonly requests: readonly CloudRequest[]
  records(): readonly Readonly<SensorRecord>[]
  /** A person chooses "Prepare to update to 22.x" in the portal. Throws a RangeError for a sensor that is not there. */
  prepareUpdate(place: RecordPlace): void
  /** What it offers from now on, the newest first. */
  offerUpdates(updates: readonly OfferedUpdate[]): void
}

/** Starts it; resolves once it accepts connections. */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const { stateFolder, clock, subscriptionId, location, token, statusLagMs = 0, localFileDays = 365 } = options
  const stateFile = stateFolder === undefined ? {} : { stateFile: join(stateFolder, '_cloud.json') }
  const identity = options.identity && { identity: options.identity }
  const store = new CloudStore({ ...stateFile, ...identity, clock, statusLagMs, subscriptionId, localFileDays })
  for (const site of options.sites) addSite(store, site)
  const requests: CloudRequest[] = []
  const offered = { updates: options.updates ?? documentedUpdates }
  const { server, origin } = await listen(store.identity, options, (at) =>
    createService(options, { store, requests, offered, origin: at }),
  )
  const link = createLink(options, store)
  return {
    ...link,
    endpoint: origin,
    pin: pinOf(store.identity.certificate),
    token,
    subscriptionId,
    location,
    link,
    requests,
    records: () => structuredClone(store.records),
    prepareUpdate(place) {
      if (!store.prepareUpdate(place)) throw new RangeError(`${place.name} is not registered`)
    },
    offerUpdates(updates) {
      offered.updates = updates
    },
    seed: (registration) => seed(store, registration),
    async stop() {
      await close(server)
      store.close()
    },
  }
}

function addSite(store: CloudStore, name: string): void {
  if (!store.findSite(name)) store.putSite(name, { displayName: name, tags: {} })
}

function seed(store: CloudStore, { name, mode, site, zone }: SeededRegistration): Uint8Array {
  const place = { name, site: mode === 'cloud' ? (site ?? 'default') : null }
  if (place.site !== null) addSite(store, place.site)
  const write = { zone: zone ?? null, tiAutomaticUpdates: false, sensorType: 'Ot' }
  return store.issueFile(store.find(place) ?? store.put(place, write).record)
}

interface ServiceParts {
  store: CloudStore
  requests: CloudRequest[]
  offered: { updates: readonly OfferedUpdate[] }
  origin: string
}

function createService(options: CloudOptions, { store, requests, offered, origin }: ServiceParts): Service {
  const { faults, log, pageSize, subscriptionId, location, hubs = [] } = options
  const scope = { subscriptionId, location, hubs }
  const handle = (request: Request): Answer => {
    requests.push(describe(request))
    if (requests.length > 2 * mostRequests) requests.splice(0, mostRequests)
    const routed = route(request, options, scope)
    if ('refused' in routed) return routed.refused
    const { operation, parameters, body } = routed
    const url = `${request.path}?${request.query.toString()}`
    const page = (resources: readonly unknown[]) => pageOf(resources, { pageSize, origin, url })
    return operation.handle({ store, scope, updates: offered.updates, parameters, body, page })
  }
  return { subject: cloudKey, faults, log, operationOf, handle, refuse }
}

const refuse = (status: number, text: string): Answer =>
  refusal(status, refusalCodes[status] ?? 'InternalServerError', text)

const refusalCodes: Readonly<Record<number, string>> = {
  400: 'InvalidRequestContent',
  403: 'AuthorizationFailed',
  404: 'ResourceNotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
}

function describe({ method, path, query, body }: Request): CloudRequest {
  const text = Buffer.from(body).toString()
  return { method, path, query: Object.fromEntries(query), body: text === '' ? null : parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Faults whose appliance is `(cloud)` strike every sensor's way to it. */
function createLink({ faults }: CloudOptions, store: CloudStore): CloudLink {
  const contact = (operation: string, path: string, take: () => boolean): CloudAnswer => {
    const struck = faults.strike({ appliance: cloudKey, operation, method: 'POST', path })
    if (struck.some(({ kind }) => kind === 'cloudUnreachable')) return 'unreachable'
    const refused = struck.some(({ kind }) => kind === 'cloudRefusesActivation')
    return !refused && take() ? 'accepted' : 'rejected'
  }
  return {
    publicKey: createPublicKey(store.identity.signingKey),
    connect: (fileId, serialNumber, name, softwareVersion) =>
      contact('cloudConnect', `/${name}`, () => store.contact(fileId, serialNumber, name, softwareVersion)),
    heartbeat: ({ fileId, serialNumber, name, softwareVersion }) =>
      contact('cloudHeartbeat', `/${name}`, () => store.contact(fileId, serialNumber, name, softwareVersion)),
  }
}

async function listen(
  { tlsKey, certificate }: CloudIdentity,
  { address, port }: CloudOptions,
  createFor: (origin: string) => Service,
): Promise<{ server: Server; origin: string }> {
  const server = createServer({ key: tlsKey, cert: certificate, ALPNProtocols: ['http/1.1'] })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => resolve())
  })
  const origin = `https://${address}:${(server.address() as AddressInfo).port}`
  const service = createFor(origin)
  server.on('request', (request, response) => void serve(service, request, response))
  return { server, origin }
}

/** Ends every connection at once. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
