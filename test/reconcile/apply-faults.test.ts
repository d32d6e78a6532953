// What the world gets wrong during an apply, and what becomes of it.
import { expect, test } from 'vitest'
import { addAppliance, changeInConsole } from '../../drivers/memory/appliance.ts'
import type { MemoryAppliance, MemoryCall } from '../../drivers/memory/world.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { DeviceError, type DeviceErrorCode } from '../../reconcile/device-error.ts'
import type { World } from '../../reconcile/engine.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { converge, createBench, desiredSensor, fleetOf, installActivated, type Bench } from '../support/memory-fleet.ts'

const berlin: DesiredSettings = { time: { timezone: 'Europe/Berlin' } }
const renamed: DesiredSettings = { name: 'new', registration: { registrar: 'cloud', site: 'plant' } }
const twoSteps: DesiredSettings = { ...berlin, network: { dns: ['10.1.0.1'] } }

function install(bench: Bench): MemoryAppliance {
  return addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
}

/** Throws at the first calls of a method. */
function failing(bench: Bench, method: string, phase: MemoryCall['phase'], code: DeviceErrorCode, times = 1): void {
  let left = times
  bench.memoryWorld.onCall = (call) => {
    if (call.method === method && call.phase === phase && left-- > 0) throw new DeviceError(code, `Played: ${code}.`)
  }
}

const summary = ({ sensors }: Awaited<ReturnType<typeof applyPlan>>) =>
  sensors.map(({ status, steps, problems }) => ({
    status,
    steps: steps.map((step) => `${step.id}: ${step.status}`),
    problems: problems.map(({ code }) => code),
  }))

const writes = ({ memoryWorld }: Bench) => memoryWorld.calls.filter((call) => call.includes(' set ')).length

test.each<{
  name: string
  phase: MemoryCall['phase']
  code: DeviceErrorCode
  times: number
  writes: number
  status: string
}>([
  {
    name: 'lost before it took effect: repeated',
    phase: 'before',
    code: 'CONNECTION_LOST',
    times: 1,
    writes: 1,
    status: 'done',
  },
  {
    name: 'lost after it took effect: not repeated',
    phase: 'after',
    code: 'CONNECTION_LOST',
    times: 1,
    writes: 1,
    status: 'done',
  },
  {
    name: 'no answer in time, in effect: not repeated',
    phase: 'after',
    code: 'TIMEOUT',
    times: 1,
    writes: 1,
    status: 'done',
  },
  {
    name: 'server error twice, not in effect: repeated twice',
    phase: 'before',
    code: 'SERVER_ERROR',
    times: 2,
    writes: 1,
    status: 'done',
  },
  {
    name: 'server error for ever: failed',
    phase: 'before',
    code: 'SERVER_ERROR',
    times: 99,
    writes: 0,
    status: 'failed',
  },
  { name: 'refused: failed at once', phase: 'before', code: 'REFUSED', times: 1, writes: 0, status: 'failed' },
])('a write whose outcome is $name', async ({ phase, code, times, writes: count, status }) => {
  const bench = createBench()
  install(bench)
  failing(bench, 'set time', phase, code, times)
  const { outcome } = await converge(fleetOf([desiredSensor(berlin, { identity: 'SN-1' })]), bench.world)
  expect(outcome.sensors[0]?.status).toBe(status)
  expect(writes(bench)).toBe(count)
})

test('a write that was accepted but is not there is a failure, and blocks no other step', async () => {
  const bench = createBench()
  const appliance = install(bench)
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'set time' && phase === 'after') appliance.settings.set('time.timezone', 'Etc/UTC')
  }
  const { outcome } = await converge(fleetOf([desiredSensor(twoSteps)]), bench.world)
  expect(summary(outcome)).toEqual([
    { status: 'partial', steps: ['time: failed', 'network.dns: done'], problems: ['READ_BACK_DIFFERS'] },
  ])
})

test.each([
  { name: 'another field: written from the new revision', path: 'network.hostname', value: 'other', status: 'done' },
  { name: 'the very field: nothing is overwritten', path: 'time.timezone', value: 'Asia/Tokyo', status: 'failed' },
])('somebody changes $name', async ({ path, value, status }) => {
  const bench = createBench()
  const appliance = install(bench)
  let isChanged = false
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method !== 'set time' || phase !== 'before' || isChanged) return
    isChanged = true
    changeInConsole(bench.memoryWorld, appliance, path, value)
  }
  const { outcome } = await converge(fleetOf([desiredSensor(berlin)]), bench.world)
  expect(outcome.sensors[0]?.status).toBe(status)
  expect(appliance.settings.get(path)).toBe(value)
})

