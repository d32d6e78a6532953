// Looking at a fleet: what it costs, where it looks, what it remembers, and what it does without memory.
import { expect, test } from 'vitest'
import { addAppliance, changeInConsole } from '../../drivers/memory/appliance.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { World } from '../../reconcile/engine.ts'
import { observeFleet } from '../../reconcile/observe/observe.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { createMemoryStore } from '../support/memory-store.ts'
import { converge, createBench, desiredSensor, digestPlan, fleetOf, installActivated } from '../support/memory-fleet.ts'

const berlin: DesiredSettings = { time: { timezone: 'Europe/Berlin' } }
const named: DesiredSettings = { name: 'line-1', registration: { registrar: 'cloud', site: 'plant' } }

test('drift costs one sign-in and one read a sensor, and one question more where it drifted', async () => {
  const bench = createBench()
  const drifted = addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-2', address: '10.1.0.9' })
  const fleet = fleetOf([desiredSensor(berlin), desiredSensor(berlin, { key: 'line-2', address: '10.1.0.9' })])
  await converge(fleet, bench.world)
  bench.clock.advance(60_000)
  changeInConsole(bench.memoryWorld, drifted, 'time.timezone', 'Asia/Tokyo')
  bench.memoryWorld.calls.length = 0
  const { plan } = await planRun(fleet, bench.world, { attribute: true, concurrency: 1 })
  expect(bench.memoryWorld.calls).toEqual(['SN-1 signIn', 'SN-1 read', 'SN-1 audit', 'SN-2 signIn', 'SN-2 read'])
  expect(plan.sensors.map(({ status }) => status)).toEqual(['drifted', 'inSync'])
  expect(plan.sensors[0]?.changes).toMatchObject([
    { path: 'time.timezone', cause: 'sensor', attribution: { user: 'operator', from: '10.9.9.9 console' } },
  ])
})

test('a held sensor is not contacted; an expired hold is no hold', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  for (const { until, calls } of [
    { until: '2026-03-02', calls: [] },
    { until: '2026-03-01', calls: ['SN-1 signIn', 'SN-1 read'] },
  ]) {
    const hold = { until, reason: 'maintenance' }
    await observeFleet(fleetOf([desiredSensor(berlin, { hold })]), bench.world, {})
    expect({ until, calls: bench.memoryWorld.calls }).toEqual({ until, calls })
  }
})

test('only selected sensors are looked at', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-2', address: '10.1.0.9' })
  const fleet = fleetOf([desiredSensor(berlin), desiredSensor(berlin, { key: 'line-2', address: '10.1.0.9' })])
  const sights = await observeFleet(fleet, bench.world, { keys: ['line-2'] })
  expect(sights.map(({ desired }) => desired.key)).toEqual(['line-2'])
})

test('no more sensors are in flight than allowed', async () => {
  const bench = createBench()
  const keys = Array.from({ length: 12 }, (_, index) => ({ key: `s-${index}`, address: `10.1.1.${index}` }))
  keys.forEach(({ address }, index) => addAppliance(bench.memoryWorld, { serialNumber: `SN-${index}`, address }))
  let [inFlight, most] = [0, 0]
  const onEvent: World['onEvent'] = ({ type }) => {
    if (type === 'observing') most = Math.max(most, ++inFlight)
    if (type === 'observed') inFlight--
  }
  const fleet = fleetOf(
    keys.map((options) => desiredSensor(berlin, options)),
    { policy: { concurrency: 4 } },
  )
  await observeFleet(fleet, { ...bench.world, onEvent }, {})
  expect(most).toBe(4)
})

test('no sensor waits for the disk, the run does, and what could not be written is told', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-2', address: '10.1.0.9' })
  const fleet = fleetOf([desiredSensor(berlin), desiredSensor(berlin, { key: 'line-2', address: '10.1.0.9' })])
  const observed: string[] = []
  const allObserved = Promise.withResolvers<void>()
  const onEvent: World['onEvent'] = ({ type, key }) => {
    if (type === 'observed' && observed.push(key) === 2) allObserved.resolve()
  }
  const remember = async (): Promise<void> => {
    await allObserved.promise
    throw new Error('the disk is full')
  }
  const world: World = { ...bench.world, onEvent, memory: { ...bench.world.memory, remember } }
  await expect(observeFleet(fleet, world, { concurrency: 1 })).rejects.toThrow('the disk is full')
  expect(observed).toEqual(['line-1', 'line-2'])
})

