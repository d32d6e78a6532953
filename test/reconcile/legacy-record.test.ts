// The registration of before an update across 22.1: known again, told, and deleted only where that was said by name.
import { expect, test } from 'vitest'
import { addRecord } from '../../drivers/memory/registrar.ts'
import type { MemoryRecord } from '../../drivers/memory/world.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { legacyCandidates, type LegacyRecord } from '../../reconcile/compare/legacy-record.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import { planRun } from '../../reconcile/run.ts'
import type { RegistrationRecord } from '../../reconcile/registrar.ts'
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
import { sha256Of } from '../support/packages.ts'

const file = '/packages/sensor-secured-patcher-22.3.9.tar'
const software = {
  version: '22.3.9',
  packages: { '22.3.9': { file, sha256: sha256Of('package') } },
  backupFirst: false,
}
const desired: DesiredSettings = { name: 'line-one', registration: { registrar: 'cloud', site: 'plant' }, software }
const fleet = fleetOf([desiredSensor(desired)])
const allowed = { overrides: { allowDelete: ['line-1'] } }

/** A sensor of version 10.5.5 whose plan was made once before a person prepared its update. */
async function prepared(seenBefore = true): Promise<{ bench: Bench; legacy: MemoryRecord }> {
  const bench = createBench()
  bench.packages.set(file, 'package')
  const one = await installActivated(bench, { name: 'line-one' })
  one.softwareVersion = '10.5.5'
  if (seenBefore) await planRun(fleet, restarted(bench), {})
  const [legacy] = bench.memoryWorld.records
  if (!legacy) throw new Error('there is no record')
  await bench.clock.sleep(60_000)
  Object.assign(legacy, { name: 'line-one-legacy', softwareVersion: '10.5.5' })
  addRecord(bench.memoryWorld, { name: 'line-one', mode: 'cloud', site: 'plant', connected: false })
  return { bench, legacy }
}

const names = ({ memoryWorld }: Bench) => memoryWorld.records.map(({ name }) => name)
const look = async (bench: Bench, options = {}) => {
  const { plan } = await planRun(fleet, restarted(bench), options)
  return { plan, digest: digestPlan(plan) }
}

test('it is told when the update is over, with the place and the flag', async () => {
  const { bench, legacy } = await prepared()
  await converge(fleet, restarted(bench))
  expect(names(bench)).toEqual(['line-one-legacy', 'line-one'])
  legacy.connected = false
  const { plan, digest } = await look(bench)
  expect(digest).toMatchObject([{ status: 'inSync', steps: [], problems: ['LEGACY_RECORD'] }])
  expect(plan.sensors[0]?.problems[0]).toMatchObject({
    severity: 'warning',
    summary:
      'line-one-legacy in site plant is the registration that the sensor had before its update to 22.x: it stays listed until it is deleted',
    hint: 'To delete it: --allow-delete line-1. Or by hand. In the Azure portal: Defender for IoT > Sites and sensors > line-one-legacy > three dots (...) > Delete sensor.',
  })
})

test('--allow-delete deletes it and nothing else, and nothing is told after that', async () => {
  const { bench, legacy } = await prepared()
  await converge(fleet, restarted(bench))
  legacy.connected = false
  expect((await look(bench, allowed)).digest).toMatchObject([
    { status: 'pending', changes: ['registration.legacy'], steps: ['registration.legacy'], problems: [] },
  ])
  const { outcome } = await converge(fleet, restarted(bench), allowed)
  expect(outcome.sensors[0]).toMatchObject({ status: 'done', problems: [] })
  expect(names(bench)).toEqual(['line-one'])
  expect(bench.store.entries.get('line-1')).not.toHaveProperty('legacyRecord')
  expect((await look(bench, allowed)).digest).toMatchObject([{ status: 'inSync', steps: [], problems: [] }])
})

test('in the run of the update itself it goes last, once the cloud no longer shows it as connected', async () => {
  const { bench, legacy } = await prepared()
  const turns: string[] = []
  bench.memoryWorld.onCall = ({ method, target, phase }) => {
    if (phase === 'before' && ['activate', 'deregister'].includes(method)) turns.push(`${target} ${method}`)
  }
  legacy.connected = true
  const { outcome } = await converge(fleet, restarted(bench), allowed)
  expect(outcome.sensors[0]?.steps.map(({ id, status }) => [id, status])).toEqual([
    ['software.22.3.9', 'done'],
    ['activation', 'done'],
    ['registration.legacy', 'waiting'],
  ])
  expect(outcome.sensors[0]?.problems).toMatchObject([
    {
      code: 'RECORD_CONNECTED',
      summary: 'The registration line-one-legacy is not deleted: the cloud has shown it as connected for 20 minutes.',
    },
  ])
  expect([turns, names(bench)]).toEqual([['SN-1 activate'], ['line-one-legacy', 'line-one']])
  legacy.connected = false
  const next = await converge(fleet, restarted(bench), allowed)
  expect(next.outcome.sensors[0]).toMatchObject({ status: 'done' })
  expect([turns, names(bench)]).toEqual([['SN-1 activate', 'cloud deregister'], ['line-one']])
})

