/**
 * The HTTP edge that sensors and cloud share: bounded bodies, faults, the request log. What is served is a function from
 * request to answer.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault, FaultEngine, FaultKind, FaultOf } from './faults.ts'
import type { RequestLog } from './request-log.ts'

export interface Request {
  method: string
  /** Path without query, still percent-encoded. */
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Uint8Array
  /** A body of raw bytes that may be large: it was read, and not kept. */
  upload?: Upload
  /** Address of the client. */
  from: string
}

export interface Upload {
  sha256: string
  sizeBytes: number
  /** Its first bytes. */
  head: Uint8Array
}

export interface Answer {
  status: number
  headers?: Readonly<Record<string, string>>
  /** Bytes are sent as they are, anything else as JSON. */
  body?: unknown
  /** Called when the answer has been sent or its connection is gone. */
  sent?: () => void
}

/** Who serves, and how. */
export interface Service {
  /** Key of the appliance, or `(cloud)`. */
  subject: string
  faults: FaultEngine
  log: RequestLog
  operationOf(method: string, path: string): string | null
  /** Answers. `struck` holds the faults that strike this request. */
  handle(request: Request, struck: readonly Fault[]): Promise<Answer> | Answer
  /** The error body of this service. */
  refuse(status: number, text: string): Answer
  /** Carries out a fault of the appliance itself (reboot, clockSkew, …), before or after the request was handled. */
  strikeSelf?(fault: Fault, when: 'before' | 'after'): void
}

const mostBodyBytes = 4 * 1024 * 1024

/** Serves one request. Never rejects. */
export async function serve(service: Service, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = targetOf(incoming)
  const method = incoming.method ?? 'GET'
  const operation = service.operationOf(method, pathname)
  const call = { appliance: service.subject, operation, method, path: pathname, ...fencedBy(incoming) }
  const logged = (status: number) => service.log.add({ ...call, status })
  try {
    const upload = isUpload(incoming) ? await readUpload(incoming) : undefined
    const body = upload ? Buffer.alloc(0) : await readBody(incoming)
    if (!body) return await finish(service.refuse(400, 'The request body is too large.'), response, [], logged)
    const from = incoming.socket.remoteAddress ?? ''
    const request = {
      method,
      path: pathname,
      query: searchParams,
      headers: incoming.headers,
      body,
      from,
      ...(upload && { upload }),
    }
    const struck = service.faults.strike(call)
    const answer = await answerOf(service, request, struck)
    if (answer) return await finish(answer, response, struck, logged)
    logged(0)
    incoming.socket.destroy()
  } catch (error) {
    if (response.headersSent || incoming.socket.destroyed) return logged(0)
    await finish(service.refuse(500, `The simulator failed: ${String(error)}`), response, [], logged)
  }
}

const fencedBy = ({ headers }: IncomingMessage): { fence?: number } => {
  const fence = Number(headers['sensorform-fence'] ?? Number.NaN)
  return Number.isSafeInteger(fence) ? { fence } : {}
}

/** Path and query; a target that is no path, such as `*` or `//`, has nothing at it. */
function targetOf({ url = '/' }: IncomingMessage): Pick<URL, 'pathname' | 'searchParams'> {
  return URL.parse(url, 'http://local') ?? { pathname: url, searchParams: new URLSearchParams() }
}

/** The answer, or nothing when the connection is cut. */
async function answerOf(service: Service, request: Request, struck: readonly Fault[]): Promise<Answer | undefined> {
  const find = finder(struck)
  for (const fault of struck) if (fault.kind === 'latency') await pause(fault.ms)
  for (const fault of struck) service.strikeSelf?.(fault, 'before')
  const rebootsFirst = find('reboot')?.when === 'before'
  if (find('cutBefore') || rebootsFirst || find('gone')) return undefined
  const early = earlyAnswer(service, find)
  if (early) return early
  const answer = await service.handle(request, struck)
  if (!find('cutAfter') && !find('reboot')) return answer
  answer.sent?.()
  for (const fault of struck) service.strikeSelf?.(fault, 'after')
  return undefined
}

type Finder = <K extends FaultKind>(kind: K) => FaultOf<K> | undefined

/** Finds a fault by its kind. */
export const finder =
  (struck: readonly Fault[]): Finder =>
  <K extends FaultKind>(kind: K) =>
    struck.find((fault): fault is FaultOf<K> => fault.kind === kind)

function earlyAnswer(service: Service, find: Finder): Answer | undefined {
  const throttle = find('throttle')
  if (throttle) {
    const refusal = service.refuse(429, 'Too many requests.')
    return { ...refusal, headers: { ...refusal.headers, 'retry-after': retryAfter(throttle) } }
  }
  const status = find('status')
  if (!status) return undefined
  if (status.body === undefined) return service.refuse(status.status, 'The simulator was told to fail here.')
  return { status: status.status, headers: { 'content-type': 'text/html' }, body: Buffer.from(status.body) }
}

/** Real time: a client compares the date with its own clock. */
const retryAfter = ({ as, retryAfterSeconds }: FaultOf<'throttle'>): string =>
  as === 'date' ? new Date(Date.now() + retryAfterSeconds * 1000).toUTCString() : String(Math.ceil(retryAfterSeconds))

const isUpload = ({ headers }: IncomingMessage): boolean => headers['content-type'] === 'application/octet-stream'
const headBytes = 256

/** Takes a body of any size in, piece by piece. One that ends early is none. */
async function readUpload(incoming: IncomingMessage): Promise<Upload> {
  const hash = createHash('sha256')
  let [sizeBytes, head] = [0, Buffer.alloc(0)]
  for await (const part of incoming as AsyncIterable<Buffer>) {
    hash.update(part)
    sizeBytes += part.length
    if (head.length < headBytes) head = Buffer.concat([head, part]).subarray(0, headBytes)
  }
  return { sha256: hash.digest('hex'), sizeBytes, head }
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length
    if (size <= mostBodyBytes) parts.push(part)
  }
  return size > mostBodyBytes ? undefined : Buffer.concat(parts)
}

async function finish(
  answer: Answer,
  response: ServerResponse,
  struck: readonly Fault[],
  logged: (status: number) => void,
): Promise<void> {
  const find = finder(struck)
  const bytes = bodyBytes(answer.body)
  const wrong = find('malformedBody')
  const body = wrong && bytes ? Buffer.from(wrong.body ?? bytes.subarray(0, Math.ceil(bytes.length / 2))) : bytes
  const type = answer.body instanceof Uint8Array ? 'application/octet-stream' : 'application/json'
  const headers = {
    ...(body && { 'content-type': type, 'content-length': String(body.length) }),
    ...answer.headers,
  }
  logged(answer.status)
  if (answer.sent) response.once('close', answer.sent)
  response.writeHead(answer.status, headers)
  const slow = find('slowBody')
  if (slow && body) await trickle(response, body, slow)
  else response.end(body)
}

function bodyBytes(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
}

async function trickle(
  response: ServerResponse,
  body: Buffer,
  { chunkBytes, everyMs }: FaultOf<'slowBody'>,
): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += chunkBytes) {
    response.write(body.subarray(at, at + chunkBytes))
    await pause(everyMs)
  }
  response.end()
}
