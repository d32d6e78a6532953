// New hardware under an old key: it takes the name over, and the old hardware is never taken for it again.
import { describe, expect, test } from 'vitest'
import { addAppliance } from '../../drivers/memory/appliance.ts'
import { offerBackup } from '../../reconcile/replace/offer-backup.ts'
import { rememberReplacement, replaced, type Former } from '../../reconcile/replace/replacement.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  converge,
  createBench,
  desiredSensor,
  digestPlan,
  fleetOf,
  installActivated,
  restarted,
  type Bench,
} from '../support/memory-fleet.ts'
import { Killed, mortalWorld } from '../support/mortal-world.ts'

const pin = (letter: string): string => `sha256/${letter.repeat(43)}=`
const registration = { registrar: 'cloud', site: 'plant' }
const settings: DesiredSettings = { name: 'press', registration, time: { timezone: 'Europe/Berlin' } }
const fleet = fleetOf([desiredSensor(settings)])

/** SN-1 was applied, then SN-2 was put in its place and accepted. */
async function swapped(): Promise<Bench> {
  const bench = createBench()
  const { memoryWorld, world } = bench
  const old = await installActivated(bench, { name: 'press' })
  await converge(fleet, world)
  memoryWorld.appliances = memoryWorld.appliances.filter((one) => one !== old)
  for (const record of memoryWorld.records)
    Object.assign(record, { connected: false, lastContact: '2026-01-01T00:00:00Z' })
  addAppliance(memoryWorld, { serialNumber: 'SN-2', address: '10.1.0.5' })
  await accept(bench)
  memoryWorld.calls.length = 0
  return bench
}

const accept = async ({ store }: Bench): Promise<void> =>
  rememberReplacement(
    store,
    'line-1',
    replaced(await store.recall('line-1'), { at: '2026-11-01T00:00:00Z', pin: pin('B'), certificate: 'b'.repeat(64) }),
  )

const state = ({ memoryWorld, store }: Bench) => ({
  records: memoryWorld.records.map(({ name, connected }) => ({ name, connected })),
  reports: memoryWorld.appliances.find(({ serialNumber }) => serialNumber === 'SN-2')?.activation.name,
  remembered: store.entries.get('line-1')?.identity,
})

const taken = { records: [{ name: 'press', connected: true }], reports: 'press', remembered: 'SN-2' }

test('the old record is deleted, the name registered anew, and only whom to refuse is kept', async () => {
  const bench = await swapped()
  const [old] = bench.memoryWorld.records
  await converge(fleet, restarted(bench))
  expect(state(bench)).toEqual(taken)
  expect(bench.memoryWorld.records[0]?.id).not.toBe(old?.id)
  expect(bench.store.entries.get('line-1')?.replacement?.former).toEqual({
    identity: 'SN-1',
    pins: expect.any(Array) as string[],
  })
  expect(digestPlan((await converge(fleet, restarted(bench))).plan)).toMatchObject([{ status: 'inSync', steps: [] }])
})

test('while the old hardware is connected nothing is deleted, and the rest is applied', async () => {
  const bench = await swapped()
  bench.memoryWorld.records[0]!.connected = true
  const { plan } = await converge(fleet, restarted(bench))
  expect(digestPlan(plan)).toMatchObject([{ steps: ['time'], problems: ['RECORD_CONNECTED'] }])
  expect(bench.memoryWorld.calls).not.toContain('cloud deregister')
})

test('old hardware that connects after the plan was made keeps its record', async () => {
  const bench = await swapped()
  const { memoryWorld } = bench
  memoryWorld.onCall = ({ method }) => {
    if (method === 'checkRegister') memoryWorld.records[0]!.connected = true
  }
  const { outcome } = await converge(fleet, restarted(bench))
  expect(outcome.sensors[0]?.problems.map(({ code }) => code)).toEqual(['RECORD_CONNECTED'])
  expect(memoryWorld.calls).not.toContain('cloud deregister')
})

test('a record of the name that is another sensor’s, in another site, stays', async () => {
  const bench = await swapped()
  bench.memoryWorld.records[0]!.site = 'elsewhere'
  await converge(fleet, restarted(bench))
  expect(bench.memoryWorld.records.map(({ site }) => site)).toEqual(['elsewhere', 'plant'])
})