test('without a known identity or pin no other address is tried', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.6' })
  const settings: DesiredSettings = { network: { address: '10.1.0.6' } }
  const anonymous = { ...desiredSensor(settings) }
  const system = { ...anonymous, access: { ...anonymous.access, trust: [{ system: true } as const] } }
  const problems = (await observeFleet(fleetOf([system]), bench.world, {})).map(({ observation }) => observation)
  expect(problems).toMatchObject([{ problem: { code: 'UNREACHABLE', key: 'line-1' } }])
  const identified = { ...system, access: { ...system.access, identity: 'SN-1' } }
  const found = (await observeFleet(fleetOf([identified]), bench.world, {})).map(({ observation }) => observation)
  expect(found).toMatchObject([{ identity: 'SN-1', endpoint: 'https://10.1.0.6' }])
})

test('another appliance under the endpoint is refused', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-9', address: '10.1.0.5' })
  const fleet = fleetOf([desiredSensor(berlin, { identity: 'SN-1' })])
  const { plan } = await planRun(fleet, bench.world, {})
  expect(plan.sensors).toMatchObject([{ status: 'unknown', problems: [{ code: 'IDENTITY_MISMATCH' }] }])
})

test('what is remembered under a former key is taken over, once', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  await converge(fleetOf([desiredSensor(berlin, { key: 'before' })]), bench.world)
  const renamed = fleetOf([desiredSensor({ time: { timezone: 'Asia/Tokyo' } }, { key: 'after', formerKey: 'before' })])
  const { plan } = await planRun(renamed, bench.world, {})
  expect(plan.sensors).toMatchObject([{ key: 'after', changes: [{ path: 'time.timezone', cause: 'spec' }] }])
  expect(plan.orphans).toEqual([])
  expect([...bench.store.entries.keys()]).toEqual(['after'])
})

test('what the state store knows and no document declares is an orphan, and is not contacted', async () => {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-2', address: '10.1.0.9' })
  const second = desiredSensor(berlin, { key: 'line-2', address: '10.1.0.9' })
  await converge(fleetOf([desiredSensor(berlin), second]), bench.world)
  bench.memoryWorld.calls.length = 0
  const { plan } = await planRun(fleetOf([second]), bench.world, {})
  expect(plan.orphans).toEqual(['line-1'])
  expect(bench.memoryWorld.calls.filter((call) => call.startsWith('SN-1'))).toEqual([])
})

test('a registrar that does not answer leaves the registration unverifiable, with a warning, and nothing else', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'line-1' })
  bench.memoryWorld.onCall = ({ target }) => {
    if (target === 'cloud') throw new DeviceError('REGISTRAR_UNREACHABLE', 'The cloud does not answer.')
  }
  const fleet = fleetOf([desiredSensor({ ...named, ...berlin })])
  const { plan } = await planRun(fleet, bench.world, {})
  expect(digestPlan(plan)).toMatchObject([
    { changes: ['time.timezone'], steps: ['time'], problems: ['REGISTRAR_UNREACHABLE'] },
  ])
  expect(plan.sensors[0]?.unverifiable).toContain('registration.record')
  expect(plan.sensors[0]?.problems).toMatchObject([{ severity: 'warning' }])
})

