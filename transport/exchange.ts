/**
 * One attempt of a request: what is sent, and what of the answer is taken in. Everything that may go wrong on the way is
 * a TransportError.
 *
 * @module
 */
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import sendRequest from 'undici/lib/api/api-request.js'
import { aborted } from './connect.ts'
import type { BodyStream, HttpOptions, HttpRequest, HttpResponse } from './http.ts'
import { sanitise } from './sanitise.ts'
import { TransportError } from './transport-error.ts'

type Options = Pick<HttpOptions, 'origin' | 'clock' | 'onExchange'> & { timeoutMs: number; maxBytes: number }

/** Sends once. Gives what went wrong as a value. */
export async function tryOnce(
  pool: Dispatcher,
  request: HttpRequest,
  options: Options,
  attempt: number,
): Promise<HttpResponse | TransportError> {
  const { method, path } = request
  const startedAt = options.clock.monotonic()
  const told = () => ({ method, path, attempt, ms: options.clock.monotonic() - startedAt })
  const timeoutMs = Math.min(request.timeoutMs ?? Infinity, options.timeoutMs) + streamMs(request)
  const bounds = boundAttempt(timeoutMs, request.signal)
  try {
    const response = await exchange(pool, request, options, bounds.signal)
    options.onExchange?.({ ...told(), status: response.status })
    return response
  } catch (error) {
    options.onExchange?.(told())
    return toTransportError(error, options.origin, bounds.timedOut(), request.signal)
  } finally {
    bounds.end()
  }
}

/**
 * Ends an attempt when its time is over or the caller calls it off. `end` lets go of both: signals that Node.js derives
 * hold what they belong to until the time is over, a minute after most attempts, and the caller's serves thousands.
 */
function boundAttempt(timeoutMs: number, caller: AbortSignal | undefined) {
  const controller = new AbortController()
  let timedOut = false
  const callOff = () => controller.abort(caller?.reason)
  const timer = setTimeout(() => {
    timedOut = true
    controller.abort()
  }, timeoutMs)
  if (caller?.aborted) callOff()
  else caller?.addEventListener('abort', callOff, { once: true })
  return {
    signal: controller.signal,
    timedOut: () => timedOut,
    end() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', callOff)
    },
  }
}

/** A streamed body is given the time that a slow line takes. */
const slowestBytesPerMs = 64

const streamOf = ({ body }: HttpRequest): BodyStream | undefined =>
  typeof body === 'object' && 'open' in body ? body : undefined

const streamMs = (request: HttpRequest): number => Math.ceil((streamOf(request)?.sizeBytes ?? 0) / slowestBytesPerMs)

async function exchange(
  pool: Dispatcher,
  request: HttpRequest,
  options: Options,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const sentAt = options.clock.now()
  const stream = streamOf(request)
  const answer = await sendRequest.call(pool, {
    method: request.method,
    path: request.path,
    headers: {
      'accept-encoding': 'identity',
      ...(stream && { 'content-length': String(stream.sizeBytes) }),
      ...request.headers,
    },
    body: bodyOf(request),
    ...(stream && { headersTimeout: options.timeoutMs + streamMs(request) }),
    signal,
  })
  const receivedAt = options.clock.now()
  const headers = flattenHeaders(answer.headers)
  const body = await readBody(answer.body, headers, request.maxBytes ?? options.maxBytes, options.origin)
  return { status: answer.statusCode, headers, body, sentAt, receivedAt }
}

const bodyOf = ({ body }: HttpRequest): string | Uint8Array | Readable | null =>
  typeof body === 'object' && 'open' in body ? Readable.from(body.open()) : (body ?? null)

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
  timedOut: boolean,
  caller: AbortSignal | undefined,
): TransportError {
  if (error instanceof TransportError) return error
  const fail = (code: TransportError['code'], what: string, advice?: string) =>
    new TransportError(code, `${sanitise(origin)} ${what}`, { cause: withoutData(error), ...(advice && { advice }) })
  if (caller?.aborted) return aborted(origin, error)
  const { code = '', name = '' } = error as { code?: string; name?: string }
  if (timedOut || code.endsWith('_TIMEOUT')) return fail('TIMEOUT', 'did not answer in time', laterAdvice)
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return fail('ANSWER_TOO_LARGE', 'sent too many headers')
  if (name === 'HTTPParserError' || code.startsWith('HPE_')) return fail('ANSWER_MALFORMED', 'does not answer in HTTP')
  if (code === 'UND_ERR_INVALID_ARG') return fail('ANSWER_MALFORMED', 'gave a value that cannot be sent back to it')
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return aborted(origin, error)
  return fail('CONNECTION_LOST', 'lost the connection before its answer was complete', laterAdvice)
}

const laterAdvice = 'Run again; if it stays, look at the network path and at the logs of the appliance.'

/** The parser's errors carry what the peer sent, which belongs in no log. */
const withoutData = (error: unknown): Error =>
  new Error(error instanceof Error ? sanitise(`${error.name}: ${error.message}`) : 'unknown')
