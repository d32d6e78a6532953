/**
 * From a request to the operation that answers it, with the refusals of Resource Manager in its own order: who asks,
 * which version, which resource, may they.
 *
 * @module
 */
import type { Answer, Request } from '../edge.ts'
import { invalidContent, refusal } from './answer.ts'
import { hubScope, type Scope } from './bodies.ts'
import { operations, type Operation } from './operations.ts'

export interface Access {
  /** May do everything. */
  token: string
  /** Has the Security Reader role. */
  readerToken?: string
}

export interface Routed {
  operation: Operation
  parameters: Readonly<Record<string, string>>
  body: unknown
}

const apiVersions = ['2021-02-01-preview', '2021-07-01-preview', '2021-09-01-preview']
const provider = 'microsoft.iotsecurity'
/** Long enough for every name of the spec; control characters are in none. */
const namePattern = /^[^\p{C}/\\?#%]{1,260}$/u

/** The operation of a request, or the refusal. */
export function route(request: Request, access: Access, scope: Scope): Routed | { refused: Answer } {
  const { authorization } = request.headers
  const unauthenticated = checkToken(authorization, access)
  if (unauthenticated) return { refused: unauthenticated }
  const found = findOperation(request, scope)
  if ('refused' in found) return found
  const forbidden = checkRole(found.operation, authorization, access, request.path)
  if (forbidden) return { refused: forbidden }
  const body = parseBody(request.body)
  return body === malformed ? { refused: invalidContent('The request content is not valid JSON.') } : { ...found, body }
}

/** The operation that a method and path name, whatever else the request says; for faults and the request log. */
export function operationOf(method: string, path: string): string | null {
  const segments = segmentsOf(path) ?? []
  return operationsAt(segments).find(({ operation }) => operation.method === method)?.operation.id ?? null
}

function checkToken(authorization: string | undefined, { token, readerToken }: Access): Answer | undefined {
  const given = bearerOf(authorization)
  if (given !== undefined && (given === token || given === readerToken)) return undefined
  const challenge = 'Bearer authorization_uri="https://login.microsoftonline.com/common", error="invalid_token"'
  const headers = { 'www-authenticate': challenge }
  return given === undefined
    ? refusal(401, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.", headers)
    : refusal(401, 'InvalidAuthenticationToken', 'The access token is invalid.', headers)
}

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer (.+)$/.exec(authorization ?? '')?.[1]

function checkRole(
  operation: Operation,
  authorization: string | undefined,
  { token }: Access,
  path: string,
): Answer | undefined {
  if (operation.readerMay || bearerOf(authorization) === token) return undefined
  return refusal(
    403,
    'AuthorizationFailed',
    `The client does not have authorization to perform action 'Microsoft.IoTSecurity/${operation.action}' over scope '${path}' or the scope is invalid.`,
  )
}

type Found = Pick<Routed, 'operation' | 'parameters'> | { refused: Answer }

function findOperation({ method, path, query }: Request, scope: Scope): Found {
  const version = query.get('api-version')
  const wrongVersion = checkVersion(version)
  if (wrongVersion) return { refused: wrongVersion }
  const segments = segmentsOf(path)
  const outside = segments && checkScope(segments, scope)
  if (!segments || outside) return { refused: outside ?? invalidName() }
  const served = operationsAt(segments).filter(({ operation }) => operation.apiVersion === version)
  if (served.length === 0) return { refused: unknownType(version ?? '') }
  const found = served.find(({ operation }) => operation.method === method)
  if (!found) return { refused: refusal(405, 'MethodNotAllowed', `The method ${method} is not allowed here.`) }
  const { location } = found.parameters
  if (location !== undefined && location.toLowerCase() !== scope.location) return { refused: unknownLocation(location) }
  return Object.values(found.parameters).every((name) => namePattern.test(name)) ? found : { refused: invalidName() }
}

const operationsAt = (segments: readonly string[]): Exclude<Found, { refused: Answer }>[] =>
  operations.flatMap((operation) => {
    const parameters = matchPath(operation.path, segments.slice(4))
    return parameters ? [{ operation, parameters }] : []
  })

function checkVersion(version: string | null): Answer | undefined {
  if (version === null) {
    return refusal(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required.')
  }
  if (apiVersions.includes(version)) return undefined
  return refusal(
    400,
    'InvalidApiVersionParameter',
    `The api-version '${version}' is invalid. The supported versions are '${apiVersions.join(',')}'.`,
  )
}

function checkScope(segments: readonly string[], { subscriptionId }: Scope): Answer | undefined {
  const [subscriptions, id = '', providers, namespace] = segments.map((segment) => segment.toLowerCase())
  if (subscriptions !== 'subscriptions' || providers !== 'providers' || namespace !== provider) return unknownType('')
  if (id === subscriptionId.toLowerCase()) return undefined
  return refusal(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`)
}

const unknownType = (version: string): Answer =>
  refusal(
    404,
    'InvalidResourceType',
    `The resource type could not be found in the namespace 'Microsoft.IoTSecurity' for api version '${version}'.`,
  )

const unknownLocation = (location: string): Answer =>
  refusal(404, 'LocationNotAvailableForResourceType', `The provided location '${location}' is not available.`)

const invalidName = (): Answer => refusal(400, 'InvalidResourceName', 'A resource name in the path is invalid.')

/** Fixed segments match without case, as Resource Manager does. */
function matchPath(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = pattern.split('/').slice(1)
  if (parts.length !== segments.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith('{')) parameters[part.slice(1, -1)] = segment
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined
  }
  return parameters
}

/**
 * An IoT hub is a scope of its own: `/subscriptions/…/resourceGroups/…/providers/Microsoft.Devices/IotHubs/{hub}/providers/…`
 * is brought into the form of the other paths.
 */
function segmentsOf(path: string): string[] | undefined {
  const segments = decodeSegments(path)
  if (segments?.includes(hubScope)) return undefined
  const [subscriptions = '', id = '', groups, , , devices, hubs, hub = '', ...below] = segments ?? []
  const isHub = [groups, devices, hubs].join('/').toLowerCase() === 'resourcegroups/microsoft.devices/iothubs'
  return isHub ? [subscriptions, id, ...below.slice(0, 2), hubScope, hub, ...below.slice(2)] : segments
}

function decodeSegments(pathname: string): string[] | undefined {
  try {
    return pathname.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return undefined
  }
}

const malformed = Symbol('malformed')

function parseBody(body: Uint8Array): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return malformed
  }
}
