// Addresses: 127.20.107.x.
import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import {
  authority,
  encrypted,
  leafKey,
  makeAuthority,
  makeCertificate,
  makeCrl,
  otherKey,
  shortKey,
} from './certificates.ts'
import { startOne } from './start.ts'

const given = (part: Record<string, unknown>) => ({
  body: {
    name: null,
    certificate: makeCertificate(),
    chain: null,
    privateKey: leafKey.pem,
    privateKeyTag: null,
    passphrase: null,
    passphraseTag: null,
    ...part,
  },
})

let host = 0
async function leased() {
  const one = await startOne(`127.20.107.${++host}`)
  await one.client.lease()
  return one
}

async function crlServer(list: Uint8Array): Promise<string> {
  const server = createServer((_, response) => response.end(list))
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/plant.crl`
}

test('the served certificate is really replaced, chain and all', async () => {
  const { client } = await leased()
  const before = await client.call('readAppliance')
  const certificate = makeCertificate({ issuer: authority })
  const chain = makeAuthority()
  const tag = { keyId: 'key-1', mac: 'bWFj' }
  const imported = await client.call(
    'importCertificate',
    given({ name: 'new', certificate, chain, privateKeyTag: tag }),
  )
  expect([imported.status, imported.served]).toEqual([200, before.served])
  const wanted = new X509Certificate(certificate).fingerprint256
  await expect.poll(async () => (await client.call('readAppliance')).served).toBe(wanted)
  expect((await client.read()).settings.certificate).toEqual({
    name: 'new',
    certificate,
    chain,
    privateKey: { set: true, tag },
    passphrase: null,
    validation: 'none',
  })
})

test('a key under a passphrase is taken with it', async () => {
  const { client } = await leased()
  const key = { privateKey: encrypted(leafKey, 'secret-1'), passphrase: 'secret-1' }
  expect((await client.call('importCertificate', given(key))).status).toBe(200)
})

const failed = 'Certificate validation failed'
const chainBroken = "Cannot validate chain of trust. The provided Certificate and Root CA don't match."
const passphraseWrong = 'Passphrase does not match to the key'
test.each([
  ['a wrong passphrase', { privateKey: encrypted(leafKey, 'secret-1'), passphrase: 'other' }, passphraseWrong],
  ['no passphrase where one is needed', { privateKey: encrypted(leafKey, 'secret-1') }, passphraseWrong],
  ['a chain that did not issue it', { chain: makeAuthority() }, chainBroken],
  ['a chain that is none', { chain: 'not PEM' }, chainBroken],
  [
    'an expired certificate',
    { certificate: makeCertificate({ notAfter: new Date(Date.now() - 1000) }) },
    "This SSL certificate has expired and isn't considered valid.",
  ],
  ['one of the future', { certificate: makeCertificate({ notBefore: new Date(Date.now() + 3_600_000) }) }, failed],
  ['the key of another', { privateKey: otherKey.pem }, failed],
  ['a short key', { certificate: makeCertificate({ key: shortKey }), privateKey: shortKey.pem }, failed],
  ['SHA-1', { certificate: makeCertificate({ sha1: true }) }, failed],
  ['a wildcard', { certificate: makeCertificate({ commonName: '*.plant.example' }) }, failed],
  ['a text that is no certificate', { certificate: 'not PEM' }, failed],
  ['a text that is no key', { privateKey: 'not PEM' }, failed],
  [
    'a revocation list that does not answer',
    { certificate: makeCertificate({ crlUrl: 'http://127.0.0.1:9/plant.crl' }) },
    'The CRL (Certificate Revocation List) location is not reachable. Verify the URL can be accessed from this appliance',
  ],
  [
    'a revocation list over https',
    { certificate: makeCertificate({ crlUrl: 'https://127.0.0.1/plant.crl' }) },
    'The CRL (Certificate Revocation List) location is not reachable. Verify the URL can be accessed from this appliance',
  ],
])('%s is refused with the documented text, and nothing changes', async (_, part, message) => {
  const { client } = await leased()
  const before = await client.read()
  const reply = await client.call('importCertificate', given(part))
  const { error } = reply.body as { error: Record<string, unknown> }
  expect([reply.status, error['code'], error['userDisplayErrorMessage']]).toEqual([422, 'CERTIFICATE_REFUSED', message])
  expect((await client.read()).settings).toEqual(before.settings)
})

test('a revoked certificate is refused, one that is not in the list is taken', async () => {
  const { client } = await leased()
  const crlUrl = await crlServer(makeCrl(['0b', '1c']))
  const importOne = async (serialNumber: string) => {
    const reply = await client.call(
      'importCertificate',
      given({ certificate: makeCertificate({ crlUrl, serialNumber }) }),
    )
    return (reply.body as { error?: { userDisplayErrorMessage: string } }).error?.userDisplayErrorMessage
  }
  expect(await importOne('0b')).toBe(
    "This certificate has been revoked by the CRL and can't be trusted for a secure connection",
  )
  expect(await importOne('0d')).toBeUndefined()
})

test('a common name other than the host name is refused', async () => {
  const { client } = await leased()
  await client.call('writeNetwork', { body: { hostname: 'line-2.plant.example' } })
  expect((await client.call('importCertificate', given({}))).status).toBe(422)
})

test('somebody swaps the certificate: another key on the wire, and no tags', async () => {
  const { simulator, client } = await leased()
  const before = await client.call('readAppliance')
  const { pin } = simulator.appliances[0] ?? {}
  simulator.addFault({ kind: 'certificateSwapped' })
  const after = await client.call('readAppliance')
  expect(after.served).not.toBe(before.served)
  expect(simulator.appliances[0]?.pin).not.toBe(pin)
})