test('new hardware and a new name at once: the old record goes, too', async () => {
  const bench = await swapped()
  await converge(fleetOf([desiredSensor({ ...settings, name: 'press-2' })]), restarted(bench))
  expect(state(bench)).toMatchObject({ records: [{ name: 'press-2', connected: true }], reports: 'press-2' })
})

test('the old hardware is refused where it comes back, before the new one was read and after', async () => {
  const bench = await swapped()
  const { memoryWorld } = bench
  const [fresh] = memoryWorld.appliances
  memoryWorld.appliances = []
  addAppliance(memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  const refused = [{ status: 'unknown', problems: ['IDENTITY_MISMATCH'] }]
  expect(digestPlan((await converge(fleet, restarted(bench))).plan)).toMatchObject(refused)
  memoryWorld.appliances = [fresh!]
  await converge(fleet, restarted(bench))
  memoryWorld.appliances = []
  addAppliance(memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  expect(digestPlan((await converge(fleet, restarted(bench))).plan)).toMatchObject(refused)
})

test('a pin file that still names the old hardware does not keep the new one out', async () => {
  const bench = await swapped()
  const desired = desiredSensor(settings)
  const trust = [{ pinFile: 'pins.json', pins: [pin('A')], identity: 'SN-1' }]
  await converge(fleetOf([{ ...desired, access: { ...desired.access, trust } }]), restarted(bench))
  expect(state(bench)).toEqual(taken)
})

test('accepted twice before it was read, the first hardware is still the one that is replaced', async () => {
  const bench = await swapped()
  await accept(bench)
  expect(bench.store.entries.get('line-1')?.replacement?.former).toMatchObject({
    identity: 'SN-1',
    record: { name: 'press' },
  })
})

test('killed at any call, before or after it took effect, the next run needs no flag', async () => {
  let killed = 0
  for (let killAt = 1; ; killAt += 1) {
    const bench = await swapped()
    const { world, life } = mortalWorld(restarted(bench), killAt)
    await converge(fleet, world).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    if (!life.isOver) break
    killed += 1
    bench.clock.advance(60_000)
    await converge(fleet, restarted(bench))
    const { plan } = await converge(fleet, restarted(bench))
    expect([killAt, state(bench), digestPlan(plan)[0]?.steps]).toEqual([killAt, taken, []])
  }
  expect(killed).toBeGreaterThan(40)
})

describe('the last backup', () => {
  const backup = { name: 'press-backup-version-22.3.8.tar', createdAt: '2026-10-31T03:00:00Z' }
  const cases: { what: string; former: Former | undefined; now?: string; want: unknown }[] = [
    { what: 'nothing was replaced', former: undefined, now: '22.3.8', want: { kind: 'none' } },
    { what: 'there is none', former: { softwareVersion: '22.3.8' }, now: '22.3.8', want: { kind: 'none' } },
    { what: 'the version that made it is not known', former: { backup }, now: '22.3.8', want: { kind: 'none' } },
    {
      what: 'the version of the new hardware is not known',
      former: { backup, softwareVersion: '22.3.8' },
      want: { kind: 'none' },
    },
    {
      what: 'versions are equal',
      former: { backup, softwareVersion: '22.3.8' },
      now: '22.3.8',
      want: { kind: 'same', backup, command: `sensorform restore line-1 --from ${backup.name}` },
    },
    {
      what: 'its name is no plain word',
      former: { backup: { ...backup, name: "old press's.tar" }, softwareVersion: '22.3.8' },
      now: '22.3.8',
      want: { kind: 'same', command: String.raw`sensorform restore line-1 --from 'old press'\''s.tar'` },
    },
    {
      what: 'versions differ in the last part',
      former: { backup, softwareVersion: '22.3.8' },
      now: '22.3.9',
      want: { kind: 'otherVersion', backup, made: '22.3.8', now: '22.3.9' },
    },
  ]
  test.each(cases)('$what', ({ former, now, want }) => {
    expect(offerBackup('line-1', former, now)).toMatchObject(want as object)
  })
})
