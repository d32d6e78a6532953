// Moving the management address: found again, confirmed, or left as it was; never written twice.
import { expect, test } from 'vitest'
import { addAppliance, applianceAt } from '../../drivers/memory/appliance.ts'
import { createMemoryDriver, richSupport } from '../../drivers/memory/driver.ts'
import { createPoorDriver } from '../../drivers/memory/poor.ts'
import type { MemoryWorld } from '../../drivers/memory/world.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { converge, createBench, desiredSensor, digestPlan, fleetOf } from '../support/memory-fleet.ts'

const moved: DesiredSettings = {
  network: { address: '10.1.0.6', subnetMask: '255.255.255.0', gateway: '10.1.0.254' },
}
const fleet = fleetOf([desiredSensor(moved)])

const moves = ({ calls }: MemoryWorld) => calls.filter((call) => call.endsWith('changeAddress')).length

function install(bench = createBench()) {
  const appliance = addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  return { bench, appliance, addressOf: () => appliance.settings.get('network.address') }
}

test('it goes on at the new address, with the same lease, and leaves nothing behind', async () => {
  const { bench, appliance } = install()
  const { outcome } = await converge(fleet, bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'done', endpoint: 'https://10.1.0.6', problems: [] })
  expect(appliance).toMatchObject({ lastFence: 1, lease: null, intent: null, networkChange: null })
  expect(bench.store.entries.get('line-1')).toMatchObject({ endpoint: 'https://10.1.0.6' })
  bench.clock.advance(600_000)
  expect(applianceAt(bench.memoryWorld, 'https://10.1.0.6')).toBe(appliance)
})

test('the endpoint may name the old or the new address, before and after', async () => {
  const { bench } = install()
  const declaredNew = fleetOf([desiredSensor(moved, { address: '10.1.0.6' })])
  await planRun(fleetOf([desiredSensor({})]), bench.world, {})
  expect((await converge(declaredNew, bench.world)).outcome.sensors[0]).toMatchObject({ status: 'done' })
  for (const either of [fleet, declaredNew]) {
    const { plan } = await planRun(either, bench.world, {})
    expect(digestPlan(plan)).toMatchObject([{ status: 'inSync' }])
  }
})

test('another appliance at the new address is not taken for ours; the change reverts', async () => {
  const { bench, addressOf } = install()
  const { plan } = await planRun(fleet, bench.world, {})
  // It comes first in the list, so it is the one that answers.
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-9', address: '10.1.0.6' })
  bench.memoryWorld.appliances.reverse()
  const outcome = await applyPlan(plan, fleet, bench.world, { run: 'x' })
  expect(outcome.sensors[0]).toMatchObject({ problems: [{ code: 'ADDRESS_NOT_CHANGED' }] })
  expect(outcome.sensors[0]?.problems[0]?.summary).toContain('IDENTITY_MISMATCH')
  expect(addressOf()).toBe('10.1.0.5')
  expect(moves(bench.memoryWorld)).toBe(1)
})

test('a write that was lost before it took effect is not repeated', async () => {
  const { bench, addressOf } = install()
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'changeAddress' && phase === 'before') throw new DeviceError('CONNECTION_LOST', 'Played.')
  }
  const { outcome } = await converge(fleet, bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'failed', problems: [{ code: 'ADDRESS_NOT_CHANGED' }] })
  expect(addressOf()).toBe('10.1.0.5')
  expect(moves(bench.memoryWorld)).toBe(0)
})

test('a refused change leaves no note behind', async () => {
  const { bench, appliance } = install()
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'changeAddress' && phase === 'before') throw new DeviceError('REFUSED', 'The address is taken.')
  }
  const { outcome } = await converge(fleet, bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'failed', problems: [{ code: 'REFUSED' }] })
  expect(appliance).toMatchObject({ intent: null, lease: null })
})

test('a sensor that answers at neither address is unknown, with what to do at the serial console', async () => {
  const { bench, appliance } = install()
  bench.memoryWorld.onCall = ({ method }) => {
    if (method === 'changeAddress') appliance.gone = true
  }
  const { outcome } = await converge(fleet, bench.world)
  expect(outcome.sensors[0]).toMatchObject({
    status: 'unknown',
    problems: [{ code: 'ADDRESS_LOST', hint: expect.stringContaining('network reconfigure') }],
  })
  bench.memoryWorld.onCall = () => {}
  appliance.gone = false
  const { outcome: next } = await converge(fleet, bench.world)
  expect(next.sensors[0]).toMatchObject({ status: 'done' })
})

test('a confirmation whose answer was lost is looked at, not guessed', async () => {
  for (const phase of ['before', 'after'] as const) {
    const { bench, appliance } = install()
    let left = 1
    bench.memoryWorld.onCall = (call) => {
      if (call.method === 'confirmAddress' && call.phase === phase && left-- > 0) {
        throw new DeviceError('CONNECTION_LOST', 'Played.')
      }
    }
    const { outcome } = await converge(fleet, bench.world)
    expect({ phase, status: outcome.sensors[0]?.status, left: appliance.networkChange }).toEqual({
      phase,
      status: 'done',
      left: null,
    })
  }
})

test('a change that an earlier run left unconfirmed, and nobody wants any more, is waited out', async () => {
  const { bench, addressOf, appliance } = install()
  await planRun(fleetOf([desiredSensor({})]), bench.world, {})
  const from = { address: '10.1.0.5', subnetMask: '255.255.255.0', gateway: '10.1.0.254' }
  appliance.networkChange = { id: 'change-1', from, to: { ...from, address: '10.1.0.66' }, endsAt: 90_000 }
  appliance.settings.set('network.address', '10.1.0.66')
  appliance.revision++
  const stay = fleetOf([desiredSensor({ network: from }, { address: '10.1.0.66' })])
  const { plan, outcome } = await converge(stay, bench.world)
  expect(plan.sensors[0]?.steps).toMatchObject([{ action: { type: 'finishAddress', outcome: 'revert' } }])
  expect(outcome.sensors[0]).toMatchObject({ status: 'done' })
  expect(addressOf()).toBe('10.1.0.5')
})

test.each([
  { allow: false, status: 'notAttempted', address: '10.1.0.5' },
  { allow: true, status: 'done', address: '10.1.0.6' },
])('without a guard it moves only if that is allowed: $allow', async ({ allow, status, address }) => {
  const { bench, addressOf } = install(
    createBench((world) => createMemoryDriver(world, { support: { ...richSupport, guardedNetworkChange: false } })),
  )
  const overrides = { allowUnguardedNetworkChange: allow }
  const { outcome } = await converge(fleet, bench.world, { overrides })
  expect(outcome.sensors[0]?.status).toBe(status)
  expect(addressOf()).toBe(address)
})

test('a driver without leases keeps its lease in state over the move', async () => {
  const { bench, addressOf } = install(createBench(createPoorDriver))
  const { outcome } = await converge(fleet, bench.world, { overrides: { allowUnguardedNetworkChange: true } })
  expect(outcome.sensors[0]?.status).toBe('done')
  expect(addressOf()).toBe('10.1.0.6')
  expect(await bench.store.intent('SN-1')).toBeUndefined()
  expect(await bench.store.lease('SN-1', { holder: 'next', ttlSeconds: 60 })).toMatchObject({ fence: 2 })
})
