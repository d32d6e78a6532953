// Re-activation: what is looked at before anything is deleted, the three documented failures, renewal, files by hand.
import { expect, test } from 'vitest'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import { addRecord, createMemoryFolder, createMemoryRegistrar } from '../../drivers/memory/registrar.ts'
import type { MemoryAppliance, MemoryWorld } from '../../drivers/memory/world.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { World } from '../../reconcile/engine.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  converge,
  createBench,
  desiredSensor,
  digestPlan,
  fleetOf,
  installActivated,
  restarted,
} from '../support/memory-fleet.ts'

const dayMs = 86_400_000
const named = (name: string): DesiredSettings => ({ name, registration: { registrar: 'cloud', site: 'plant' } })
const rename = fleetOf([desiredSensor(named('new'))])

const names = ({ records }: MemoryWorld) => records.map(({ name }) => name)

test('whichever look at the cloud misses a registration that is there, none is left behind', async () => {
  for (let at = 1, looks = Infinity; at <= looks; at++) {
    const bench = createBench()
    const appliance = await installActivated(bench, { name: 'old' })
    let [look, hidden] = [0, [] as MemoryWorld['records']]
    bench.memoryWorld.onCall = ({ method, phase }) => {
      if (method !== 'lookup') return
      if (phase === 'before') look += 1
      if (look !== at) return
      if (phase === 'before') [hidden, bench.memoryWorld.records] = [bench.memoryWorld.records, []]
      else bench.memoryWorld.records = hidden
    }
    await converge(rename, restarted(bench))
    looks = look
    bench.memoryWorld.onCall = () => {}
    await converge(rename, restarted(bench))
    expect({ at, names: names(bench.memoryWorld) }).toEqual({ at, names: ['new'] })
    expect(appliance).toMatchObject({ intent: null, activation: { name: 'new', status: 'Valid' } })
  }
})

interface Obstacle {
  name: string
  /** Comes up between plan and apply. */
  arise: (world: MemoryWorld, appliance: MemoryAppliance) => void
  code: string
}

test.each<Obstacle>([
  { name: 'the clock has drifted', arise: (_, appliance) => (appliance.clockDriftSeconds = 301), code: 'CLOCK_DRIFT' },
  {
    name: 'the cloud is out of reach',
    arise: (_, appliance) => (appliance.cloudReachable = false),
    code: 'CLOUD_UNREACHABLE',
  },
  {
    name: 'the name was taken by another sensor',
    arise: (world) => addRecord(world, { name: 'new', mode: 'cloud', site: 'plant', connected: true }),
    code: 'RECORD_CONNECTED',
  },
  {
    name: 'the name was registered by a person',
    arise: (world) => addRecord(world, { name: 'new', mode: 'cloud', site: 'plant', connected: false }),
    code: 'RECORD_NOT_OURS',
  },
  {
    name: 'the registrar would not take the new record',
    arise: (world) => {
      world.onCall = ({ method }) => {
        if (method === 'checkRegister') throw new DeviceError('REGISTRAR_DENIED', 'No right to register.')
      }
    },
    code: 'REGISTRAR_DENIED',
  },
])('$name: nothing is deleted', async ({ arise, code }) => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  const { plan } = await planRun(rename, bench.world, {})
  arise(bench.memoryWorld, appliance)
  const before = names(bench.memoryWorld)
  const outcome = await applyPlan(plan, rename, bench.world, { run: 'x' })
  expect(outcome.sensors[0]).toMatchObject({ status: 'failed', problems: [{ code }] })
  expect(names(bench.memoryWorld)).toEqual(before)
  expect(appliance).toMatchObject({ intent: null, lease: null })
})

test('a leftover record is adopted when that is allowed by name', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'old' })
  addRecord(bench.memoryWorld, { name: 'new', mode: 'cloud', site: 'plant', connected: false })
  const { outcome } = await converge(rename, bench.world, { overrides: { adoptRecord: ['line-1'] } })
  expect(outcome.sensors[0]).toMatchObject({ status: 'done' })
  expect(names(bench.memoryWorld)).toEqual(['new'])
})

test('a name that the sensor no longer reports is not deleted', async () => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  const { plan } = await planRun(rename, bench.world, {})
  appliance.activation = { ...appliance.activation, name: 'third' }
  appliance.revision++
  const outcome = await applyPlan(plan, rename, bench.world, { run: 'x' })
  expect(outcome.sensors[0]).toMatchObject({ status: 'stale' })
  expect(names(bench.memoryWorld)).toEqual(['old'])
})

