/**
 * HTTP over a trusted connection, with bounds on everything: connect, headers, body, size, repeats. A refusal of the
 * server is an answer, not an error; errors are those of the way to it. Redirects are never followed.
 *
 * @module
 */
import type { TLSSocket } from 'node:tls'
import { Pool, type Dispatcher } from 'undici'
import type { TransportClock } from './clock.ts'
import { aborted, connectTrusted } from './connect.ts'
import { backoffMs, createBudget, isPassing, isRefusal, retryAfterMs } from './retry.ts'
import { sanitise } from './sanitise.ts'
import { TransportError } from './transport-error.ts'
import type { ServedCertificate, TrustPolicy } from './trust.ts'

export interface HttpOptions {
  /** As in `https://10.20.0.5:8443`. */
  origin: string
  trust: TrustPolicy
  clock: TransportClock
  /** 0 ≤ x < 1. Default: Math.random. */
  random?: () => number
  /** Connect and TLS handshake. Default: 5 s. */
  connectTimeoutMs?: number
  /** From the request to the headers of its answer. Default: 30 s. */
  headersTimeoutMs?: number
  /** Between two pieces of a body. Default: 30 s. */
  bodyTimeoutMs?: number
  /** One attempt as a whole. Default: 60 s. */
  timeoutMs?: number
  /** No attempt of a request begins after so long. Default: 120 s. */
  totalTimeoutMs?: number
  /** Attempts of one request, the first counted. Default: 4. */
  attempts?: number
  /** Repeats that may be under way before successes pay them back. Default: 10. */
  retryBudget?: number
  /** A longer Retry-After is not waited for: its answer is returned at once. Default: 60 s. */
  longestRetryAfterMs?: number
  /** Largest body of an answer. Default: 4 MiB. */
  maxBytes?: number
  /** Called after each attempt, for counting. Holds no header and no body. */
  onExchange?(exchange: Exchange): void
}

export interface Exchange {
  method: string
  path: string
  attempt: number
  /** Absent when no answer came. */
  status?: number
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With query, percent-encoded. */
  path: string
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
  signal?: AbortSignal
  maxBytes?: number
  /** One attempt as a whole, where it should be shorter than for others. */
  timeoutMs?: number
  /** Repeating is safe whatever became of it. Default: true for GET only. */
  repeatable?: boolean
  /** It may be repeated after 429 and 503, which did nothing. Default: true. */
  repeatRefused?: boolean
}

export interface HttpResponse {
  status: number
  /** Names in lower case; values of repeated headers joined. */
  headers: Readonly<Record<string, string>>
  body: Uint8Array
  /** Wall clock of the attempt that was answered, ms. */
  sentAt: number
  receivedAt: number
}

export interface Http {
  /** Opens a connection to a trusted peer for the next request, if none is free. Sends nothing. Throws a TransportError. */
  connect(signal?: AbortSignal): Promise<void>
  /** Throws a TransportError. */
  request(request: HttpRequest): Promise<HttpResponse>
  /** Certificate of the newest connection. */
  served(): ServedCertificate | undefined
  /** The next request opens a new connection. Requests under way end on the old one. */
  reconnect(): void
  /** Ends all connections at once. Never throws. */
  close(): Promise<void>
}

const defaults = {
  random: Math.random,
  connectTimeoutMs: 5000,
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  timeoutMs: 60_000,
  totalTimeoutMs: 120_000,
  attempts: 4,
  retryBudget: 10,
  longestRetryAfterMs: 60_000,
  maxBytes: 4 * 1024 * 1024,
}
type Settled = HttpOptions & typeof defaults

/** One peer: a small pool of kept connections. */
export function createHttp(options: HttpOptions): Http {
  const settled: Settled = { ...defaults, ...options }
  const budget = createBudget(settled.retryBudget)
  let served: ServedCertificate | undefined
  let spare: TLSSocket | undefined
  const dial = async (signal?: AbortSignal): Promise<TLSSocket> => {
    const { origin, trust, connectTimeoutMs: timeoutMs, clock } = settled
    const now = () => clock.now()
    const connection = await connectTrusted({ origin, trust, timeoutMs, now, ...(signal && { signal }) })
    served = connection.served
    return connection.socket
  }
  const takeSpare = (): TLSSocket | undefined => {
    const socket = spare
    spare = undefined
    return socket?.readable && socket.writable ? socket : undefined
  }
  const open = () => createPool(settled, async () => takeSpare() ?? dial())
  let pool = open()
  return {
    async connect(signal) {
      if (pool.stats.free === 0) spare = takeSpare() ?? (await dial(signal))
    },
    request: (request) => repeat(request, settled, budget, () => pool),
    served: () => served,
    reconnect() {
      takeSpare()?.destroy()
      const old = pool
      pool = open()
      old.close().catch(() => old.destroy())
    },
    close() {
      takeSpare()?.destroy()
      return pool.destroy().catch(() => undefined)
    },
  }
}

function createPool(options: Settled, dial: () => Promise<TLSSocket>): Pool {
  return new Pool(options.origin, {
    connections: 4,
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    connect: (_, callback) => {
      dial().then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      )
    },
  })
}

async function repeat(
  request: HttpRequest,
  options: Settled,
  budget: ReturnType<typeof createBudget>,
  pool: () => Pool,
): Promise<HttpResponse> {
  const { attempts, clock, totalTimeoutMs } = options
  const lastStart = clock.now() + totalTimeoutMs
  for (let attempt = 1; ; attempt++) {
    const result = await tryOnce(pool(), request, options, attempt)
    const waitMs = attempt < attempts ? waitOf(result, request, options, attempt) : undefined
    if (waitMs === undefined || clock.now() + waitMs > lastStart || !budget.take()) {
      if (result instanceof TransportError) throw result
      if (result.status < 500) budget.refund()
      return result
    }
    await pause(waitMs, request, options)
  }
}

