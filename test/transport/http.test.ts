/** Addresses: 127.20.140.1 and 2. */
import { getEventListeners } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { createHttp, readJson, type Exchange, type Http, type HttpOptions } from '../../transport/http.ts'
import { TransportError } from '../../transport/transport-error.ts'
import { makeCertificate } from './pki.ts'
import { createTestClock, listenHttps, listenTls, type TestServer } from './servers.ts'

const identity = makeCertificate({ cn: 'sensor' })
const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close()
})

function client(server: { origin: string }, options: Partial<HttpOptions> = {}) {
  const clock = createTestClock()
  const exchanges: Exchange[] = []
  const http: Http = createHttp({
    origin: server.origin,
    trust: { anchors: [{ pin: identity.pin }] },
    clock,
    random: () => 0.5,
    onExchange: (exchange) => exchanges.push(exchange),
    ...options,
  })
  closing.push(http)
  return { http, clock, exchanges }
}

async function https(listener: RequestListener): Promise<TestServer> {
  const server = await listenHttps(identity, listener)
  closing.push(server)
  return server
}

async function raw(answer: string, end = false): Promise<TestServer> {
  const server = await listenTls(identity, (socket) => (end ? socket.end(answer) : socket.write(answer)))
  closing.push(server)
  return server
}

const failure = async (promise: Promise<unknown>): Promise<TransportError> => {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  if (error instanceof TransportError) return error
  throw error
}

test('answers come with status, headers and body, over one kept connection', async () => {
  const server = await https((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-encoding': request.headers['accept-encoding'] })
    response.end('{"a":1}')
  })
  const { http, exchanges } = client(server)
  const answer = await http.request({ method: 'GET', path: '/a' })
  await http.request({ method: 'GET', path: '/b' })
  expect(readJson(answer)).toEqual({ a: 1 })
  expect(answer.status).toBe(200)
  expect(answer.headers['x-encoding']).toBe('identity')
  expect(server.connections()).toBe(1)
  expect(exchanges).toEqual([
    { method: 'GET', path: '/a', attempt: 1, status: 200, ms: 0 },
    { method: 'GET', path: '/b', attempt: 1, status: 200, ms: 0 },
  ])
  expect(http.served()).toMatchObject({ pin: identity.pin, sha256: identity.sha256, expired: false })
})

