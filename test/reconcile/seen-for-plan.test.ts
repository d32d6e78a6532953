// What was read for a plan is not read again before the first write, where the lease can stand for a read.
import { expect, test } from 'vitest'
import { addAppliance, changeInConsole } from '../../drivers/memory/appliance.ts'
import { createMemoryDriver } from '../../drivers/memory/driver.ts'
import { createPoorDriver } from '../../drivers/memory/poor.ts'
import type { MemoryAppliance, MemoryWorld } from '../../drivers/memory/world.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { seenForPlan } from '../../reconcile/apply/seen-for-plan.ts'
import type { Driver, Observation } from '../../reconcile/driver.ts'
import type { Intent } from '../../reconcile/lease.ts'
import type { AppliancePlan, Step } from '../../reconcile/plan-types.ts'
import { planRun, seenIn } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { createBench, desiredSensor, fleetOf, type Bench } from '../support/memory-fleet.ts'

const berlin: DesiredSettings = { time: { timezone: 'Europe/Berlin' } }
const fleet = fleetOf([desiredSensor(berlin)])

function install(bench: Bench): MemoryAppliance {
  return addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
}

/** Plans; then something happens; then applies. Tells what was asked of the appliance by the apply. */
async function applyAfter(bench: Bench, happens: () => void = () => {}) {
  const { plan, sights } = await planRun(fleet, bench.world, {})
  bench.memoryWorld.calls.length = 0
  happens()
  const { sensors } = await applyPlan(plan, fleet, bench.world, { run: 'own', seen: seenIn(sights) })
  const [sensor] = sensors
  const asked = bench.memoryWorld.calls.map((call) => call.replace(/^SN-1 /, ''))
  return { asked, status: sensor?.status, problems: sensor?.problems.map(({ code }) => code) }
}

const once = ['signIn', 'lease', 'set time', 'read', 'release']

test('the lease is the first that is asked for', async () => {
  const bench = createBench()
  install(bench)
  expect(await applyAfter(bench)).toEqual({ asked: once, status: 'done', problems: [] })
})

test('so it is an hour later, when nobody has changed anything', async () => {
  const bench = createBench()
  install(bench)
  expect((await applyAfter(bench, () => bench.clock.advance(3_600_000))).asked).toEqual(once)
})

/** A driver whose lease does not tell what was there before. */
function silent(world: MemoryWorld): Driver {
  const driver = createMemoryDriver(world)
  return {
    ...driver,
    writer(target) {
      const writer = driver.writer(target)
      return {
        ...writer,
        async lease(request) {
          if (!writer.lease) throw new Error('there is no lease')
          const { revisionBefore: _, ...grant } = await writer.lease(request)
          return grant
        },
      }
    },
  }
}

test('a lease that does not tell the revision before it is followed by a look', async () => {
  const bench = createBench(silent)
  install(bench)
  expect((await applyAfter(bench)).asked).toEqual(['signIn', 'lease', 'read', 'set time', 'read', 'release'])
})

test('a lease that lies in state tells nothing of the appliance: that is looked at first', async () => {
  const bench = createBench(createPoorDriver)
  install(bench)
  expect((await applyAfter(bench)).asked).toEqual(['signIn', 'read', 'set time', 'read'])
})

test('what is planned for the console of a person who was quicker is not written', async () => {
  const bench = createBench()
  const appliance = install(bench)
  const { asked, ...told } = await applyAfter(bench, () =>
    changeInConsole(bench.memoryWorld, appliance, 'time.timezone', 'Asia/Tokyo'),
  )
  expect(told).toEqual({ status: 'stale', problems: ['APPLIANCE_CHANGED'] })
  expect(asked).toEqual(['signIn', 'lease', 'read', 'read'])
  expect(appliance).toMatchObject({ intent: null, lease: null })
})

const claim: Intent = {
  run: 'other',
  step: 'activation',
  tool: 'x',
  startedAt: '2026-03-01T11:59:00.000Z',
  data: { to: { name: 'claimed' } },
}

test.each([
  { name: 'and goes on with its own', change: undefined, status: 'done', problems: ['INTENT_FOUND'] },
  {
    name: 'and finds that its plan no longer fits',
    change: 'Asia/Tokyo',
    status: 'stale',
    problems: ['APPLIANCE_CHANGED'],
  },
])('who waited for a run that died keeps what it laid claim to, $name', async ({ change, status, problems }) => {
  const bench = createBench()
  const appliance = install(bench)
  const told = await applyAfter(bench, () => {
    if (change !== undefined) changeInConsole(bench.memoryWorld, appliance, 'time.timezone', change)
    Object.assign(appliance, { intent: claim, lastFence: 1 })
    appliance.lease = { holder: 'other', fence: 1, endsAt: bench.clock.monotonic() + 20_000 }
    appliance.revision++
  })
  expect({ status: told.status, problems: told.problems }).toEqual({ status, problems })
  expect(appliance.lease).toBeNull()
  expect(appliance.intent?.data).toEqual(claim.data)
})

