// What answers is trusted by its key and still lies. Addresses: 127.20.123.x.
import { createServer, type Server } from 'node:https'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import type { RegistrationRecord } from '../../../reconcile/registrar.ts'
import { createIdentity, pinOf } from '../../../simulator/cloud/identity.ts'
import type { CloudIdentity } from '../../../simulator/cloud/state.ts'
import { token } from '../../simulator/cloud/start.ts'
import { openRegistrar, type OpenOptions, type Opened } from './open.ts'

let identity: CloudIdentity
beforeAll(() => {
  identity = createIdentity()
})
const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

let host = 0
async function serve(listener: RequestListener): Promise<{ origin: string; seen: string[] }> {
  const seen: string[] = []
  const server: Server = createServer({ key: identity.tlsKey, cert: identity.certificate }, (request, response) => {
    seen.push(`${request.method} ${request.url}`)
    listener(request, response)
  })
  const address = `127.20.123.${++host}`
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `https://${address}:${(server.address() as AddressInfo).port}`, seen }
}

function open(origin: string, options: OpenOptions & { pin?: string } = {}): Opened {
  const opened = openRegistrar(origin, options.pin ?? pinOf(identity.certificate), options)
  stops.push(() => opened.registrar.close?.())
  return opened
}

const json =
  (body: unknown, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const record: RegistrationRecord = { name: 'line-1', mode: 'cloud', site: 'berlin', connected: false }

describe('the token', () => {
  it('does not go where a redirect points', async () => {
    const elsewhere = await serve(json({ value: [] }))
    const { origin } = await serve((_, response) => response.writeHead(307, { location: elsewhere.origin }).end())
    await expect(open(origin).registrar.lookup('line-1')).rejects.toMatchObject({
      code: 'REGISTRAR_ERROR',
      message: 'registrar cloud: listing the records: status 307',
      advice: expect.stringContaining('Redirects are not followed'),
    })
    expect(elsewhere.seen).toEqual([])
  })

  it.each(['https://evil.example/page2', 'http://127.20.123.200/', 'https://user@127.20.123.200/', '//evil.example/x'])(
    'does not go to the next page %s',
    async (nextLink) => {
      const { origin } = await serve(json({ value: [], nextLink }))
      await expect(open(origin).registrar.lookup('line-1')).rejects.toMatchObject({
        code: 'REGISTRAR_ERROR',
        message: expect.stringContaining('lies elsewhere'),
      })
    },
  )

  it('is in no message, even when the answer repeats it at the end of a long one', async () => {
    const message = `${'x'.repeat(190)}${token} and ${token}`
    const { origin } = await serve(json({ error: { code: token, message } }, 403))
    const error: unknown = await open(origin)
      .registrar.lookup('line-1')
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'REGISTRAR_DENIED' })
    const { message: said, advice, facts } = error as { message: string; advice: string; facts: object }
    expect(`${said} ${advice} ${JSON.stringify(facts)}`).not.toContain(token.slice(0, 6))
  })

  it('is not sent to a server with another key', async () => {
    const { origin, seen } = await serve(json({ value: [] }))
    const other = `sha256/${Buffer.alloc(32).toString('base64')}`
    await expect(open(origin, { pin: other }).registrar.lookup('line-1')).rejects.toMatchObject({
      code: 'REGISTRAR_UNREACHABLE',
      message: expect.stringContaining('is not trusted'),
      advice: expect.stringContaining('azure.trust'),
    })
    expect(seen).toEqual([])
  })
})

/** Refuses every token but this one. */
const accepting =
  (good: string): RequestListener =>
  (request, response) =>
    request.headers.authorization === `Bearer ${good}`
      ? json({ value: [] })(request, response)
      : json({ error: { code: 'ExpiredAuthenticationToken', message: 'expired' } }, 401)(request, response)