test.each([
  { name: 'another field: written from the new revision', path: 'network.hostname', value: 'other', at: 1 },
  { name: 'the very field: nothing is written', path: 'time.timezone', value: 'Asia/Tokyo', at: 1 },
  { name: 'a field of the next step: that step alone is not begun', path: 'network.dns', value: ['10.9.9.9'], at: 2 },
])('between the look and the lease somebody changes $name', async ({ path, value, at }) => {
  const bench = createBench()
  const appliance = install(bench)
  let leases = 0
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method !== 'lease' || phase !== 'before' || ++leases !== at) return
    changeInConsole(bench.memoryWorld, appliance, path, value)
  }
  const { outcome } = await converge(fleetOf([desiredSensor(twoSteps)]), bench.world)
  expect(summary(outcome)).toEqual([
    {
      'network.hostname': { status: 'done', steps: ['time: done', 'network.dns: done'], problems: [] },
      'time.timezone': {
        status: 'stale',
        steps: ['time: notAttempted', 'network.dns: notAttempted'],
        problems: ['APPLIANCE_CHANGED'],
      },
      'network.dns': {
        status: 'partial',
        steps: ['time: done', 'network.dns: failed'],
        problems: ['APPLIANCE_CHANGED'],
      },
    }[path],
  ])
  expect(appliance.settings.get(path)).toEqual(value)
  expect(appliance).toMatchObject({ intent: null, lease: null })
})

test('the lease of a living run is waited for, then the sensor waits for a later run', async () => {
  const bench = createBench()
  const appliance = install(bench)
  const fleet = fleetOf([desiredSensor(berlin)])
  const { plan } = await planRun(fleet, bench.world, {})
  appliance.lease = { holder: 'another', fence: 1, endsAt: Infinity }
  const outcome = await applyPlan(plan, fleet, bench.world, { run: 'late' })
  expect(summary(outcome)).toEqual([{ status: 'waiting', steps: ['time: waiting'], problems: ['LEASE_HELD'] }])
  expect(bench.clock.monotonic()).toBe(120_000)
})

test('the lease of a dead run is waited for, and its note is taken up', async () => {
  const bench = createBench()
  const appliance = install(bench)
  appliance.lease = { holder: 'dead', fence: 1, endsAt: 40_000 }
  appliance.lastFence = 1
  appliance.intent = { run: 'dead', step: 'time', tool: 'x', startedAt: '2026-03-01T11:59:00.000Z', data: {} }
  const { outcome } = await converge(fleetOf([desiredSensor(berlin)]), bench.world)
  expect(summary(outcome)).toEqual([{ status: 'done', steps: ['time: done'], problems: ['INTENT_FOUND'] }])
  expect(appliance.intent).toBeNull()
  expect(bench.store.lines.map(({ event, step }) => `${event} ${step}`)).toEqual([
    'found time',
    'intent time',
    'done time',
  ])
})

test('a lease that is lost ends all writing at once', async () => {
  const bench = createBench()
  const appliance = install(bench)
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'set time' && phase === 'before') appliance.lease = { holder: 'another', fence: 9, endsAt: Infinity }
  }
  const { outcome } = await converge(fleetOf([desiredSensor(twoSteps)]), bench.world)
  expect(summary(outcome)).toEqual([
    { status: 'failed', steps: ['time: failed', 'network.dns: notAttempted'], problems: ['LEASE_LOST'] },
  ])
  expect(appliance.settings.has('network.dns')).toBe(false)
  expect(appliance.lease).toMatchObject({ holder: 'another' })
})

test('a lease that runs out because the sensor fell silent says so, and speaks of no other run', async () => {
  const bench = createBench()
  const appliance = install(bench)
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'set time' && phase === 'before') appliance.gone = true
  }
  const { outcome } = await converge(fleetOf([desiredSensor(berlin)]), slowed(bench, 'set', 150_000, 'after'))
  expect(outcome.sensors[0]).toMatchObject({ status: 'unknown' })
  expect(outcome.sensors[0]?.problems).toEqual([
    {
      severity: 'error',
      code: 'LEASE_LOST',
      key: 'line-1',
      summary: 'The lease of this run ran out, as it could not be renewed: Nothing answers at https://10.1.0.5.',
      hint: 'Run again once the appliance answers: the next run observes what was done and goes on from there.',
    },
  ])
})

