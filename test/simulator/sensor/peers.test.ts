// Addresses: 127.20.111.x.
import { expect, test } from 'vitest'
import type { PeerCheck } from '../../../schemas/generated/wire.ts'
import { listenMail, listenStream } from '../../support/receivers.ts'
import { authority, leafKey, makeAuthority, makeCertificate } from './certificates.ts'
import { startOne, type Client } from './start.ts'

let host = 0
async function leased(): Promise<Client> {
  const { client } = await startOne(`127.20.111.${++host}`)
  await client.lease()
  return client
}

const check = async (client: Client, authorities: string | null = null): Promise<PeerCheck['peers']> =>
  ((await client.call('checkPeers', { body: { authorities } })).body as PeerCheck).peers

const siem = (port: number, protocol = 'tls') => ({
  actions: { siem: { syslog: { host: '127.0.0.1', port, format: 'cef', protocol } } },
})
const path = (rule: string): string => `forwarding.rules.${rule}.actions.siem`
const issued = { key: leafKey.pem, cert: makeCertificate({ issuer: authority, addresses: ['127.0.0.1'] }) }
const selfSigned = { key: leafKey.pem, cert: makeCertificate({ addresses: ['127.0.0.1'] }) }
const valid = { result: 'valid', message: 'Its certificate is valid.' }

test('each server that is spoken TLS with is connected to, and nothing is sent', async () => {
  const client = await leased()
  const [good, bad] = [await listenStream(issued), await listenStream(selfSigned)]
  const mail = await listenMail({ tls: selfSigned })
  await client.call('writeForwarding', {
    body: { rules: { good: siem(good.port), bad: siem(bad.port), gone: siem(9), plain: siem(9, 'tcp') } },
  })
  const body = { enabled: true, host: '127.0.0.1', port: mail.port, tls: 'starttls', sender: 'a@plant.example' }
  await client.call('writeMailServer', { body })
  const before = await client.read()
  const at = { host: '127.0.0.1' }
  expect(await check(client, makeAuthority())).toEqual([
    { path: path('good'), ...at, port: good.port, ...valid },
    {
      path: path('bad'),
      ...at,
      port: bad.port,
      result: 'invalid',
      message: 'Its certificate could not be validated (DEPTH_ZERO_SELF_SIGNED_CERT).',
    },
    {
      path: path('gone'),
      ...at,
      port: 9,
      result: 'unreachable',
      message: 'It was not reached: the connection was refused.',
    },
    {
      path: 'mailServer',
      ...at,
      port: mail.port,
      result: 'invalid',
      message: 'Its certificate could not be validated.',
    },
  ])
  expect((await client.read()).revision).toBe(before.revision)
  expect(mail.mails).toEqual([])
})

test('the chain of the sensor judges, unless another is asked about', async () => {
  const client = await leased()
  const { port } = await listenStream(issued)
  await client.call('writeForwarding', { body: { rules: { ops: siem(port) } } })
  expect(await check(client)).toMatchObject([{ result: 'invalid' }])
  const certificate = { certificate: makeCertificate({ issuer: authority }), chain: makeAuthority() }
  const tags = { name: null, privateKeyTag: null, passphrase: null, passphraseTag: null }
  await client.call('importCertificate', { body: { ...certificate, privateKey: leafKey.pem, ...tags } })
  expect(await check(client)).toMatchObject([valid])
  expect(await check(client, makeCertificate())).toMatchObject([{ result: 'invalid' }])
})

test('an expired certificate is invalid', async () => {
  const client = await leased()
  const cert = makeCertificate({
    issuer: authority,
    addresses: ['127.0.0.1'],
    notBefore: new Date(0),
    notAfter: new Date(1e12),
  })
  const { port } = await listenStream({ key: leafKey.pem, cert })
  await client.call('writeForwarding', { body: { rules: { ops: siem(port) } } })
  expect(await check(client, makeAuthority())).toMatchObject([
    { result: 'invalid', message: 'Its certificate could not be validated (CERT_HAS_EXPIRED).' },
  ])
})

test('peers that are about to be set up are looked at, each in its own way, and take the place of present ones', async () => {
  const client = await leased()
  const [good, bad, present] = [
    await listenStream(issued),
    await listenStream(selfSigned),
    await listenStream(selfSigned),
  ]
  const mail = await listenMail({ tls: issued })
  await client.call('writeForwarding', { body: { rules: { ops: siem(present.port) } } })
  const host = '127.0.0.1'
  const peers = [
    { path: path('ops'), host, port: good.port, tls: 'implicit' },
    { path: path('soc'), host, port: bad.port, tls: 'implicit' },
    { path: 'mailServer', host, port: mail.port, tls: 'starttls' },
    { path: 'managementConsole', host, port: 9, tls: 'implicit' },
  ]
  const { body } = await client.call('checkPeers', { body: { authorities: makeAuthority(), peers } })
  expect((body as PeerCheck).peers.map(({ path, port, result }) => [path, port, result])).toEqual([
    [path('ops'), good.port, 'valid'],
    [path('soc'), bad.port, 'invalid'],
    ['mailServer', mail.port, 'valid'],
    ['managementConsole', 9, 'unreachable'],
  ])
  expect(mail.mails).toEqual([])
})

test.each([
  ['a port that is none', { path: 'mailServer', host: 'x', port: 70_000, tls: 'implicit' }],
  ['a transport that is none', { path: 'mailServer', host: 'x', port: 25, tls: 'none' }],
  ['no host', { path: 'mailServer', port: 25, tls: 'implicit' }],
])('%s is refused', async (_, peer) => {
  const client = await leased()
  expect((await client.call('checkPeers', { body: { authorities: null, peers: [peer] } })).status).toBe(400)
})
