// Two runs at once: one changes the appliance at a time, and both end well.
import { expect, test } from 'vitest'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import { createPoorDriver } from '../../drivers/memory/poor.ts'
import { createMemoryDriver } from '../../drivers/memory/driver.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
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

const settings: DesiredSettings = { time: { timezone: 'Europe/Berlin' }, network: { hostname: 'line-1' } }

test.each([
  { name: 'the lease lies on the appliance', driverOf: createMemoryDriver },
  { name: 'the lease lies in state', driverOf: createPoorDriver },
])('$name: the second run waits, then finds nothing left to do', async ({ driverOf }) => {
  const bench = createBench(driverOf)
  await installActivated(bench, { name: 'line-1' })
  const fleet = fleetOf([desiredSensor(settings)])
  const both = await Promise.all(['one', 'two'].map((run) => converge(fleet, restarted(bench), { run })))
  const statuses = both.map(({ outcome }) => outcome.sensors[0]?.status).sort()
  expect(statuses[0]).toBe('done')
  expect(statuses[1]).toBe('unchanged')
  const setTime = bench.memoryWorld.calls.filter((call) => call === 'SN-1 set time')
  expect(setTime).toHaveLength(1)
  const { plan } = await planRun(fleet, restarted(bench), {})
  expect(digestPlan(plan)).toEqual([{ key: 'line-1', status: 'inSync', changes: [], steps: [], problems: [] }])
})

test('two runs rename one sensor at once: it is registered once', async () => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  const fleet = fleetOf([desiredSensor({ name: 'new', registration: { registrar: 'cloud', site: 'plant' } })])
  const both = await Promise.all(['one', 'two'].map((run) => converge(fleet, restarted(bench), { run })))
  expect(both.map(({ outcome }) => outcome.sensors[0]?.status).sort()).toEqual(['done', 'unchanged'])
  expect(bench.memoryWorld.records.map(({ name, connected }) => ({ name, connected }))).toEqual([
    { name: 'new', connected: true },
  ])
  expect(appliance.activation).toMatchObject({ name: 'new', status: 'Valid' })
  expect(bench.memoryWorld.calls.filter((call) => call === 'SN-1 activate')).toHaveLength(1)
})

/** Everything that a plan can lead to, from where another run has already led. */
const everything: DesiredSettings = { ...settings, name: 'new', registration: { registrar: 'cloud', site: 'plant' } }

test.each([
  { name: 'as planned, nothing is left to do', harm: undefined, status: 'unchanged', code: 'ALREADY_DONE' },
  {
    name: 'a planned field was moved elsewhere, stale',
    harm: 'time.timezone',
    status: 'stale',
    code: 'APPLIANCE_CHANGED',
  },
  {
    name: 'another field was moved, nothing is left to do',
    harm: 'network.gateway',
    status: 'unchanged',
    code: 'ALREADY_DONE',
  },
])('a plan is applied a second time: $name', async ({ harm, status, code }) => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  const fleet = fleetOf([desiredSensor(everything)])
  const { plan } = await planRun(fleet, bench.world, {})
  expect((await applyPlan(plan, fleet, bench.world, { run: 'one' })).sensors[0]?.status).toBe('done')
  if (harm !== undefined) changeInConsole(bench.memoryWorld, appliance, harm, 'elsewhere')
  bench.memoryWorld.calls.length = 0
  const outcome = await applyPlan(plan, fleet, restarted(bench), { run: 'two' })
  expect(outcome.sensors[0]).toMatchObject({ status, problems: [{ code }] })
  expect(bench.memoryWorld.calls.filter((call) => !/ (signIn|read|lookup)$/.test(call))).toEqual([])
  expect(appliance).toMatchObject({ intent: null, lease: null })
})

test('a registration that cannot be looked up is not called done', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'old' })
  const fleet = fleetOf([desiredSensor(everything)])
  const { plan } = await planRun(fleet, bench.world, {})
  await applyPlan(plan, fleet, bench.world, { run: 'one' })
  bench.memoryWorld.onCall = ({ method }) => {
    if (method === 'lookup') throw new DeviceError('REGISTRAR_UNREACHABLE', 'Played.')
  }
  const outcome = await applyPlan(plan, fleet, restarted(bench), { run: 'two' })
  expect(outcome.sensors[0]).toMatchObject({ status: 'stale', problems: [{ code: 'APPLIANCE_CHANGED' }] })
})

test('a registration whose record is gone meanwhile is not called done', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'old' })
  const fleet = fleetOf([desiredSensor(everything)])
  const { plan } = await planRun(fleet, bench.world, {})
  await applyPlan(plan, fleet, bench.world, { run: 'one' })
  bench.memoryWorld.records = []
  const outcome = await applyPlan(plan, fleet, restarted(bench), { run: 'two' })
  expect(outcome.sensors[0]).toMatchObject({ status: 'stale' })
})
