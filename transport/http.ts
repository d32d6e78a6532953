/**
 * HTTP over a trusted connection, with bounds on everything: connect, headers, body, size, repeats. A refusal of the
 * server is an answer, not an error; errors are those of the way to it. Redirects are never followed.
 *
 * @module
 */
import type { TLSSocket } from 'node:tls'
import Pool from 'undici/lib/dispatcher/pool.js'
import type { TransportClock } from './clock.ts'
import { aborted, connectTrusted } from './connect.ts'
import { tryOnce } from './exchange.ts'
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
  /** Called after each attempt, for counting and timing. Holds no header and no body. */
  onExchange?(exchange: Exchange): void
}

export interface Exchange {
  method: string
  path: string
  attempt: number
  /** Absent when no answer came. */
  status?: number
  /** From sending to the end of the answer. */
  ms: number
}

/** A body too large to be held: opened anew for each attempt, which may take longer the larger it is. */
export interface BodyStream {
  sizeBytes: number
  readonly open: () => AsyncIterable<Uint8Array>
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With query, percent-encoded. */
  path: string
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array | BodyStream
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