test.each([
  { rejections: 1, status: 'done', downloads: 2 },
  { rejections: 2, status: 'failed', downloads: 2 },
])('rejected $rejections times by the service: $status', async ({ rejections, status, downloads }) => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  appliance.rejectActivations = rejections
  const { outcome } = await converge(rename, bench.world)
  expect(outcome.sensors[0]?.status).toBe(status)
  expect(bench.memoryWorld.calls.filter((call) => call === 'cloud download')).toHaveLength(downloads)
  // What failed keeps its note on the appliance, and the next run goes on from there.
  const { outcome: next } = await converge(rename, restarted(bench))
  expect(next.sensors[0]?.status).toBe(status === 'done' ? 'unchanged' : 'done')
  expect(names(bench.memoryWorld)).toEqual(['new'])
})

test.each([
  ['ACTIVATION_FILE_INVALID', /^The next run downloads another file; .*select the sensor, Download activation file/],
  ['ACTIVATION_NO_CLOUD', /^Open \*\.azure-devices\.net:443 in firewall and proxy.* The next run goes on/],
  ['ACTIVATION_REJECTED', /^The file is valid, but .* rejected it.* contact Microsoft Support\. The next run goes on/],
] as const)('%s is told apart with its remedy, and the next run restores the registration', async (code, remedy) => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'activate' && phase === 'before') throw new DeviceError(code, 'Played.')
  }
  const { outcome } = await converge(rename, bench.world)
  expect(outcome.sensors[0]?.problems).toMatchObject([{ code, hint: expect.stringMatching(remedy) }])
  expect(appliance.intent).toMatchObject({ step: 'activation', data: { to: { name: 'new' } } })
  bench.memoryWorld.onCall = () => {}
  const { outcome: next } = await converge(rename, restarted(bench))
  expect(next.sensors[0]).toMatchObject({ status: 'done', problems: [{ code: 'INTENT_FOUND' }] })
  expect(appliance.activation).toMatchObject({ name: 'new', status: 'Valid' })
})

test('a registrar whose write is cut off before or after it took effect is asked again', async () => {
  for (const phase of ['before', 'after'] as const) {
    for (const method of ['deregister', 'register']) {
      const bench = createBench()
      await installActivated(bench, { name: 'old' })
      let left = 1
      bench.memoryWorld.onCall = (call) => {
        if (call.method === method && call.phase === phase && left-- > 0) {
          throw new DeviceError('REGISTRAR_UNREACHABLE', 'Played.')
        }
      }
      const { outcome } = await converge(rename, bench.world)
      expect({ phase, method, status: outcome.sensors[0]?.status }).toEqual({ phase, method, status: 'done' })
      expect(names(bench.memoryWorld)).toEqual(['new'])
    }
  }
})

test('a registrar that does not answer any more leaves it open what it did, and the next run goes on', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'old' })
  let isGone = false
  bench.memoryWorld.onCall = ({ method, target, phase }) => {
    isGone ||= method === 'deregister' && phase === 'after'
    if (isGone && target === 'cloud') throw new DeviceError('REGISTRAR_UNREACHABLE', 'Played.')
  }
  const { outcome } = await converge(rename, bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'unknown', problems: [{ code: 'REGISTRAR_UNREACHABLE' }] })
  bench.memoryWorld.onCall = () => {}
  expect((await converge(rename, restarted(bench))).outcome.sensors[0]).toMatchObject({ status: 'done' })
  expect(names(bench.memoryWorld)).toEqual(['new'])
})

test('a record that the cloud does not show as connected is waited for, then left to a later run', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'old' })
  bench.memoryWorld.onCall = ({ method }) => {
    if (method !== 'lookup') return
    bench.memoryWorld.records.forEach((record) => Object.assign(record, { connected: false, lastContact: undefined }))
  }
  const { outcome } = await converge(rename, bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'waiting', problems: [{ code: 'CLOUD_NOT_CONNECTED' }] })
  bench.memoryWorld.onCall = () => {}
  const { outcome: next } = await converge(rename, restarted(bench))
  expect(next.sensors[0]).toMatchObject({ status: 'done' })
  expect(bench.memoryWorld.records).toMatchObject([{ name: 'new', connected: true }])
})

test.each([
  { name: 'the record is missing', harm: (world: MemoryWorld) => (world.records = []) },
  {
    name: 'the record is newer than the file',
    harm: (world: MemoryWorld) => Object.assign(world.records[0] ?? {}, { createdAt: '2027-01-01T00:00:00.000Z' }),
  },
])('$name: the next run restores it', async ({ harm }) => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'same' })
  const fleet = fleetOf([desiredSensor(named('same'))])
  await converge(fleet, bench.world)
  harm(bench.memoryWorld)
  bench.clock.advance(400 * dayMs)
  const { outcome } = await converge(fleet, restarted(bench))
  expect(outcome.sensors[0]).toMatchObject({ status: 'done', problems: [] })
  expect(bench.memoryWorld.records).toMatchObject([{ name: 'same', site: 'plant', connected: true }])
  expect(appliance.activation.status).toBe('Valid')
  expect(digestPlan((await planRun(fleet, restarted(bench), {})).plan)).toMatchObject([{ status: 'inSync' }])
})