async function pause(waitMs: number, { signal }: HttpRequest, { clock, origin }: Settled): Promise<void> {
  try {
    await clock.sleep(waitMs, signal)
  } catch (cause) {
    throw aborted(origin, cause)
  }
}

/** How long to wait before the request is repeated; nothing when it must not be. */
function waitOf(
  result: HttpResponse | TransportError,
  request: HttpRequest,
  { random, clock, longestRetryAfterMs }: Settled,
  attempt: number,
): number | undefined {
  const repeatable = request.repeatable ?? request.method === 'GET'
  const backoff = backoffMs(attempt, random)
  if (result instanceof TransportError) {
    return repeatable && ['UNREACHABLE', 'CONNECTION_LOST', 'TIMEOUT'].includes(result.code) ? backoff : undefined
  }
  const refused = isRefusal(result.status)
  const may = refused ? repeatable || request.repeatRefused !== false : repeatable && isPassing(result.status)
  if (!may) return undefined
  const asked = retryAfterMs(result.headers['retry-after'], clock.now())
  if (asked === undefined) return backoff
  return asked > longestRetryAfterMs ? undefined : Math.max(asked, Math.round(500 * random()))
}

async function tryOnce(
  pool: Pool,
  request: HttpRequest,
  options: Settled,
  attempt: number,
): Promise<HttpResponse | TransportError> {
  const { method, path } = request
  const deadline = AbortSignal.timeout(Math.min(request.timeoutMs ?? Infinity, options.timeoutMs))
  try {
    const response = await exchange(pool, request, options, deadline)
    options.onExchange?.({ method, path, attempt, status: response.status })
    return response
  } catch (error) {
    options.onExchange?.({ method, path, attempt })
    return toTransportError(error, options.origin, { deadline, ...(request.signal && { caller: request.signal }) })
  }
}

async function exchange(
  pool: Pool,
  request: HttpRequest,
  options: Settled,
  deadline: AbortSignal,
): Promise<HttpResponse> {
  const sentAt = options.clock.now()
  const answer = await pool.request({
    method: request.method,
    path: request.path,
    headers: { 'accept-encoding': 'identity', ...request.headers },
    body: request.body ?? null,
    signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
  })
  const receivedAt = options.clock.now()
  const headers = flattenHeaders(answer.headers)
  const body = await readBody(answer.body, headers, request.maxBytes ?? options.maxBytes, options.origin)
  return { status: answer.statusCode, headers, body, sentAt, receivedAt }
}

const flattenHeaders = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )

async function readBody(
  body: Dispatcher.ResponseData['body'],
  headers: Readonly<Record<string, string>>,
  maxBytes: number,
  origin: string,
): Promise<Uint8Array> {
  body.on('error', () => undefined)
  const refuse = (code: 'ANSWER_TOO_LARGE' | 'ANSWER_MALFORMED', why: string): never => {
    body.destroy()
    throw new TransportError(code, `${sanitise(origin)} ${why}`)
  }
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') refuse('ANSWER_MALFORMED', 'compressed its answer although that was not asked for')
  const tooLarge = `sent an answer of more than ${maxBytes} bytes`
  if (Number(headers['content-length'] ?? 0) > maxBytes) refuse('ANSWER_TOO_LARGE', tooLarge)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) refuse('ANSWER_TOO_LARGE', tooLarge)
    chunks.push(chunk)
  }
  // The connection counts as busy until the event loop turns; a request made before that would open another one.
  await new Promise((resolve) => setImmediate(resolve))
  return Buffer.concat(chunks)
}

function toTransportError(
  error: unknown,
  origin: string,
  { caller, deadline }: { caller?: AbortSignal; deadline: AbortSignal },
): TransportError {
  if (error instanceof TransportError) return error
  const fail = (code: TransportError['code'], what: string, advice?: string) =>
    new TransportError(code, `${sanitise(origin)} ${what}`, { cause: withoutData(error), ...(advice && { advice }) })
  if (caller?.aborted) return aborted(origin, error)
  const { code = '', name = '' } = error as { code?: string; name?: string }
  if (deadline.aborted || code.endsWith('_TIMEOUT')) return fail('TIMEOUT', 'did not answer in time')
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return fail('ANSWER_TOO_LARGE', 'sent too many headers')
  if (name === 'HTTPParserError' || code.startsWith('HPE_')) return fail('ANSWER_MALFORMED', 'does not answer in HTTP')
  if (code === 'UND_ERR_INVALID_ARG') return fail('ANSWER_MALFORMED', 'gave a value that cannot be sent back to it')
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return aborted(origin, error)
  return fail('CONNECTION_LOST', 'lost the connection before its answer was complete')
}

/** The parser's errors carry what the peer sent, which belongs in no log. */
const withoutData = (error: unknown): Error =>
  new Error(error instanceof Error ? sanitise(`${error.name}: ${error.message}`) : 'unknown')

/** Reads a JSON answer. Throws `ANSWER_MALFORMED` for anything else. */
export function readJson({ headers, body, status }: HttpResponse): unknown {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const malformed = (what: string, cause?: unknown) =>
    new TransportError('ANSWER_MALFORMED', `the answer (status ${status}) ${what}`, { cause })
  if (type !== 'application/json' && !type.endsWith('+json')) {
    throw malformed(`is ${type ? sanitise(type) : 'of no content type'}, not application/json`)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw malformed('is not JSON')
  }
}