test('redirects are answers and are not followed', async () => {
  const server = await https((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
  const { http, exchanges } = client(server)
  expect((await http.request({ method: 'GET', path: '/' })).status).toBe(302)
  expect(exchanges).toHaveLength(1)
})

test('a new connection after reconnect() shows the new certificate', async () => {
  const next = makeCertificate({ cn: 'sensor', key: 'two' })
  const server = await https((_, response) => response.end('ok'))
  const { http } = client(server, { trust: { anchors: [{ pin: identity.pin }, { pin: next.pin }] } })
  await http.request({ method: 'GET', path: '/' })
  server.setIdentity(next)
  http.reconnect()
  await http.request({ method: 'GET', path: '/' })
  expect(http.served()?.pin).toBe(next.pin)
})

test('a connection opened beforehand sends nothing and serves the next request', async () => {
  const server = await https((_, response) => response.end('ok'))
  const { http } = client(server)
  await http.connect()
  expect([server.connections(), server.received()]).toEqual([1, 0])
  await http.request({ method: 'POST', path: '/' })
  await http.connect()
  expect([server.connections(), server.received()]).toEqual([1, 1])
})

test('connecting is called off at once', async () => {
  const silent = createServer((socket) => closing.push({ close: async () => void socket.destroy() }))
  await new Promise<void>((resolve) => silent.listen(0, '127.20.140.2', resolve))
  closing.push({ close: async () => void silent.close() })
  const { port } = silent.address() as { port: number }
  const { http } = client({ origin: `https://127.20.140.2:${port}` })
  expect((await failure(http.connect(AbortSignal.timeout(30)))).code).toBe('ABORTED')
  expect((await failure(http.connect(AbortSignal.abort()))).code).toBe('ABORTED')
})

test('a header that cannot be sent is a malformed answer of before, and nothing is sent', async () => {
  const server = await https((_, response) => response.end('ok'))
  const { http } = client(server)
  const error = await failure(http.request({ method: 'POST', path: '/', headers: { authorization: 'a\r\nb: c' } }))
  expect(error.code).toBe('ANSWER_MALFORMED')
  expect(server.received()).toBe(0)
})

test('many requests at once use few connections', async () => {
  const server = await https((_, response) => response.end('ok'))
  const { http } = client(server)
  await Promise.all(Array.from({ length: 20 }, () => http.request({ method: 'GET', path: '/' })))
  expect(server.connections()).toBeLessThanOrEqual(4)
})

const canary = 'canary-5f2d'
const hostile: readonly [string, string, boolean, string, Partial<HttpOptions>?][] = [
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', false, 'ANSWER_MALFORMED'],
  [
    'a bomb of headers',
    `HTTP/1.1 200 OK\r\n${'X-Bomb: aaaaaaaaaaaaaaaaaaaa\r\n'.repeat(9000)}`,
    false,
    'ANSWER_TOO_LARGE',
  ],
  ['a body that says it is too large', 'HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n', false, 'ANSWER_TOO_LARGE'],
  ['an endless body', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(5000)}`, false, 'ANSWER_TOO_LARGE', { maxBytes: 4000 }],
  ['a truncated body', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort', true, 'CONNECTION_LOST'],
  ['a truncated chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshort', true, 'CONNECTION_LOST'],
  ['a connection that ends at once', '', true, 'CONNECTION_LOST'],
  [
    'a compressed body',
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx',
    false,
    'ANSWER_MALFORMED',
  ],
  ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', false, 'ANSWER_MALFORMED'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 50\r\n\r\nshort', false, 'CONNECTION_LOST'],
  [
    'a length beside chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nshort',
    false,
    'CONNECTION_LOST',
  ],
  [
    'a chunk without end',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n',
    false,
    'ANSWER_MALFORMED',
  ],
  [
    'another protocol',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    false,
    'CONNECTION_LOST',
  ],
  ['early hints alone', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000), false, 'TIMEOUT', { timeoutMs: 500 }],
  ['headers that never come', '', false, 'TIMEOUT', { timeoutMs: 200 }],
  ['headers that never end', 'HTTP/1.1 200 OK\r\nX-A: b\r\n', false, 'TIMEOUT', { timeoutMs: 200 }],
  [
    'a body that never ends',
    'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort',
    false,
    'TIMEOUT',
    { timeoutMs: 200 },
  ],
]
test.each(hostile)(
  '%s ends in a typed error that repeats nothing of the request',
  async (_, answer, end, code, options) => {
    const server = await raw(answer, end)
    const { http, exchanges } = client(server, options)
    const error = await failure(
      http.request({ method: 'POST', path: '/', headers: { authorization: canary }, body: canary }),
    )
    expect(error.code).toBe(code)
    expect(`${error.message}${error.advice ?? ''}${JSON.stringify(error.facts)}`).not.toContain(canary)
    expect(error.message).not.toMatch(/\p{Cc}/u)
    expect(inspect(error)).not.toMatch(/SSH-2|X-Bomb|xxxx|short/)
    expect(exchanges).toHaveLength(1)
  },
)

test('a body that drips is ended by the limit on the whole', async () => {
  const server = await https((_, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => clearInterval(timer))
  })
  const { http } = client(server, { timeoutMs: 300 })
  expect((await failure(http.request({ method: 'POST', path: '/' }))).code).toBe('TIMEOUT')
})

test('cookies are not kept', async () => {
  const cookies: unknown[] = []
  const server = await https((request, response) => {
    cookies.push(request.headers.cookie)
    response.setHeader('set-cookie', ['a=b; Domain=elsewhere.example', 'c=d']).end('{}')
  })
  const { http } = client(server)
  await http.request({ method: 'GET', path: '/' })
  await http.request({ method: 'GET', path: '/' })
  expect(cookies).toEqual([undefined, undefined])
})

test('what is sent beyond an answer is not the answer to the next request', async () => {
  const one = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'
  let asked = 0
  const server = await listenTls(identity, (socket) => {
    asked += 1
    socket.write(asked === 1 ? `${one}true${one}evil` : `${one}good`)
  })
  closing.push(server)
  const { http } = client(server)
  const first = await http.request({ method: 'GET', path: '/' })
  const second = await http.request({ method: 'GET', path: '/' })
  expect([first, second].map(({ body }) => Buffer.from(body).toString())).toEqual(['true', 'good'])
})

test('a server whose certificate changes between two requests is sent nothing more', async () => {
  const other = makeCertificate({ cn: 'sensor', key: 'two' })
  const server = await https((_, response) => {
    server.setIdentity(other)
    response.setHeader('connection', 'close').end('{}')
  })
  const { http } = client(server)
  await http.request({ method: 'GET', path: '/' })
  const error = await failure(http.request({ method: 'POST', path: '/', headers: { authorization: canary } }))
  expect([error.code, server.received()]).toEqual(['TLS_UNTRUSTED', 1])
})

test.each(['999999999', '99999999999999999999', '-1', 'Fri, 31 Dec 9999 23:59:59 GMT', 'soon', '1e9'])(
  'Retry-After %s keeps nobody waiting for long',
  async (header) => {
    const server = await https((_, response) => response.writeHead(503, { 'retry-after': header }).end())
    const { http, clock } = client(server)
    await http.request({ method: 'GET', path: '/' })
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(120_000)
  },
)

const answers: readonly [string, string, string][] = [
  ['text', 'text/html', '<html>'],
  ['no type', '', '{}'],
  ['broken JSON', 'application/json', '{"a":'],
  ['bytes that are no UTF-8', 'application/json', '\u{ff}'],
]
test.each(answers)('%s is no JSON answer', async (_, type, body) => {
  const error = await failure(
    (async () =>
      readJson({
        status: 200,
        headers: type ? { 'content-type': type } : {},
        body: Buffer.from(body, 'latin1'),
        sentAt: 0,
        receivedAt: 0,
      }))(),
  )
  expect(error.code).toBe('ANSWER_MALFORMED')
})

test('a port where nothing listens is unreachable', async () => {
  const server = await listenHttps(identity, () => undefined)
  await server.close()
  const { http } = client(server)
  const error = await failure(http.request({ method: 'POST', path: '/' }))
  expect([error.code, error.message]).toEqual([
    'UNREACHABLE',
    `${server.origin} cannot be reached: nothing listens there (connection refused)`,
  ])
})

test('a port that speaks no TLS is unreachable', async () => {
  const plain = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .end('HTTP/1.1 400 Bad Request\r\n\r\n')
      .resume(),
  )
  await new Promise<void>((resolve) => plain.listen(0, '127.20.140.1', resolve))
  const { port } = plain.address() as { port: number }
  const { http } = client({ origin: `https://127.20.140.1:${port}` })
  expect((await failure(http.request({ method: 'POST', path: '/' }))).code).toBe('UNREACHABLE')
  await new Promise((resolve) => plain.close(resolve))
})

test('a port that accepts and stays silent is unreachable after the limit', async () => {
  const silent = createServer((socket) => closing.push({ close: async () => void socket.destroy() }))
  await new Promise<void>((resolve) => silent.listen(0, '127.20.140.2', resolve))
  closing.push({ close: async () => void silent.close() })
  const { port } = silent.address() as { port: number }
  const { http } = client({ origin: `https://127.20.140.2:${port}` }, { connectTimeoutMs: 100 })
  const error = await failure(http.request({ method: 'POST', path: '/' }))
  expect([error.code, error.message]).toEqual([
    'UNREACHABLE',
    `https://127.20.140.2:${port} cannot be reached: no connection within 0.1 s`,
  ])
})

/** Answers in turn; the last one stays. A zero cuts the connection. */
const inTurn = (...statuses: (number | [number, string])[]): { listener: RequestListener; calls: () => number } => {
  let calls = 0
  return {
    calls: () => calls,
    listener(request, response) {
      const step = statuses[Math.min(calls++, statuses.length - 1)] ?? 200
      const [status, retryAfter] = Array.isArray(step) ? step : [step, undefined]
      if (status === 0) request.socket.destroy()
      else response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('{}')
    },
  }
}

type Repeat = { method: 'GET' | 'POST'; repeatable?: boolean; repeatRefused?: boolean }
const get: Repeat = { method: 'GET' }
const post: Repeat = { method: 'POST' }
const repeats: readonly [
  string,
  Repeat,
  (number | [number, string])[],
  { end: number | string; calls: number; slept: number[] },
][] = [
  ['a read after a lost connection', get, [0, 200], { end: 200, calls: 2, slept: [750] }],
  ['a read after 500', get, [500, 200], { end: 200, calls: 2, slept: [750] }],
  ['a read at most four times', get, [502, 502, 502, 502, 200], { end: 502, calls: 4, slept: [750, 1250, 2250] }],
  ['a write never after a lost connection', post, [0, 200], { end: 'CONNECTION_LOST', calls: 1, slept: [] }],
  ['a write never after 500', post, [500, 200], { end: 500, calls: 1, slept: [] }],
  ['a write after 503', post, [503, 200], { end: 200, calls: 2, slept: [750] }],
  ['a write after 429, as long as asked', post, [[429, '7'], 200], { end: 200, calls: 2, slept: [7000] }],
  [
    'a repeatable write after a lost connection',
    { method: 'POST', repeatable: true },
    [0, 200],
    { end: 200, calls: 2, slept: [750] },
  ],
  [
    'a write that must not be repeated after 503',
    { method: 'POST', repeatRefused: false },
    [503, 200],
    { end: 503, calls: 1, slept: [] },
  ],
  ['nothing when asked to wait too long', get, [[429, '3600'], 200], { end: 429, calls: 1, slept: [] }],
  ['never after a refusal', get, [404, 200], { end: 404, calls: 1, slept: [] }],
  ['with its own pace when Retry-After is nonsense', get, [[503, 'soon'], 200], { end: 200, calls: 2, slept: [750] }],
]
test.each(repeats)('repeats %s', async (_, how, statuses, expected) => {
  const { listener, calls } = inTurn(...statuses)
  const { http, clock } = client(await https(listener))
  const end = await http.request({ path: '/', ...how }).then(
    ({ status }) => status,
    ({ code }: TransportError) => code,
  )
  expect({ end, calls: calls(), slept: clock.slept }).toEqual(expected)
})

test('Retry-After may be a date', async () => {
  const clock = createTestClock(Date.UTC(2030, 0, 1))
  const date = new Date(Date.UTC(2030, 0, 1, 0, 0, 9)).toUTCString()
  const { listener } = inTurn([503, date], 200)
  const { http } = client(await https(listener), { clock })
  await http.request({ method: 'GET', path: '/' })
  expect(clock.slept).toEqual([9000])
})

test('no attempt begins after the limit on the whole', async () => {
  const { listener, calls } = inTurn([503, '50'])
  const { http, clock } = client(await https(listener))
  await http.request({ method: 'GET', path: '/' })
  expect([calls(), clock.slept]).toEqual([3, [50_000, 50_000]])
})

test('the budget ends repeats when a server stays in trouble', async () => {
  const { listener, calls } = inTurn(500)
  const { http } = client(await https(listener), { retryBudget: 4 })
  for (let index = 0; index < 5; index++) await http.request({ method: 'GET', path: '/' })
  expect(calls()).toBe(5 + 4)
})

test('a request is called off at once, in flight or waiting to be repeated', async () => {
  const server = await https((_, response) => void response)
  const inFlight = new AbortController()
  const { http } = client(server)
  const pending = failure(http.request({ method: 'GET', path: '/', signal: inFlight.signal }))
  setTimeout(() => inFlight.abort(), 50)
  expect((await pending).code).toBe('ABORTED')

  const waiting = new AbortController()
  const busy = await https((_, response) => {
    response.writeHead(503).end()
    waiting.abort()
  })
  const second = client(busy, { clock: { ...createTestClock(), sleep: (_, signal) => Promise.reject(signal?.reason) } })
  expect((await failure(second.http.request({ method: 'GET', path: '/', signal: waiting.signal }))).code).toBe(
    'ABORTED',
  )
})

test('a request that is over holds on to nothing of the signal that may call it off', async () => {
  const { signal } = new AbortController()
  const counted: number[] = []
  const server = await https((_, response) => {
    counted.push(getEventListeners(signal, 'abort').length)
    response.writeHead(counted.length === 1 ? 200 : 500).end()
  })
  const { http } = client(server, { attempts: 2 })
  for (let index = 0; index < 3; index++) await http.request({ method: 'GET', path: '/', signal })
  expect(counted).toEqual([1, 1, 1, 1, 1])
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