const elsewhere = { name: 'same', mode: 'cloud', site: 'elsewhere', connected: true } as const

/** Two plants may each have a sensor of one name. */
test.each<{ name: string; desired: DesiredSettings; harm: (world: MemoryWorld) => void; left: string[] }>([
  {
    name: 'ours is gone: it is restored',
    desired: named('same'),
    harm: (world) => {
      world.records = []
      addRecord(world, elsewhere)
    },
    left: ['same in elsewhere', 'same in plant'],
  },
  {
    name: 'ours is gone, and renamed: the other is not deleted for it',
    desired: named('new'),
    harm: (world) => {
      world.records = []
      addRecord(world, elsewhere)
    },
    left: ['same in elsewhere', 'new in plant'],
  },
  {
    name: 'both are there, and ours is renamed: ours is deleted',
    desired: named('new'),
    harm: (world) => addRecord(world, elsewhere),
    left: ['same in elsewhere', 'new in plant'],
  },
  {
    name: 'ours takes the name that the other has: nothing is in the way',
    desired: named('other'),
    harm: (world) => addRecord(world, { ...elsewhere, name: 'other' }),
    left: ['other in elsewhere', 'other in plant'],
  },
  {
    name: 'ours goes while the run is under way: the other is not deleted for it',
    desired: named('new'),
    harm: (world) => {
      world.onCall = ({ method, phase }) => {
        if (method !== 'lease' || phase !== 'before' || world.records.some(({ site }) => site === 'elsewhere')) return
        world.records = []
        addRecord(world, elsewhere)
      }
    },
    left: ['same in elsewhere', 'new in plant'],
  },
])('another site has a sensor of the same name. $name', async ({ desired, harm, left }) => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'same' })
  harm(bench.memoryWorld)
  const { outcome } = await converge(fleetOf([desiredSensor(desired)]), restarted(bench))
  expect(outcome.sensors[0]).toMatchObject({ status: 'done', problems: [] })
  expect(bench.memoryWorld.records.map(({ name, site }) => `${name} in ${site}`)).toEqual(left)
  expect(bench.memoryWorld.records.every(({ connected }) => connected)).toBe(true)
  expect(appliance.activation).toMatchObject({ name: desired.name, site: 'plant', status: 'Valid' })
})

test('a plan that would delete the record of another site is not followed', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'same' })
  addRecord(bench.memoryWorld, { ...elsewhere, connected: false })
  const fleet = fleetOf([desiredSensor(named('new'))])
  const { plan } = await planRun(fleet, bench.world, {})
  const altered = structuredClone(plan)
  const action = altered.sensors[0]?.steps[0]?.action
  if (action?.type !== 'reactivate') throw new Error('no re-activation was planned')
  action.deletes = { registrar: 'cloud', name: 'same', mode: 'cloud', site: 'elsewhere' }
  const outcome = await applyPlan(altered, fleet, bench.world, { run: 'x' })
  expect(outcome.sensors[0]).toMatchObject({ status: 'failed', problems: [{ code: 'APPLIANCE_CHANGED' }] })
  expect(bench.memoryWorld.records.map(({ name, site }) => `${name} in ${site}`)).toEqual([
    'same in plant',
    'same in elsewhere',
  ])
})

test('a move to a site where a sensor of the same name is connected is withheld', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'same' })
  addRecord(bench.memoryWorld, elsewhere)
  const moved: DesiredSettings = { name: 'same', registration: { registrar: 'cloud', site: 'elsewhere' } }
  const { plan } = await converge(fleetOf([desiredSensor(moved)]), restarted(bench))
  expect(digestPlan(plan)).toMatchObject([{ steps: [], problems: ['RECORD_CONNECTED'] }])
  expect(bench.memoryWorld.records.map(({ site }) => site)).toEqual(['plant', 'elsewhere'])
})

test('a sensor whose re-activation was withheld is done in part', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'same' })
  addRecord(bench.memoryWorld, elsewhere)
  const moved: DesiredSettings = {
    name: 'same',
    registration: { registrar: 'cloud', site: 'elsewhere' },
    time: { timezone: 'Europe/Berlin' },
  }
  const { outcome } = await converge(fleetOf([desiredSensor(moved)]), restarted(bench))
  expect(outcome.sensors[0]).toMatchObject({ status: 'partial', steps: [{ id: 'time', status: 'done' }] })
})

const local: DesiredSettings = {
  name: 'same',
  registration: { registrar: 'cloud' },
  activation: { mode: 'local', minRemaining: '30d' },
}