test.each([
  { name: 'between two settings', settings: twoSteps, call: 'lease', at: 2 },
  { name: 'before a setting is read back', settings: twoSteps, call: 'read', at: 3 },
  { name: 'between the end of its old registration and the new one', settings: renamed, call: 'lease', at: 4 },
])('a sensor that restarts $name is waited for: it is not left halfway', async ({ settings, call, at }) => {
  const bench = createBench()
  const appliance = await installActivated(bench, { name: 'old' })
  let met = 0
  bench.memoryWorld.onCall = ({ method, target, phase }) => {
    if (method !== call || phase !== 'before' || ++met !== at) return
    appliance.gone = true
    void bench.clock.sleep(20_000).then(() => (appliance.gone = false))
    throw new DeviceError('CONNECTION_LOST', `Played: ${target} restarts.`)
  }
  const { outcome } = await converge(fleetOf([desiredSensor(settings)]), bench.world)
  expect(summary(outcome).map(({ status, problems }) => ({ status, problems }))).toEqual([
    { status: 'done', problems: [] },
  ])
  expect(bench.memoryWorld.records.map(({ name }) => name)).toEqual([settings.name ?? 'old'])
})

test('the lease is renewed while a long write is under way', async () => {
  const bench = createBench()
  install(bench)
  const world = slowed(bench, 'set', 150_000)
  const { outcome } = await converge(fleetOf([desiredSensor(berlin)]), world)
  expect(outcome.sensors[0]?.status).toBe('done')
  const leases = bench.memoryWorld.calls.filter((call) => call.endsWith(' lease')).length
  expect(leases).toBe(1 + 7)
})

/** A world whose writes take time. */
function slowed({ world, clock }: Bench, type: string, ms: number, when: 'before' | 'after' = 'before'): World {
  const driver = world.driver('api')
  return {
    ...world,
    driver: () => ({
      ...driver,
      writer: (target) => {
        const writer = driver.writer(target)
        return {
          ...writer,
          write: async (write, guard) => {
            const isSlow = write.type === type
            if (isSlow && when === 'before') await clock.sleep(ms)
            const written = await writer.write(write, guard)
            if (isSlow && when === 'after') await clock.sleep(ms)
            return written
          },
        }
      },
    }),
  }
}

test('Ctrl-C stops after the step in flight', async () => {
  const bench = createBench()
  install(bench)
  let stops = false
  bench.memoryWorld.onCall = ({ method }) => {
    stops ||= method === 'set time'
  }
  const fleet = fleetOf([desiredSensor(twoSteps), desiredSensor(berlin, { key: 'line-2', address: '10.1.0.9' })])
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-2', address: '10.1.0.9' })
  const world = { ...bench.world, stopping: () => stops }
  const { outcome } = await converge(fleet, world, { concurrency: 1 })
  expect(outcome.interrupted).toBe(true)
  expect(summary(outcome)).toEqual([
    { status: 'partial', steps: ['time: done', 'network.dns: notAttempted'], problems: [] },
    { status: 'notAttempted', steps: ['time: notAttempted'], problems: [] },
  ])
  expect(bench.memoryWorld.appliances.map(({ lease, intent }) => ({ lease, intent }))).toEqual([
    { lease: null, intent: null },
    { lease: null, intent: null },
  ])
})

test('Ctrl-C twice aborts what is under way, and says that its outcome is not known', async () => {
  const bench = createBench()
  install(bench)
  const abort = new AbortController()
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method !== 'set time' || phase !== 'before') return
    abort.abort()
    throw abort.signal.reason
  }
  const fleet = fleetOf([desiredSensor(twoSteps), desiredSensor(berlin, { key: 'line-2', address: '10.1.0.9' })])
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-2', address: '10.1.0.9' })
  const { outcome } = await converge(fleet, { ...bench.world, signal: abort.signal }, { concurrency: 1 })
  expect(outcome.interrupted).toBe(true)
  expect(summary(outcome)).toEqual([
    { status: 'unknown', steps: ['time: unknown', 'network.dns: notAttempted'], problems: ['ABORTED'] },
    { status: 'notAttempted', steps: ['time: notAttempted'], problems: [] },
  ])
})

