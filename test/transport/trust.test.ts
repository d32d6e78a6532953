/** Addresses: 127.20.140.3. */
import { afterEach, expect, test } from 'vitest'
import { fetchFingerprint } from '../../transport/connect.ts'
import { createHttp } from '../../transport/http.ts'
import type { TransportError } from '../../transport/transport-error.ts'
import type { TrustPolicy } from '../../transport/trust.ts'
import { makeCertificate, type Identity } from './pki.ts'
import { createTestClock, listenTls, type TestServer } from './servers.ts'
import { authority, ca, issuer, known, name, past, served, trustCases } from './trust-cases.ts'

const intermediate = makeCertificate({ cn: 'Plant CA 2', key: 'two', ca: true, issuer })
const below = { identity: intermediate, cn: 'Plant CA 2' }
const chained = makeCertificate({ cn: name, issuer: below })
const chainedExpired = makeCertificate({ cn: name, issuer: below, ...past })
const notAnAuthority = makeCertificate({ cn: name, issuer: { identity: served.commonName, cn: name } })

const servers: TestServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function serveTls(identity: Identity, host = '127.20.140.3', chain = ''): Promise<TestServer> {
  const server = await listenTls(identity, (socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'), { host, chain })
  servers.push(server)
  return server
}

async function attempt(origin: string, trust: TrustPolicy) {
  const http = createHttp({ origin, trust, clock: createTestClock() })
  try {
    await http.request({ method: 'GET', path: '/' })
    return http.served()?.expired ? 'expired' : 'trusted'
  } catch (error) {
    return error as TransportError
  } finally {
    await http.close()
  }
}

test.each(trustCases)('trust by %s', async (_, which, policy, expected) => {
  const server = await serveTls(served[which])
  const result = await attempt(server.origin, policy)
  if (typeof expected === 'string') {
    expect(result).toBe(expected)
    return
  }
  expect(result).toMatchObject({
    code: 'TLS_UNTRUSTED',
    message: expect.stringMatching(expected),
    advice: expect.stringContaining(`sensorform trust ${server.origin} --key KEY`),
  })
  expect((result as TransportError).message).toContain(served[which].pin)
  expect(server.received()).toBe(0)
})

const caOf = (...identities: Identity[]): TrustPolicy => ({
  anchors: [{ caFile: 'ca.pem', certificates: `# Plant\n${identities.map(({ cert }) => cert).join('\n')}` }],
  serverName: name,
})
const broken = { anchors: [{ caFile: 'ca.pem', certificates: authority.cert.replaceAll('A', '!') }], serverName: name }
const chains: readonly [string, Identity, Identity | undefined, TrustPolicy, 'trusted' | 'expired' | RegExp][] = [
  ['its root, chain served', chained, intermediate, caOf(authority), 'trusted'],
  ['its root, chain not served', chained, undefined, caOf(authority), /no trusted authority/],
  ['the intermediate alone', chained, undefined, caOf(intermediate), 'trusted'],
  ['one of several authorities', chained, undefined, caOf(served.otherKey, intermediate), 'trusted'],
  ['its root, expired, key known', chainedExpired, intermediate, { ...caOf(authority), ...known }, 'expired'],
  [
    'another root, expired, key known',
    chainedExpired,
    intermediate,
    { ...caOf(served.otherKey), ...known },
    /no trusted/,
  ],
  ['the root of a certificate that may sign nothing', notAnAuthority, served.commonName, caOf(authority), /no trusted/],
  ['a file that holds no certificate', chained, intermediate, broken, /ca.pem holds no certificate/],
]
test.each(chains)('trust by %s', async (_, leaf, issuing, policy, expected) => {
  const server = await serveTls(leaf, '127.20.140.3', issuing?.cert)
  const result = await attempt(server.origin, policy)
  if (typeof expected === 'string') expect(result).toBe(expected)
  else expect(result).toMatchObject({ code: 'TLS_UNTRUSTED', message: expect.stringMatching(expected) })
  expect(server.received() > 0).toBe(typeof expected === 'string')
})

test('the name of the endpoint is checked when no other is given', async () => {
  const port = new URL((await serveTls(served.localhost, '127.0.0.1')).origin).port
  expect(await attempt(`https://localhost:${port}`, { anchors: [ca] })).toBe('trusted')
  expect(await attempt(`https://localhost:${port}`, { anchors: [ca], serverName: name })).toMatchObject({
    code: 'TLS_UNTRUSTED',
  })
})

test('the fingerprint of an endpoint is fetched without sending anything', async () => {
  const server = await serveTls(served.selfSignedExpired)
  expect(await fetchFingerprint(server.origin)).toEqual({
    sha256: served.selfSignedExpired.sha256,
    pin: served.selfSignedExpired.pin,
    subject: 'CN=sensor',
    notBefore: expect.stringMatching(/^\d{4}-.*Z$/),
    notAfter: expect.stringMatching(/^\d{4}-.*Z$/),
    expired: true,
  })
  expect(server.received()).toBe(0)
})

test('the authorities of one connection are not those of the next', async () => {
  const server = await serveTls(served.commonName)
  const other = makeCertificate({ cn: 'Other CA', key: 'two', ca: true })
  expect(await attempt(server.origin, caOf(authority))).toBe('trusted')
  expect(await attempt(server.origin, caOf(other))).toMatchObject({ code: 'TLS_UNTRUSTED' })
  expect(await attempt(server.origin, caOf(other, authority))).toBe('trusted')
  expect(await attempt(server.origin, { anchors: [{ pin: other.pin }] })).toMatchObject({ code: 'TLS_UNTRUSTED' })
  expect(await attempt(server.origin, caOf(authority))).toBe('trusted')
})
