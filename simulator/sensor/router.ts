/** From a request to an operation: admission, session, body, fence, revision, then the aspect's handler. */
import type * as z from 'zod'
import { operations, type Operation } from '../../schemas/api/operations.ts'
import type { Answer, Request } from '../edge.ts'
import type { Fault } from '../faults.ts'
import { runningJob } from './jobs.ts'
import { checkFence } from './lease-state.ts'
import { sessionOf } from './session.ts'
import { Refusal, refusalAnswer } from './refusal.ts'
import type { Appliance, Handlers } from './sensor.ts'
import { admitRequest } from './throttle.ts'

const routes = operations.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}))

function routeOf(method: string, path: string): { operation: Operation; params: Record<string, string> } | undefined {
  for (const { operation, pattern } of routes) {
    const match = operation.method === method.toLowerCase() ? pattern.exec(path) : null
    if (match) return { operation, params: decoded(match.groups ?? {}) }
  }
  return undefined
}

const decoded = (groups: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decode(text)]))

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal(400, 'INVALID', 'The path is not percent-encoded as it should be.')
  }
}

/** Operation id of a request, for faults and the log. */
export const operationOf = (method: string, path: string): string | null =>
  routes.find(({ operation, pattern }) => operation.method === method.toLowerCase() && pattern.test(path))?.operation
    .id ?? null

/** Answers a request with the handlers of the appliance's kind. */
export async function answerRequest<A extends Appliance>(
  appliance: A,
  handlers: Handlers<A>,
  request: Request,
  struck: readonly Fault[],
): Promise<Answer> {
  try {
    return await admitted(appliance, handlers, request, struck)
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error)
    throw error
  }
}

async function admitted<A extends Appliance>(
  appliance: A,
  handlers: Handlers<A>,
  request: Request,
  struck: readonly Fault[],
): Promise<Answer> {
  admitRequest(appliance)
  const route = routeOf(request.method, request.path)
  const handler = route && handlers[route.operation.id]
  if (!route || !handler || (route.operation.on ?? appliance.kind) !== appliance.kind)
    throw new Refusal(404, 'NOT_FOUND', 'There is nothing at this path.')
  const { operation, params } = route
  const session = operation.session ? sessionOf(appliance, request, operation) : undefined
  const body = readBody(operation, request)
  const fence = fenceOf(request)
  if (operation.fenced && operation.id !== 'releaseLease') {
    checkFence(appliance.state, appliance.world.clock.uptimeMs(), fence)
  }
  if (operation.fenced && !isLease(operation)) checkNotUpdating(appliance)
  if (operation.conditional) checkRevision(appliance, request)
  return handler(appliance, { operation, params, request, body, session, fence, struck })
}

const isLease = ({ id }: Operation): boolean => id === 'lease' || id === 'releaseLease'

/** While an update installs, nothing else is written. */
function checkNotUpdating({ state }: Appliance): void {
  if (runningJob(state)?.type === 'update') throw new Refusal(409, 'BUSY', 'The software is being updated.')
}

function readBody({ request: expected }: Operation, { body, headers }: Request): unknown {
  if (!expected) return undefined
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim()
  const wanted = typeof expected === 'string' ? expected : 'application/json'
  if (type !== wanted) throw new Refusal(400, 'INVALID', `The body must be ${wanted}.`)
  return typeof expected === 'string' ? undefined : readJson(expected, body)
}

function readJson(schema: z.ZodType, bytes: Uint8Array): unknown {
  const result = schema.safeParse(parsed(bytes))
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  const sentence = issues.map(({ path, message }) => `${path || 'body'}: ${message}`).join('; ')
  throw new Refusal(400, 'INVALID', `The body is not valid: ${sentence}.`, { details: { issues } })
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Refusal(400, 'INVALID', 'The body is not JSON.')
  }
}

function fenceOf({ headers }: Request): number | undefined {
  const text = headers['sensorform-fence']
  if (text === undefined) return undefined
  if (typeof text === 'string' && /^[1-9][0-9]{0,15}$/.test(text)) return Number(text)
  throw new Refusal(400, 'INVALID', 'Sensorform-Fence is not a fencing number.')
}

function checkRevision(appliance: Appliance, { headers }: Request): void {
  const wanted = headers['if-match']
  if (wanted === undefined || wanted === `"${appliance.revision()}"`) return
  throw new Refusal(412, 'REVISION_CONFLICT', 'The settings have changed since they were read.')
}
