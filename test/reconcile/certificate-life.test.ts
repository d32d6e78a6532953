// The certificate of the web console over its life, against simulated sensors: the first one, one that expired,
// and every refusal. A renewal of a hundred: test/slow/renewal.test.ts. Addresses: 127.20.159.x.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { authority, encrypted, leafKey, makeAuthority, makeCrl, otherKey } from '../simulator/sensor/certificates.ts'
import { day, kept, settingsOf } from '../support/certificate-settings.ts'
import { openSimulated, type SimulatedFleet } from '../support/simulated-fleet.ts'

let host = 0
async function open(): Promise<SimulatedFleet> {
  const fleet = await openSimulated({ addresses: [`127.20.159.${++host}`] })
  onTestFinished(() => fleet.close())
  Object.assign(fleet.secrets, { KEY: leafKey.pem, OTHER: otherKey.pem })
  return fleet
}

const withTime = (settings: DesiredSettings): DesiredSettings => ({ ...settings, time: { timezone: 'Asia/Tokyo' } })

test('the first certificate takes the place of the self-signed one, and trust goes on over the swap', async () => {
  const fleet = await open()
  const before = fleet.simulator.appliances[0]?.pin
  const settings = kept(settingsOf({ issuer: authority }, { chain: { file: 'ca.pem', content: makeAuthority() } }))
  const { outcome } = await fleet.converge(settings)
  expect(outcome).toMatchObject({ status: 'done', problems: [] })
  expect(fleet.simulator.appliances[0]?.pin).not.toBe(before)
  // The documents go on naming the key of the installation alone: what was imported is trusted beside it.
  expect((await fleet.converge(settings)).sensor).toMatchObject({ status: 'inSync', changes: [], problems: [] })
})

test('one that expired is signed in to with its known key, and only the certificate is written first', async () => {
  const fleet = await open()
  await fleet.converge(kept(settingsOf({ issuer: authority, notAfter: day(1) })))
  fleet.advance(2 * 86_400)
  const watched = await fleet.converge(() => ({ time: { timezone: 'Asia/Tokyo' } }))
  expect(watched.sensor.steps).toEqual([])
  expect(watched.sensor.problems.map(({ code }) => code)).toEqual([
    'EXPIRED_CERTIFICATE_ACCEPTED',
    'SERVED_CERTIFICATE_EXPIRED',
  ])
  const since = fleet.simulator.requests().at(-1)?.sequence ?? 0
  const renewal = kept(settingsOf({ issuer: authority, notAfter: day(400) }))
  const { outcome } = await fleet.converge((key) => withTime(renewal(key)))
  expect(outcome).toMatchObject({ status: 'done' })
  const writes = fleet.simulator.requests(since).flatMap(({ operation }) => operation ?? [])
  expect(writes.filter((id) => /^(write|import)/.test(id))).toEqual(['importCertificate', 'writeTime'])
  expect((await fleet.converge((key) => withTime(renewal(key)))).sensor).toMatchObject({
    status: 'inSync',
    problems: [],
  })
})

async function crlUrl(list: Uint8Array): Promise<string> {
  const server = createServer((_, response) => response.end(list))
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/plant.crl`
}

describe('a refused import tells the documented message and its remedy, and leaves what is served', () => {
  test.each<[string, () => Promise<(key: string) => DesiredSettings>, string, RegExp]>([
    [
      'a wrong passphrase',
      async () => settingsOf({}, { privateKey: { fromEnv: 'ENCRYPTED' }, passphrase: { fromEnv: 'WRONG' } }),
      'Passphrase does not match to the key',
      /certificate\.passphrase/,
    ],
    [
      'a chain that did not issue it',
      async () => settingsOf({}, { chain: { file: 'ca.pem', content: makeAuthority() } }),
      "Cannot validate chain of trust. The provided Certificate and Root CA don't match.",
      /the direct issuer first/,
    ],
    [
      'an expired certificate',
      async () => settingsOf({ notBefore: day(-9), notAfter: day(-1) }),
      "This SSL certificate has expired and isn't considered valid.",
      /renewed certificate/,
    ],
    [
      'a revoked certificate',
      async () => settingsOf({ crlUrl: await crlUrl(makeCrl(['0b'])), serialNumber: '0b' }),
      "This certificate has been revoked by the CRL and can't be trusted for a secure connection",
      /have another one issued/,
    ],
    [
      'a revocation list that does not answer',
      async () => settingsOf({ crlUrl: 'http://127.0.0.1:9/plant.crl' }),
      'The CRL (Certificate Revocation List) location is not reachable. Verify the URL can be accessed from this appliance',
      /plain http, usually port 80/,
    ],
    [
      'the key of another',
      async () => settingsOf({}, { privateKey: { fromEnv: 'OTHER' } }),
      'Certificate validation failed',
      /key and certificate belong together/,
    ],
  ])('%s', async (_, made, message, remedy) => {
    const fleet = await open()
    Object.assign(fleet.secrets, { ENCRYPTED: encrypted(leafKey, 'right-one'), WRONG: 'wrong-one' })
    const before = fleet.simulator.appliances[0]?.pin
    const { outcome } = await fleet.converge(kept(await made()))
    expect(outcome.problems).toMatchObject([
      {
        code: 'CERTIFICATE_REFUSED',
        summary: expect.stringContaining(`refused to import the certificate: ${message}`),
        hint: expect.stringMatching(remedy),
      },
    ])
    expect(fleet.simulator.appliances[0]?.pin).toBe(before)
    expect(JSON.stringify(outcome)).not.toContain('wrong-one')
  })
})