test('who waited for a run that died tells what it left under way, and takes it away', async () => {
  const bench = createBench()
  const appliance = install(bench)
  const { status, problems } = await applyAfter(bench, () => {
    Object.assign(appliance, { intent: { ...claim, step: 'network.dns', data: {} }, lastFence: 1 })
    appliance.lease = { holder: 'other', fence: 1, endsAt: bench.clock.monotonic() + 20_000 }
    appliance.revision++
  })
  expect({ status, problems }).toEqual({ status: 'done', problems: ['INTENT_FOUND'] })
  expect(appliance).toMatchObject({ intent: null, lease: null })
  expect(bench.store.lines.map(({ event, step }) => `${event} ${step}`)).toEqual([
    'intent time',
    'found network.dns',
    'done time',
  ])
})

test.each([
  { name: 'a claim is kept', data: claim.data, intent: { data: claim.data } },
  { name: 'what claims nothing is told and taken away', data: {}, intent: null },
])('of a run that failed since, and gave its lease back, $name', async ({ data, intent }) => {
  const bench = createBench()
  const appliance = install(bench)
  const { asked, ...told } = await applyAfter(bench, () => {
    appliance.intent = { ...claim, data }
    appliance.revision++
  })
  expect(told).toEqual({ status: 'done', problems: ['INTENT_FOUND'] })
  expect(asked).toEqual(['signIn', 'lease', 'read', 'lease', 'set time', 'read', 'release'])
  if (intent) expect(appliance.intent).toMatchObject(intent)
  else expect(appliance.intent).toBeNull()
})

interface Case {
  name: string
  read?: Partial<Observation>
  seen?: string
  plan?: Partial<AppliancePlan>
  step?: Partial<Step>
}

const served = { sha256: 'aa', pin: 'sha256/x', subject: 'CN=line-1', notBefore: '2020-01-01T00:00:00.000Z' }

test.each<Case>([
  { name: 'another run has read it since', seen: 'another' },
  { name: 'what is remembered is of another appliance', read: { identity: 'SN-2' } },
  { name: 'what is remembered is not what was planned from', plan: { base: { 'time.timezone': 'another' } } },
  { name: 'another run is at work', read: { unfinished: { lease: { holder: 'x', fence: 1, remainingSeconds: 9 } } } },
  { name: 'a run has left something under way', read: { unfinished: { intent: claim } } },
  {
    name: 'a job runs',
    read: { unfinished: { job: { id: '1', type: 'backup', percentage: 1, startedAt: '2026-03-01T11:59:00.000Z' } } },
  },
  {
    name: 'the certificate has expired',
    read: { served: { ...served, notAfter: '2020-02-01T00:00:00.000Z', expired: true } },
  },
  {
    name: 'the certificate expires within the minute',
    read: { served: { ...served, notAfter: '2026-03-01T12:00:59.000Z', expired: false } },
  },
  {
    name: 'peers are looked at before validation is turned on',
    step: { action: { type: 'set', aspect: 'certificate', values: { 'certificate.validation': 'mandatory' } } },
  },
  { name: 'a step is more than a write', step: { action: { type: 'createBackup' } } },
])('looked at again where $name', async ({ read = {}, seen, plan = {}, step = {} }) => {
  const bench = createBench()
  install(bench)
  const { plan: made, sights } = await planRun(fleet, bench.world, {})
  const [[planned], remembered] = [made.sensors, await bench.store.recall('line-1')]
  const found = seenIn(sights).get('line-1')
  if (!planned || !remembered?.lastRead || !found) throw new Error('nothing was read')
  const { lastRead } = remembered
  const look = (more: Case) =>
    seenForPlan({
      world: bench.world,
      support: bench.world.driver('api').support,
      options: { seen: new Map([['line-1', more.seen ?? found]]) },
      plan: { ...planned, ...more.plan, steps: planned.steps.map((one) => ({ ...one, ...more.step })) },
      remembered: { ...remembered, lastRead: { ...lastRead, ...more.read } },
    })
  expect(look({ name: 'as it is' })).toEqual(lastRead)
  expect(look({ name: '', read, plan, step, ...(seen !== undefined && { seen }) })).toBeUndefined()
})
