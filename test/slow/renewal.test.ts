// A hundred certificates are renewed at once. Addresses: 127.20.181.x.
import { expect, onTestFinished, test } from 'vitest'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { authority, leafKey } from '../simulator/sensor/certificates.ts'
import { day, kept, settingsOf } from '../support/certificate-settings.ts'
import { openSimulated } from '../support/simulated-fleet.ts'

test('a hundred are renewed at once with --only certificate: each once, none lost, and nothing is left', async () => {
  const addresses = Array.from({ length: 100 }, (_, index) => `127.20.181.${index + 1}`)
  const fleet = await openSimulated({ addresses })
  onTestFinished(() => fleet.close())
  fleet.secrets['KEY'] = leafKey.pem
  const first = kept(settingsOf({ issuer: authority, notAfter: day(10) }))
  const all = { allowChanged: 100 }
  await fleet.converge(first, { overrides: all })
  const since = fleet.simulator.requests().at(-1)?.sequence ?? 0
  const renewal = kept(settingsOf({ issuer: authority, notAfter: day(400) }))
  const renewed = (key: string): DesiredSettings => ({ ...renewal(key), time: { timezone: 'Asia/Tokyo' } })
  const { plan, whole } = await fleet.converge(renewed, { only: ['certificate'], overrides: all })
  expect(new Set(plan.sensors.flatMap(({ steps }) => steps.map(({ id }) => id)))).toEqual(new Set(['certificate']))
  expect(new Set(whole.sensors.map(({ status }) => status))).toEqual(new Set(['done']))
  const counts = fleet.simulator.appliances.map(({ key }) => fleet.simulator.counts(key, since))
  const [one] = counts
  expect(counts).toEqual(counts.map(() => one))
  expect(one).toEqual({
    signIn: 3,
    readAppliance: 3,
    lease: 1,
    importCertificate: 1,
    signOut: 3,
  })
  const again = await fleet.converge(renewed, { only: ['certificate'] })
  expect(again.plan.sensors.filter(({ status }) => status !== 'inSync')).toEqual([])
  expect(again.plan.sensors).toHaveLength(100)
}, 60_000)
