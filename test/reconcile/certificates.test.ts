// Importing certificates: trusted before they are imported, verified on the wire, and first of all where the old one expired.
import { expect, test } from 'vitest'
import { addAppliance } from '../../drivers/memory/appliance.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { makeCertificate } from '../transport/pki.ts'
import { converge, createBench, desiredSensor, fleetOf } from '../support/memory-fleet.ts'

const old = makeCertificate({ cn: 'sensor', key: 'one' })
const next = makeCertificate({ cn: 'sensor', key: 'two', to: 4000 })

function install() {
  const bench = createBench()
  bench.secrets['KEY'] = next.key
  const appliance = addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  appliance.settings.set('certificate.certificate', { content: old.cert })
  return { bench, appliance }
}

const berlin: DesiredSettings = { time: { timezone: 'Europe/Berlin' } }
const imported: DesiredSettings = {
  certificate: { certificate: { file: 'sensor.crt', content: next.cert }, privateKey: { fromEnv: 'KEY' } },
}

test('the new certificate is trusted before it is imported', async () => {
  const { bench } = install()
  let before: readonly string[] | undefined
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'importCertificate' && phase === 'before') before = bench.store.entries.get('line-1')?.certificates
  }
  const { outcome } = await converge(fleetOf([desiredSensor(imported)]), bench.world)
  expect(outcome.sensors[0]?.status).toBe('done')
  expect(before).toEqual([old.sha256, next.sha256])
  expect(bench.store.entries.get('line-1')?.certificates).toEqual([next.sha256])
})

test('an import whose certificate is not served has failed', async () => {
  const { bench, appliance } = install()
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'importCertificate' && phase === 'after') {
      appliance.settings.set('certificate.certificate', { content: old.cert })
    }
  }
  const { outcome } = await converge(fleetOf([desiredSensor(imported)]), bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'failed', problems: [{ code: 'READ_BACK_DIFFERS' }] })
})

test('where the served one has expired, the new one comes first', async () => {
  const { bench } = install()
  bench.clock.advance(2000 * 86_400_000)
  await converge(fleetOf([desiredSensor({ ...berlin, ...imported })]), bench.world)
  expect(bench.memoryWorld.calls.filter((call) => / (set|import)/.test(call))).toEqual([
    'SN-1 importCertificate',
    'SN-1 set time',
  ])
})

test('where the served one expired since the plan, and no other is declared, nothing is written', async () => {
  const { bench, appliance } = install()
  const fleet = fleetOf([desiredSensor(berlin)])
  const { plan } = await planRun(fleet, bench.world, {})
  bench.clock.advance(2000 * 86_400_000)
  const outcome = await applyPlan(plan, fleet, bench.world, { run: 'x' })
  expect(outcome.sensors[0]).toMatchObject({ status: 'notAttempted' })
  expect(outcome.sensors[0]?.problems.map(({ code }) => code)).toEqual(['SERVED_CERTIFICATE_EXPIRED'])
  expect(appliance.settings.get('time.timezone')).toBe('Etc/UTC')
})