describe('a token that was refused', () => {
  it('is read again, and the new one is used from then on', async () => {
    const { origin, seen } = await serve(accepting('second'))
    const opened = open(origin, { tokens: ['first', 'second'] })
    expect(await opened.registrar.lookup('line-1')).toEqual({ state: 'absent' })
    expect([opened.attempts, seen.length, opened.secretsRead()]).toEqual([['GET 401', 'GET 200', 'GET 200'], 3, 2])
  })

  it('is not sent again when it is still the same', async () => {
    const { origin } = await serve(accepting('second'))
    const opened = open(origin, { tokens: ['first'] })
    await expect(opened.registrar.lookup('line-1')).rejects.toMatchObject({ code: 'REGISTRAR_DENIED' })
    expect(opened.attempts).toEqual(['GET 401'])
  })
})

describe('a write', () => {
  it('that nobody answers ends in its time, and says that its outcome is open', async () => {
    const { origin } = await serve(() => undefined)
    const opened = open(origin, { writeTimeoutMs: 100 })
    expect(opened.registrar.writeTimeoutMs).toBe(100)
    await expect(opened.registrar.deregister(record)).rejects.toMatchObject({
      code: 'REGISTRAR_UNREACHABLE',
      message: 'registrar cloud: deleting the record line-1: not done within 0.1 s',
      advice: 'Whether the cloud did it is not known: plan again.',
    })
  })
})

describe('lists', () => {
  it('that never end are given up', async () => {
    const { origin, seen } = await serve((request, response) =>
      json({ value: [], nextLink: request.url?.includes('again') ? request.url : `${request.url}&again=1` })(
        request,
        response,
      ),
    )
    await expect(open(origin).registrar.lookup('line-1')).rejects.toMatchObject({
      code: 'REGISTRAR_ERROR',
      message: expect.stringContaining('does not end'),
    })
    expect(seen).toHaveLength(2)
  })

  it('that are too large are not read', async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(2 ** 31) })
      response.write('{')
    })
    await expect(open(origin).registrar.lookup('line-1')).rejects.toMatchObject({
      code: 'REGISTRAR_ERROR',
      message: expect.stringContaining('more than'),
    })
  })

  it('with resources of any form are read as far as they go', async () => {
    const value = [null, 7, 'x', { name: 5 }, { name: 'line-1', properties: null }]
    const { origin } = await serve((request, response) =>
      json({ value: request.url?.includes('onPremiseSensors') ? value : [] })(request, response),
    )
    expect(await open(origin).registrar.lookup('line-1')).toMatchObject({ state: 'present' })
  })
})

test.each<[name: string, type: string | undefined, body: Buffer, message: string]>([
  ['a web page', 'text/html', Buffer.from('<html>'), 'the answer is text/html, not application/zip'],
  ['no content type', undefined, Buffer.from('PK'), 'the answer is of no content type, not application/zip'],
  ['something that is no zip', 'application/zip', Buffer.from('{"a":1}'), 'the answer is not a zip file'],
  ['nothing', 'application/zip', Buffer.alloc(0), 'the answer is not a zip file'],
  ['a huge file', 'application/zip', Buffer.alloc(1024 * 1024 + 1, 'PK'), 'sent an answer of more than 1048576 bytes'],
])('a download of %s is refused', async (_, type, body, message) => {
  const { origin } = await serve((_, response) =>
    response.writeHead(200, type === undefined ? {} : { 'content-type': type }).end(body),
  )
  await expect(open(origin).registrar.downloadActivation(record)).rejects.toMatchObject({
    code: 'REGISTRAR_ERROR',
    message: expect.stringContaining(message),
  })
})

it('a write that is answered with no sensor is an error', async () => {
  const { origin } = await serve((request, response) =>
    json(request.method === 'PUT' ? {} : { value: [{ name: 'berlin' }], name: 'line-1' })(request, response),
  )
  await expect(open(origin).registrar.register('line-1', { mode: 'cloud', site: 'berlin' })).rejects.toMatchObject({
    code: 'REGISTRAR_ERROR',
    message: expect.stringContaining('the answer is no sensor'),
  })
})

it('nothing that listens there is said as such', async () => {
  const opened = open('https://127.20.123.250:9')
  await expect(opened.registrar.lookup('line-1')).rejects.toMatchObject({
    code: 'REGISTRAR_UNREACHABLE',
    message: expect.stringContaining('nothing listens there'),
    advice: expect.stringContaining('azure.endpoint'),
  })
  expect(opened.attempts).toHaveLength(4)
})
