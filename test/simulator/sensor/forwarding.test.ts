// Addresses: 127.20.109.x.
import { describe, expect, test } from 'vitest'
import type { TestMessageResult } from '../../../schemas/generated/wire.ts'
import { listenMail, listenStream, listenUdp } from '../../support/receivers.ts'
import { authority, leafKey, makeAuthority, makeCertificate } from './certificates.ts'
import { startOne, type Client } from './start.ts'

let host = 0
async function leased(): Promise<Client> {
  const activated = { name: 'berlin-1', mode: 'local' } as const
  const { client } = await startOne(`127.20.109.${++host}`, { activated }, { startAt: '2026-03-05T23:07:00.000Z' })
  await client.lease()
  return client
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

test.each([
  ['cef', ' berlin-1 CEF:0|'],
  ['leef', ' berlin-1 LEEF:1.0|'],
  ['object', ' berlin-1 {"title":"Test Alert"'],
  ['text', ' berlin-1 Test Alert: This is a test message.'],
])('%s over TCP arrives', async (format, part) => {
  const client = await leased()
  const { port, received } = await listenStream()
  expect(await testRule(client, syslog(port, { format, protocol: 'tcp' }))).toEqual(sent)
  expect(await received).toContain(part)
})

test('netwitness arrives', async () => {
  const client = await leased()
  const netwitness = await listenStream()
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

const setUp = async (client: Client, port: number, part: object = {}): Promise<void> => {
  const body = { enabled: true, host: '127.0.0.1', port, sender: 'sensor@plant.example', ...part }
  expect((await client.call('writeMailServer', { body })).status).toBe(200)
}

const password = (value: string) => ({ username: 'sensor', password: { value, tag: null } })

describe('an email', () => {
  const email = { email: { address: 'ops@plant.example', timezone: 'Asia/Tokyo' } }
  const message = 'Test Alert: This is a test message. Sensor: berlin-1.'
  const server = { cert: makeCertificate(), key: leafKey.pem }

  test('arrives, with sender, time and text', async () => {
    const client = await leased()
    const { port, mails } = await listenMail()
    await setUp(client, port)
    expect(await testRule(client, email)).toEqual(sent)
    const [mail, ...more] = mails
    expect(more).toEqual([])
    expect(mail).toMatchObject({
      from: 'sensor@plant.example',
      to: ['ops@plant.example'],
      user: null,
      secure: false,
    })
    expect(mail?.source).toMatch(/^Subject: Test Alert\r$/m)
    expect(mail?.source).toMatch(/^Date: Thu, 05 Mar 2026 23:07:0\d \+0000\r$/m)
    expect(mail?.source.replaceAll('=\r\n', '')).toContain(message)
    expect(mail?.source.replaceAll('=\r\n', '')).toContain('Time: 2026/03/06 08:07:0')
  })

  test.each([
    ['starttls', false],
    ['implicit', true],
  ])('arrives over %s, from the account of the mail server', async (tls, implicit) => {
    const client = await leased()
    const user = { name: 'sensor', password: 'mail-password' }
    const { port, mails } = await listenMail({ tls: { ...server, implicit }, user })
    await setUp(client, port, { tls, ...password('mail-password') })
    expect(await testRule(client, email)).toEqual(sent)
    expect(mails).toMatchObject([{ user: 'sensor', secure: true }])
  })

  test.each([
    [
      'a wrong password',
      { user: { name: 'sensor', password: 'another' } },
      password('CANARY'),
      'refused user name or password',
    ],
    ['a server without encryption', {}, { tls: 'starttls' }, 'offers no encryption'],
    ['a recipient that the server does not know', { refuseRecipients: true }, {}, 'refused the email (550)'],
  ])('%s is told, and nothing of the password', async (_, listener, part, reason) => {
    const client = await leased()
    const { port, mails } = await listenMail(listener)
    await setUp(client, port, part)
    expect(await testRule(client, email)).toEqual([
      { action: 'siem', ok: false, message: `The mail server 127.0.0.1:${port} ${reason}.` },
    ])
    expect(mails).toEqual([])
  })

  test('a mail server that is not there is told', async () => {
    const client = await leased()
    await setUp(client, 9)
    expect(await testRule(client, email)).toEqual([
      {
        action: 'siem',
        ok: false,
        message: 'The mail server 127.0.0.1:9 was not reached: the connection was refused.',
      },
    ])
  })

  test('is not sent to a server that does not verify while validation is mandatory, and is without', async () => {
    const client = await leased()
    const { port, mails } = await listenMail({ tls: server })
    await setUp(client, port, { tls: 'starttls' })
    await client.call('writeCertificate', { body: { validation: 'mandatory' } })
    const [refused] = await testRule(client, email)
    expect([refused?.ok, refused?.message]).toEqual([false, expect.stringContaining('could not be validated')])
    expect(mails).toEqual([])
    await client.call('writeCertificate', { body: { validation: 'none' } })
    expect(await testRule(client, email)).toEqual(sent)
    expect(mails).toHaveLength(1)
  })

  test('is not sent through a mail server that is switched off', async () => {
    const client = await leased()
    const { port, mails } = await listenMail()
    await setUp(client, port)
    await setUp(client, port, { enabled: false })
    expect(await testRule(client, email)).toMatchObject([{ ok: false, message: expect.stringContaining('No mail') }])
    expect(mails).toEqual([])
  })

  test.each([
    [{ enabled: true }, 'The mail server is on, but has no host and no port and no sender.'],
    [{ enabled: true, host: 'mail.plant.example', port: 25 }, 'The mail server is on, but has no sender.'],
    [{ host: '10.1.2' }, 'host: is neither a host name nor an IPv4 address in full'],
  ])('%j is refused', async (body, message) => {
    const client = await leased()
    const { status, body: answer } = await client.call('writeMailServer', { body })
    expect([status, JSON.stringify(answer)]).toEqual([400, expect.stringContaining(message)])
  })
})