test('a file that expires is renewed from the present registration', async () => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'same', mode: 'local' })
  const fleet = fleetOf([desiredSensor(local)])
  const before = appliance.activation.expiresAt ?? ''
  bench.clock.advance(340 * dayMs)
  const { plan, outcome } = await converge(fleet, bench.world)
  expect(plan.sensors[0]?.changes).toMatchObject([{ path: 'activation.expiresAt', cause: 'time' }])
  expect(outcome.sensors[0]).toMatchObject({ status: 'done' })
  expect((appliance.activation.expiresAt ?? '') > before).toBe(true)
  expect(bench.memoryWorld.calls.filter((call) => /cloud (de)?register/.test(call))).toEqual([])
})

test.each([
  { allowDelete: [], status: 'failed', codes: ['RENEWAL_NEEDS_DELETE'], writes: [] },
  { allowDelete: ['line-1'], status: 'done', codes: [], writes: ['cloud deregister', 'cloud register'] },
])('where that gives no later end, it registers anew only if allowed: $status', async (expected) => {
  const bench = createBench()
  await installActivated(bench, { name: 'same', mode: 'local' })
  bench.memoryWorld.localExpiry = 'record'
  bench.clock.advance(340 * dayMs)
  const { allowDelete } = expected
  const { outcome } = await converge(fleetOf([desiredSensor(local)]), bench.world, { overrides: { allowDelete } })
  expect(outcome.sensors[0]?.status).toBe(expected.status)
  expect(outcome.sensors[0]?.problems.map(({ code }) => code)).toEqual(expected.codes)
  expect(bench.memoryWorld.calls.filter((call) => /cloud (de)?register/.test(call))).toEqual(expected.writes)
})

test('a file that a person hands in is used, once it is there, right and fresh', async () => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old', mode: 'local' })
  const files = new Map<string, Uint8Array>()
  const folder = createMemoryFolder(bench.memoryWorld, files)
  const world: World = { ...bench.world, registrar: () => folder, registrarReader: () => folder }
  const settings: DesiredSettings = { name: 'new', registration: { registrar: 'cloud' }, activation: { mode: 'local' } }
  const fleet = fleetOf([desiredSensor(settings)])
  const missing = await converge(fleet, world)
  expect(missing.plan.sensors[0]?.steps).toMatchObject([{ action: { type: 'manual' } }])
  expect(missing.outcome.sensors[0]).toMatchObject({ status: 'waiting' })

  const cloud = createMemoryRegistrar(bench.memoryWorld)
  files.set('new', await cloud.downloadActivation(await cloud.register('new', { mode: 'local' })))
  bench.clock.advance(15 * dayMs)
  const stale = await converge(fleet, world)
  expect(stale.outcome.sensors[0]).toMatchObject({ status: 'waiting', problems: [{ code: 'ACTIVATION_FILE_MISSING' }] })

  files.set('new', await cloud.downloadActivation(await cloud.register('new', { mode: 'local' })))
  const done = await converge(fleet, world)
  expect(done.outcome.sensors[0]).toMatchObject({ status: 'done' })
  expect(appliance.activation).toMatchObject({ name: 'new', status: 'Valid' })
})

test('a write to the registrar never begins without a lease that outlives it', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'old' })
  const slow = { ...createMemoryRegistrar(bench.memoryWorld), writeTimeoutMs: 60_000 }
  const world: World = { ...bench.world, registrar: () => slow, registrarReader: () => slow }
  const { outcome } = await converge(rename, world)
  expect(outcome.sensors[0]?.problems).toMatchObject([{ code: 'LEASE_TOO_SHORT' }])
  expect(names(bench.memoryWorld)).toEqual(['old'])
})

test('progress is told, part by part', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'old' })
  await converge(rename, bench.world)
  const notes = bench.events.flatMap((event) => (event.type === 'stepProgress' ? [event.note] : []))
  expect(notes).toEqual([
    'Deleting the registration old.',
    'Registering new.',
    'Downloading the activation file of new.',
    'Uploading the activation file and activating.',
    'The sensor is active. Waiting until the cloud shows it as connected.',
  ])
})

test('a person who activates it between the check and the note is noticed before anything is deleted', async () => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  let leases = 0
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method !== 'lease' || phase !== 'before' || ++leases !== 2) return
    appliance.activation = { ...appliance.activation, status: 'Rejected' }
    appliance.revision++
  }
  const { outcome } = await converge(rename, bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'stale', problems: [{ code: 'APPLIANCE_CHANGED' }] })
  expect(names(bench.memoryWorld)).toEqual(['old'])
  expect(appliance).toMatchObject({ intent: null, lease: null })
})

test('a console change during the re-activation of another field is no conflict', async () => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  let left = 1
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'activate' && phase === 'before' && left-- > 0) {
      changeInConsole(bench.memoryWorld, appliance, 'network.hostname', 'other')
    }
  }
  const { outcome } = await converge(rename, bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'done' })
})
