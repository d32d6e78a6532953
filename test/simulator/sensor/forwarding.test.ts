// Addresses: 127.20.109.x.
import { createSocket } from 'node:dgram'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import type { TestMessageResult } from '../../../schemas/generated/wire.ts'
import { authority, leafKey, makeAuthority, makeCertificate } from './certificates.ts'
import { startOne, type Client } from './start.ts'

let host = 0
async function leased(): Promise<Client> {
  const activated = { name: 'berlin-1', mode: 'local' } as const
  const { client } = await startOne(`127.20.109.${++host}`, { activated }, { startAt: '2026-03-05T23:07:00.000Z' })
  await client.lease()
  return client
}

interface Receiver {
  port: number
  received: Promise<string>
}

async function listenUdp(): Promise<Receiver> {
  const socket = createSocket('udp4')
  const received = new Promise<string>((resolve) => socket.once('message', (message) => resolve(message.toString())))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  onTestFinished(() => void socket.close())
  return { port: socket.address().port, received }
}

async function listenStream(tls?: {
  cert: string
  key: string
  requestCert?: boolean
}): Promise<Receiver & { clientSubject(): unknown }> {
  let subject: unknown
  const { promise: received, resolve: take } = Promise.withResolvers<string>()
  const read = (socket: Socket): void => {
    const parts: Buffer[] = []
    socket.on('data', (part) => parts.push(Buffer.from(part)))
    socket.on('error', () => undefined)
    socket.once('end', () => take(Buffer.concat(parts).toString()))
  }
  const server = tls
    ? createTlsServer({ ...tls, rejectUnauthorized: false }, (socket) => {
        subject = socket.getPeerCertificate().subject
        read(socket)
      })
    : createTcpServer(read)
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, received, clientSubject: () => subject }
}

async function testRule(client: Client, action: object): Promise<TestMessageResult['actions']> {
  const rules = { 'to SIEM': { actions: { siem: action } } }
  expect((await client.call('writeForwarding', { body: { rules } })).status).toBe(200)
  return ((await client.call('testRule', { params: { rule: 'to SIEM' } })).body as TestMessageResult).actions
}

const sent = [{ action: 'siem', ok: true, message: 'The test message was sent.' }]
const syslog = (port: number, part: object) => ({
  syslog: { host: '127.0.0.1', port, format: 'cef', protocol: 'udp', ...part },
})

test.each([
  ['cef', /^<12>Mar {2}6 08:07:0\d berlin-1 CEF:0\|CyberX\|CyberX platform\|22\.3\.8\.91\|1\|Test Alert\|1\|msg=/],
  [
    'leef',
    /^<12>Mar {2}6 08:07:0\d berlin-1 LEEF:1\.0\|CyberX\|CyberX platform\|22\.3\.8\.91\|1\|title=Test Alert\tmsg=/,
  ],
  ['object', /^<12>Mar {2}6 08:07:0\d berlin-1 \{"title":"Test Alert",.*"sensorName":"berlin-1"/],
  ['text', /^<12>Mar {2}6 08:07:0\d berlin-1 Test Alert: This is a test message\. Sensor: berlin-1\./],
])('%s over UDP arrives, in the time zone of the action', async (format, pattern) => {
  const client = await leased()
  const { port, received } = await listenUdp()
  expect(await testRule(client, syslog(port, { format, timezone: 'Asia/Tokyo' }))).toEqual(sent)
  expect(await received).toMatch(pattern)
})

test('text over TCP and netwitness arrive', async () => {
  const client = await leased()
  const [tcp, netwitness] = [await listenStream(), await listenStream()]
  expect(await testRule(client, syslog(tcp.port, { format: 'text', protocol: 'tcp' }))).toEqual(sent)
  expect(await tcp.received).toContain('Test Alert: This is a test message.')
  expect(await testRule(client, { netwitness: { host: '127.0.0.1', port: netwitness.port } })).toEqual(sent)
  expect(await netwitness.received).toContain('CEF:0|')
})

test('CEF over TLS arrives, with the client certificate of the action', async () => {
  const client = await leased()
  const server = await listenStream({ cert: makeCertificate(), key: leafKey.pem, requestCert: true })
  const tls = { certificate: makeCertificate({ commonName: 'sensor' }), privateKey: { value: leafKey.pem, tag: null } }
  expect(await testRule(client, syslog(server.port, { protocol: 'tls', tls }))).toEqual(sent)
  expect(await server.received).toContain('CEF:0|')
  expect(server.clientSubject()).toMatchObject({ CN: 'sensor' })
})

test('with mandatory validation, forwarding to a server that does not verify stops, and goes on to one that does', async () => {
  const client = await leased()
  const bad = await listenStream({ cert: makeCertificate(), key: leafKey.pem })
  const cert = makeCertificate({ issuer: authority, commonName: 'siem', addresses: ['127.0.0.1'] })
  const good = await listenStream({ cert, key: leafKey.pem })
  const own = {
    certificate: makeCertificate({ issuer: authority, notBefore: new Date(0) }),
    chain: makeAuthority(),
    privateKey: leafKey.pem,
  }
  const tags = { name: null, privateKeyTag: null, passphrase: null, passphraseTag: null }
  const imported = await client.call('importCertificate', { body: { ...own, ...tags } })
  expect(imported.status).toBe(200)
  await client.call('writeCertificate', { body: { validation: 'mandatory' } })
  const [refused] = await testRule(client, syslog(bad.port, { protocol: 'tls' }))
  expect([refused?.ok, refused?.message]).toEqual([false, expect.stringContaining('could not be validated')])
  expect(await testRule(client, syslog(good.port, { protocol: 'tls' }))).toEqual(sent)
  await client.call('writeCertificate', { body: { validation: 'none' } })
  expect(await testRule(client, syslog(bad.port, { protocol: 'tls' }))).toEqual(sent)
})

test('a server that is not there, and an email without a mail server, fail with a sentence', async () => {
  const client = await leased()
  expect(await testRule(client, syslog(9, { protocol: 'tcp', format: 'text' }))).toEqual([
    { action: 'siem', ok: false, message: '127.0.0.1:9 was not reached: the connection was refused.' },
  ])
  expect(await testRule(client, { email: { address: 'ops@plant.example' } })).toEqual([
    { action: 'siem', ok: false, message: 'No mail server is configured, so that no email can be sent.' },
  ])
})