test('a secret that this machine lacks is an error of the run: nobody is said to be unknown for it', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'line-1' })
  bench.memoryWorld.onCall = ({ target, method }) => {
    if (target === 'cloud' || method === 'signIn') throw new DeviceError('SECRET_MISSING', 'TOKEN is not set.')
  }
  const sensors = Array.from({ length: 12 }, (_, index) => desiredSensor(named, { key: `line-${index}`, site: 'a' }))
  const { plan } = await planRun(fleetOf(sensors), bench.world, {})
  expect(plan.problems).toEqual([])
  expect(plan.sensors[0]).toMatchObject({
    status: 'unknown',
    problems: [{ code: 'SECRET_MISSING', severity: 'error' }],
  })

  bench.memoryWorld.onCall = ({ target }) => {
    if (target === 'cloud') throw new DeviceError('SECRET_MISSING', 'TOKEN is not set.')
  }
  const { plan: read } = await planRun(fleetOf([desiredSensor(named)]), bench.world, {})
  expect(read.sensors[0]).toMatchObject({ steps: [], problems: [{ code: 'SECRET_MISSING', severity: 'error' }] })
})

test('a secret that a step sends and this machine lacks is told by the plan, at its line', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'line-1' })
  const mailServer = { host: 'mail.example', port: 25, sender: 'a@b.example', username: 'u' }
  const origin = { place: { file: 'line-1.yaml', line: 9, column: 3 }, layer: 'sensor' as const }
  const declared = desiredSensor({ ...named, mailServer: { ...mailServer, password: { fromEnv: 'SMTP' } } })
  const fleet = fleetOf([{ ...declared, origins: new Map([['mailServer.password', origin]]) }])
  const { plan } = await planRun(fleet, bench.world, {})
  expect(plan.sensors[0]?.steps.map(({ id }) => id)).toEqual(['mailServer'])
  expect(plan.sensors[0]?.problems).toEqual([
    {
      severity: 'warning',
      code: 'SECRET_NOT_AT_HAND',
      key: 'line-1',
      field: 'mailServer.password',
      at: origin.place,
      summary: 'The variable SMTP is not set, and the step "set mail server" sends it',
      hint: 'Have it at hand where the plan is applied.',
    },
  ])
  bench.secrets['SMTP'] = 'canary'
  expect((await planRun(fleet, bench.world, {})).plan.sensors[0]?.problems).toEqual([])
})

test('without any memory everything converges; causes are then undetermined', async () => {
  const bench = createBench()
  await installActivated(bench, { name: 'old' })
  const forgetful = (): World => ({ ...bench.world, memory: createMemoryStore(bench.clock) })
  const fleet = fleetOf([desiredSensor({ ...named, ...berlin })])
  const { plan, outcome } = await converge(fleet, forgetful())
  expect(plan.sensors[0]?.changes.map(({ path, cause }) => `${path}: ${cause}`)).toEqual([
    'name: undetermined',
    'time.timezone: undetermined',
  ])
  expect(outcome.sensors[0]).toMatchObject({ status: 'done' })
  const { plan: again } = await planRun(fleet, forgetful(), {})
  expect(digestPlan(again)).toMatchObject([{ status: 'inSync', steps: [] }])
})

test('a sensor that is in sync at its first apply is remembered as applied', async () => {
  const bench = createBench()
  const appliance = addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  changeInConsole(bench.memoryWorld, appliance, 'time.timezone', 'Europe/Berlin')
  const fleet = fleetOf([desiredSensor(berlin)])
  expect((await converge(fleet, bench.world)).outcome.sensors[0]?.status).toBe('unchanged')
  changeInConsole(bench.memoryWorld, appliance, 'time.timezone', 'Asia/Tokyo')
  const { plan } = await planRun(fleet, bench.world, {})
  expect(plan.sensors[0]?.changes).toMatchObject([{ cause: 'sensor' }])
})

test('a secret that is not at hand makes its field unverifiable, not the sensor unknown', async () => {
  const bench = createBench()
  const appliance = addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  for (const [path, value] of Object.entries({ enabled: true, host: 'proxy.example', port: 8080 })) {
    changeInConsole(bench.memoryWorld, appliance, `network.proxy.${path}`, value)
  }
  changeInConsole(bench.memoryWorld, appliance, 'network.proxy.password', { secret: 'x' })
  const proxy = { host: 'proxy.example', port: 8080, password: { fromEnv: 'MISSING' } }
  const { plan } = await planRun(fleetOf([desiredSensor({ network: { proxy } })]), bench.world, {})
  expect(plan.sensors[0]).toMatchObject({ changes: [], unverifiable: ['network.proxy.password'] })
})