const refusals: readonly {
  name: string
  spoil: (bench: Bench, legacy: MemoryRecord) => void
  code: string
}[] = [
  {
    name: 'the new registration is not connected',
    spoil: ({ memoryWorld }) => Object.assign(memoryWorld.records[1] ?? {}, { connected: false }),
    code: 'APPLIANCE_CHANGED',
  },
  {
    name: 'the new registration is listed with the old version',
    spoil: ({ memoryWorld }) => Object.assign(memoryWorld.records[1] ?? {}, { softwareVersion: '10.5.5' }),
    code: 'APPLIANCE_CHANGED',
  },
  {
    name: 'the sensor is not valid',
    spoil: ({ memoryWorld }) => Object.assign(memoryWorld.appliances[0]?.activation ?? {}, { status: 'Rejected' }),
    code: 'APPLIANCE_CHANGED',
  },
  {
    name: 'it was made anew under its name',
    spoil: (_, legacy) => Object.assign(legacy, { createdAt: '2026-05-05T05:05:05.000Z' }),
    code: 'APPLIANCE_CHANGED',
  },
  {
    name: 'it is connected',
    spoil: (_, legacy) => Object.assign(legacy, { connected: true }),
    code: 'RECORD_CONNECTED',
  },
  {
    name: 'the registrar refuses',
    spoil: ({ memoryWorld }) => {
      memoryWorld.onCall = ({ method }) => {
        if (method === 'deregister') throw new DeviceError('REGISTRAR_DENIED', 'status 403', { advice: 'A role.' })
      }
    },
    code: 'REGISTRAR_DENIED',
  },
]
test.each(refusals)('between plan and apply: $name, and it stays', async ({ spoil, code }) => {
  const { bench, legacy } = await prepared()
  await converge(fleet, restarted(bench))
  legacy.connected = false
  const { plan } = await look(bench, allowed)
  spoil(bench, legacy)
  const outcome = await applyPlan(plan, fleet, restarted(bench), { run: 'late', ...allowed })
  expect(outcome.sensors[0]?.problems.map((problem) => problem.code)).toEqual([code])
  expect(names(bench)).toEqual(['line-one-legacy', 'line-one'])
})

test('what was never seen before the update is not known again: it is neither deleted nor told', async () => {
  const { bench, legacy } = await prepared(false)
  await converge(fleet, restarted(bench), allowed)
  legacy.connected = false
  expect((await look(bench, allowed)).digest).toMatchObject([{ status: 'inSync', steps: [], problems: [] }])
  expect(names(bench)).toEqual(['line-one-legacy', 'line-one'])
})

test('where several may be it, none is deleted', async () => {
  const { bench, legacy } = await prepared()
  Object.assign(legacy, { name: 'old-a', connected: false })
  bench.memoryWorld.records.push({ ...legacy, id: 'other', name: 'old-b' })
  await converge(fleet, restarted(bench), allowed)
  const { plan, digest } = await look(bench, allowed)
  expect(digest).toMatchObject([{ status: 'inSync', steps: [], problems: ['LEGACY_RECORD'] }])
  expect(plan.sensors[0]?.problems[0]?.summary).toContain('One of old-a in site plant, old-b in site plant is')
  expect(names(bench)).toEqual(['old-a', 'line-one', 'old-b'])
})

test('a run that is killed at any call is followed by one that deletes it and nothing else', async () => {
  for (let killAt = 1, alive = false; !alive; killAt++) {
    const { bench, legacy } = await prepared()
    await converge(fleet, restarted(bench))
    legacy.connected = false
    const { world, life } = mortalWorld(restarted(bench), killAt)
    try {
      await converge(fleet, world, allowed)
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
    alive = !life.isOver
    await bench.clock.sleep(61_000)
    await converge(fleet, restarted(bench), allowed)
    const { digest } = await look(bench, allowed)
    expect({ killAt, names: names(bench), digest }).toMatchObject({
      killAt,
      names: ['line-one'],
      digest: [{ status: 'inSync', steps: [], problems: [] }],
    })
  }
})

const memory: LegacyRecord = {
  identity: 'SN-1',
  registrar: 'cloud',
  name: 'line-one',
  mode: 'cloud',
  site: 'plant',
  createdAt: '2026-01-01T00:00:00.000Z',
}
const record: RegistrationRecord = {
  name: 'line-one-legacy',
  mode: 'cloud',
  site: 'plant',
  connected: false,
  createdAt: memory.createdAt,
  softwareVersion: '10.5.5',
}
const candidates: readonly { name: string; records: readonly RegistrationRecord[]; found: readonly string[] }[] = [
  { name: 'made at that moment, there', records: [record], found: ['line-one-legacy'] },
  { name: 'whatever its name', records: [{ ...record, name: 'other' }], found: ['other'] },
  { name: 'not made at another moment', records: [{ ...record, createdAt: '2026-01-01T00:00:00.001Z' }], found: [] },
  { name: 'not in another site', records: [{ ...record, site: 'hall' }], found: [] },
  { name: 'not of a version that has crossed', records: [{ ...record, softwareVersion: '22.1' }], found: [] },
  { name: 'not of a name that a document declares', records: [{ ...record, name: 'Line-Two' }], found: [] },
  { name: 'not the sensor as it is now', records: [{ ...record, name: 'line-one' }], found: [] },
  {
    name: 'of several the one that is named after the sensor',
    records: [{ ...record, name: 'other' }, record],
    found: ['line-one-legacy'],
  },
  {
    name: 'several that are named so are all told',
    records: [{ ...record, name: 'line-one-2-legacy' }, record],
    found: ['line-one-2-legacy', 'line-one-legacy'],
  },
]
test.each(candidates)('$name', ({ records, found }) => {
  expect(legacyCandidates(memory, records, new Set(['line-two'])).map(({ name }) => name)).toEqual(found)
})
