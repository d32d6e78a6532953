/** Memory that fails at any write: what was done is told as done, nothing more is begun, and the next run does the rest. */
import { expect, test } from 'vitest'
import { createBackup } from '../../drivers/memory/backup.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import type { World } from '../../reconcile/engine.ts'
import { MemoryError } from '../../reconcile/memory-error.ts'
import type { Memory } from '../../reconcile/memory.ts'
import { planRestore } from '../../reconcile/restore/plan-restore.ts'
import { restore } from '../../reconcile/restore/restore.ts'
import { planRetirement } from '../../reconcile/retire/plan-retirement.ts'
import { retire } from '../../reconcile/retire/retire.ts'
import type { Retirement } from '../../reconcile/retire/retirement.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { converge, createBench, desiredSensor, fleetOf, installActivated, restarted } from '../support/memory-fleet.ts'

/** From its nth write on nothing can be written, as on a disk that is full. */
function fullFrom(world: World, nth: number): { world: World; hasFailed: () => boolean } {
  let writes = 0
  const write = () => {
    if (++writes >= nth) throw new MemoryError('STATE_UNWRITABLE', 'the disk is full', 'Make room.')
  }
  const { memory } = world
  const full: Memory = {
    ...memory,
    remember: async (key, patch) => {
      write()
      await memory.remember(key, patch)
    },
    journal: async (entry) => {
      write()
      await memory.journal(entry)
    },
  }
  return { world: { ...world, memory: full }, hasFailed: () => writes >= nth }
}

const settings: DesiredSettings = {
  name: 'new',
  registration: { registrar: 'cloud', site: 'plant' },
  time: { timezone: 'Europe/Berlin' },
  network: { hostname: 'line-1' },
}

test('an apply: at whichever write, steps that are called done are, no other is, and the next run does the rest', async () => {
  const met = new Set<string>()
  for (let nth = 1, failed = true; failed; nth += 1) {
    const bench = createBench()
    const appliance = await installActivated(bench, { name: 'old' })
    const fleet = fleetOf([desiredSensor(settings)])
    const { plan } = await planRun(fleet, bench.world, {})
    const full = fullFrom(bench.world, nth)
    const {
      sensors: [outcome],
    } = await applyPlan(plan, fleet, full.world, { run: 'full' })
    failed = full.hasFailed()
    const done = outcome?.steps.filter(({ status }) => status === 'done').map(({ id }) => id)
    expect([nth, done?.includes('time')]).toEqual([nth, bench.memoryWorld.calls.includes('SN-1 set time')])
    expect([nth, done?.includes('activation')]).toEqual([nth, appliance.activation?.name === 'new'])
    const told = [...(outcome?.problems ?? []), ...(outcome?.steps.flatMap(({ problem }) => problem ?? []) ?? [])]
    expect([nth, told.some(({ code }) => code === 'STATE_UNWRITABLE')]).toEqual([nth, failed])
    expect(told.map(({ code }) => code)).not.toContain('INTERNAL_ERROR')
    met.add(outcome?.status ?? '')
    await converge(fleet, restarted(bench))
    const again = await planRun(fleet, restarted(bench), {})
    expect([nth, again.plan.sensors.map(({ status }) => status)]).toEqual([nth, ['inSync']])
    expect(bench.memoryWorld.records.map(({ name }) => name)).toEqual(['new'])
  }
  expect([...met].toSorted()).toEqual(['done', 'notAttempted', 'partial'])
})

test('an apply of many: once memory has failed, no other sensor is begun', async () => {
  const bench = createBench()
  const desired = []
  for (const index of [1, 2, 3]) {
    const [key, address] = [`line-${index}`, `10.1.0.${index}`]
    await installActivated(bench, { name: key, serialNumber: `SN-${index}`, address })
    desired.push(desiredSensor({ time: { timezone: 'Europe/Berlin' } }, { key, address }))
  }
  const fleet = fleetOf(desired)
  const { plan } = await planRun(fleet, bench.world, {})
  bench.memoryWorld.calls.length = 0
  const { sensors } = await applyPlan(plan, fleet, fullFrom(bench.world, 2).world, { run: 'full', concurrency: 1 })
  expect(sensors.map(({ status }) => status)).toEqual(['partial', 'notAttempted', 'notAttempted'])
  expect(bench.memoryWorld.calls.filter((call) => call.endsWith('set time'))).toEqual(['SN-1 set time'])
  expect(
    bench.memoryWorld.calls.filter((call) => /^SN-[23]/.test(call)),
    'the others are not even asked',
  ).toEqual([])
})

test('a restore that took place is told as restored, with what could not be written', async () => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'line-1' })
  const desired = desiredSensor({ time: { timezone: 'Europe/Berlin' } })
  const fleet = fleetOf([desired])
  createBackup(bench.memoryWorld, appliance)
  const planned = await planRestore(fleet, bench.world, desired, 'latest')
  const done = await restore(fleet, fullFrom(bench.world, 2).world, desired, planned, { run: 'full' })
  expect(done).toMatchObject({ state: 'restored', problems: [{ code: 'STATE_UNWRITABLE' }] })
  expect(appliance.intent).toBeNull()
})

async function end(world: World): Promise<Retirement> {
  const remembered = await world.memory.recall('line-1')
  if (!remembered) throw new Error('nothing is remembered')
  const plan = await planRetirement(fleetOf([]), world, { key: 'line-1', remembered, unregister: true })
  return retire(plan, fleetOf([]), world, 'run-1')
}

test('a retirement whose record is gone says so, and the next one forgets the rest', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'press' })
  const registration = { registrar: 'cloud', site: 'plant' }
  await converge(fleetOf([desiredSensor({ name: 'press', registration })]), bench.world)
  for (const record of bench.memoryWorld.records) record.connected = false
  expect(await end(fullFrom(bench.world, 2).world)).toMatchObject({
    state: 'failed',
    record: { state: 'deleted' },
    problems: [{ code: 'STATE_UNWRITABLE' }],
  })
  expect(await end(bench.world)).toMatchObject({ state: 'retired', problems: [] })
})
