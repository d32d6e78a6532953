// Two runs at once: one changes the appliance at a time, and both end well.
import { expect, test } from 'vitest'
import { createPoorDriver } from '../../drivers/memory/poor.ts'
import { createMemoryDriver } from '../../drivers/memory/driver.ts'
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
])('$name: the second run waits, then finds nothing left to do or a stale plan', async ({ driverOf }) => {
  const bench = createBench(driverOf)
  await installActivated(bench, { name: 'line-1' })
  const fleet = fleetOf([desiredSensor(settings)])
  const both = await Promise.all(['one', 'two'].map((run) => converge(fleet, restarted(bench), { run })))
  const statuses = both.map(({ outcome }) => outcome.sensors[0]?.status).sort()
  expect(statuses[0]).toBe('done')
  expect(statuses[1]).toMatch(/stale|unchanged/)
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
  expect(both.map(({ outcome }) => outcome.sensors[0]?.status)).toContain('done')
  expect(bench.memoryWorld.records.map(({ name, connected }) => ({ name, connected }))).toEqual([
    { name: 'new', connected: true },
  ])
  expect(appliance.activation).toMatchObject({ name: 'new', status: 'Valid' })
  expect(bench.memoryWorld.calls.filter((call) => call === 'SN-1 activate')).toHaveLength(1)
})
