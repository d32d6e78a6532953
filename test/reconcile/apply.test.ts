import { expect, test } from 'vitest'
import { addAppliance, changeInConsole } from '../../drivers/memory/appliance.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { planRun } from '../../reconcile/run.ts'
import { converge, createBench, desiredSensor, digestPlan, fleetOf, installActivated } from '../support/memory-fleet.ts'

test('one field costs sign-in, read, lease with intent, write, read back, release', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  const fleet = fleetOf([desiredSensor({ time: { timezone: 'Europe/Berlin' } })])
  const { plan } = await planRun(fleet, bench.world, {})
  expect(bench.memoryWorld.calls).toEqual(['SN-1 signIn', 'SN-1 read'])
  bench.memoryWorld.calls.length = 0
  const outcome = await applyPlan(plan, fleet, bench.world, { run: 'run-a' })
  expect(outcome.sensors).toMatchObject([{ status: 'done', identity: 'SN-1', steps: [{ id: 'time', status: 'done' }] }])
  expect(bench.memoryWorld.calls).toEqual([
    'SN-1 signIn',
    'SN-1 read',
    'SN-1 lease',
    'SN-1 set time',
    'SN-1 read',
    'SN-1 release',
  ])
  const { plan: again } = await planRun(fleet, bench.world, {})
  expect(digestPlan(again)).toEqual([{ key: 'line-1', status: 'inSync', changes: [], steps: [], problems: [] }])
})

test('a rename re-activates and ends with both sides agreeing', async () => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  const fleet = fleetOf([
    desiredSensor({ name: 'new', registration: { registrar: 'cloud', site: 'plant' }, activation: { mode: 'cloud' } }),
  ])
  const { plan, outcome } = await converge(fleet, bench.world)
  expect(digestPlan(plan)).toMatchObject([{ changes: ['name'], steps: ['activation'] }])
  expect(outcome.sensors).toMatchObject([{ status: 'done' }])
  expect(appliance.activation).toMatchObject({ name: 'new', status: 'Valid' })
  expect(bench.memoryWorld.records.map(({ name, connected }) => ({ name, connected }))).toEqual([
    { name: 'new', connected: true },
  ])
  const { plan: again } = await planRun(fleet, bench.world, {})
  expect(digestPlan(again)).toEqual([{ key: 'line-1', status: 'inSync', changes: [], steps: [], problems: [] }])
})

test('a move is guarded, confirmed over a new connection, and the appliance is found again', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  const fleet = fleetOf([
    desiredSensor({ network: { address: '10.1.0.6', subnetMask: '255.255.255.0', gateway: '10.1.0.254' } }),
  ])
  const { outcome } = await converge(fleet, bench.world)
  expect(outcome.sensors).toMatchObject([{ status: 'done', endpoint: 'https://10.1.0.6' }])
  bench.clock.advance(3_600_000)
  const { plan } = await planRun(fleet, bench.world, {})
  expect(digestPlan(plan)).toEqual([{ key: 'line-1', status: 'inSync', changes: [], steps: [], problems: [] }])
})

test('what changed since the plan is not overwritten', async () => {
  const bench = createBench()
  const appliance = addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  const fleet = fleetOf([desiredSensor({ time: { timezone: 'Europe/Berlin' } })])
  const { plan } = await planRun(fleet, bench.world, {})
  changeInConsole(bench.memoryWorld, appliance, 'time.timezone', 'Asia/Tokyo')
  const outcome = await applyPlan(plan, fleet, bench.world, { run: 'run-a' })
  expect(outcome.sensors).toMatchObject([
    { status: 'stale', problems: [{ code: 'APPLIANCE_CHANGED', field: 'time.timezone' }] },
  ])
  expect(appliance.settings.get('time.timezone')).toBe('Asia/Tokyo')
})