test.each([
  { onError: 'continue', begun: ['failed', 'done', 'done'] },
  { onError: 'stopSite', begun: ['failed', 'notAttempted', 'done'] },
  { onError: 'abort', begun: ['failed', 'notAttempted', 'notAttempted'] },
] as const)('a failed sensor means for the others: $onError', async ({ onError, begun }) => {
  const bench = createBench()
  const at = [
    { key: 'a-1', address: '10.1.0.1', site: 'a', serialNumber: 'SN-1' },
    { key: 'a-2', address: '10.1.0.2', site: 'a', serialNumber: 'SN-2' },
    { key: 'b-1', address: '10.1.0.3', site: 'b', serialNumber: 'SN-3' },
  ]
  at.forEach((one) => addAppliance(bench.memoryWorld, one))
  bench.memoryWorld.onCall = ({ method, target }) => {
    if (method === 'set time' && target === 'SN-1') throw new DeviceError('REFUSED', 'Played.')
  }
  const fleet = fleetOf(
    at.map((one) => desiredSensor(berlin, one)),
    { policy: { onError } },
  )
  const { outcome } = await converge(fleet, bench.world, { concurrency: 1 })
  expect(outcome.sensors.map(({ status }) => status)).toEqual(begun)
})

test('a refused plan is not begun', async () => {
  const bench = createBench()
  install(bench)
  const fleet = fleetOf([desiredSensor(berlin)])
  const { plan } = await planRun(fleet, bench.world, {})
  bench.memoryWorld.calls.length = 0
  const outcome = await applyPlan({ ...plan, refused: true }, fleet, bench.world, { run: 'x' })
  expect(summary(outcome)).toEqual([{ status: 'notAttempted', steps: ['time: notAttempted'], problems: [] }])
  expect(bench.memoryWorld.calls).toEqual([])
})

test('a sensor that does not answer is unknown, and the others go on', async () => {
  const bench = createBench()
  const appliance = install(bench)
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-2', address: '10.1.0.9' })
  const fleet = fleetOf([desiredSensor(berlin), desiredSensor(berlin, { key: 'line-2', address: '10.1.0.9' })])
  const { plan } = await planRun(fleet, bench.world, {})
  appliance.gone = true
  const outcome = await applyPlan(plan, fleet, bench.world, { run: 'x' })
  expect(summary(outcome)).toEqual([
    { status: 'unknown', steps: ['time: notAttempted'], problems: ['UNREACHABLE'] },
    { status: 'done', steps: ['time: done'], problems: [] },
  ])
})

test('a disruptive step waits for the window, looked at again before it begins', async () => {
  const bench = createBench()
  install(bench)
  const moved: DesiredSettings = {
    ...berlin,
    network: { address: '10.1.0.6', subnetMask: '255.255.255.0', gateway: '10.1.0.254' },
  }
  const window = { timezone: 'Etc/UTC', open: 'Sun 12:00-13:00' }
  const fleet = fleetOf([desiredSensor(moved, { site: 'berlin' })], {
    sites: new Map([['berlin', { name: 'berlin', labels: {}, window }]]),
  })
  const { plan } = await planRun(fleet, bench.world, {})
  bench.clock.advance(59 * 60_000)
  const closed = await applyPlan(plan, fleet, bench.world, { run: 'late' })
  expect(summary(closed)).toEqual([
    { status: 'waiting', steps: ['time: done', 'network.address: waiting'], problems: ['WINDOW_CLOSED'] },
  ])
  const { outcome } = await converge(fleet, bench.world, { overrides: { allowWindow: ['berlin'] } })
  expect(summary(outcome)).toEqual([{ status: 'done', steps: ['network.address: done'], problems: [] }])
})

test('no secret leaves the run', async () => {
  const bench = createBench()
  bench.secrets['PROXY'] = 'canary-8f2e'
  install(bench)
  const proxy = { host: 'proxy.example', port: 8080, password: { fromEnv: 'PROXY' } }
  const { plan, outcome } = await converge(fleetOf([desiredSensor({ network: { proxy } })]), bench.world)
  expect(outcome.sensors[0]?.status).toBe('done')
  const everything = JSON.stringify([
    plan,
    outcome,
    bench.events,
    bench.store.lines,
    [...bench.store.entries].map(([key, value]) => [key, { ...value, lastRead: [...(value.lastRead?.live ?? [])] }]),
  ])
  expect(everything).toContain('proxy.example')
  expect(everything).not.toContain('canary-8f2e')
})
