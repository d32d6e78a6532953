// The end of a key: what is deleted is bound to it, nobody else's and not connected; then it is forgotten.
import { expect, test } from 'vitest'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { World } from '../../reconcile/engine.ts'
import { planRetirement } from '../../reconcile/retire/plan-retirement.ts'
import { retire } from '../../reconcile/retire/retire.ts'
import type { Retirement } from '../../reconcile/retire/retirement.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  converge,
  createBench,
  desiredSensor,
  fleetOf,
  installActivated,
  restarted,
  type Bench,
} from '../support/memory-fleet.ts'
import { Killed, mortalWorld } from '../support/mortal-world.ts'

const registration = { registrar: 'cloud', site: 'plant' }
const settings: DesiredSettings = { name: 'press', registration }
const empty = fleetOf([])

/** A sensor that was applied once and is switched off now. */
async function retired(more: DesiredSettings = {}): Promise<Bench> {
  const bench = createBench()
  await installActivated(bench, { name: 'press' })
  await converge(fleetOf([desiredSensor({ ...settings, ...more })]), bench.world)
  for (const record of bench.memoryWorld.records) record.connected = false
  bench.memoryWorld.calls.length = 0
  return bench
}

async function end(world: World, { fleet = empty, unregister = true } = {}): Promise<Retirement> {
  const remembered = await world.memory.recall('line-1')
  if (!remembered) throw new Error('nothing is remembered')
  const plan = await planRetirement(fleet, world, { key: 'line-1', remembered, unregister })
  return retire(plan, fleet, world, 'run-1')
}

const left = ({ memoryWorld, store }: Bench) => ({
  records: memoryWorld.records.map(({ name }) => name),
  remembered: [...store.entries.keys()],
})

test('the record goes, and what is remembered; the appliance is not contacted', async () => {
  const bench = await retired()
  expect(await end(bench.world)).toMatchObject({ state: 'retired', record: { name: 'press', state: 'deleted' } })
  expect(left(bench)).toEqual({ records: [], remembered: [] })
  expect(bench.memoryWorld.calls.filter((call) => !call.startsWith('cloud'))).toEqual([])
})

test('without --unregister no registrar is asked, and the record stays', async () => {
  const bench = await retired()
  expect(await end(bench.world, { unregister: false })).toMatchObject({
    state: 'retired',
    record: { state: 'kept' },
  })
  expect(left(bench)).toEqual({ records: ['press'], remembered: [] })
  expect(bench.memoryWorld.calls).toEqual([])
})

interface Refusal {
  when: string
  code: string
  arrange: (bench: Bench) => void | Promise<void>
  fleet?: ReturnType<typeof fleetOf>
}

const refusals: Refusal[] = [
  {
    when: 'it is connected',
    code: 'RECORD_CONNECTED',
    arrange: ({ memoryWorld }) => void (memoryWorld.records[0]!.connected = true),
  },
  {
    when: 'a document declares its name',
    code: 'RECORD_IN_USE',
    arrange: () => {},
    fleet: fleetOf([desiredSensor({ name: 'PRESS', registration }, { key: 'line-9' })]),
  },
  {
    when: 'a document declares its name, wherever',
    code: 'RECORD_IN_USE',
    arrange: () => {},
    fleet: fleetOf([desiredSensor({ name: 'press' }, { key: 'line-9' })]),
  },
  {
    when: 'another key reported it when it was read last',
    code: 'RECORD_IN_USE',
    arrange: async ({ store }) => store.remember('line-9', { ...(await store.recall('line-1')) }),
  },
  {
    when: 'no apply named a registrar',
    code: 'RECORD_UNBOUND',
    arrange: ({ store }) => store.remember('line-1', { lastApplied: undefined }),
  },
  {
    when: 'the registrar is declared no more',
    code: 'REGISTRAR_UNKNOWN',
    arrange: () => {},
    fleet: fleetOf([], { registrars: new Map() }),
  },
  {
    when: 'the registrar does not answer',
    code: 'REGISTRAR_UNREACHABLE',
    arrange: ({ memoryWorld }) => {
      memoryWorld.onCall = ({ method }) => {
        if (method === 'lookup') throw new DeviceError('REGISTRAR_UNREACHABLE', 'No answer.')
      }
    },
  },
]

test.each(refusals)('nothing is deleted and nothing forgotten when $when', async ({ code, arrange, fleet }) => {
  const bench = await retired()
  await arrange(bench)
  const before = left(bench)
  const result = await end(bench.world, fleet ? { fleet } : {})
  expect([result.state, result.problems.map((problem) => problem.code)]).toEqual(['refused', [code]])
  expect(left(bench)).toEqual(before)
  expect(bench.memoryWorld.calls).not.toContain('cloud deregister')
})

test('a record of the name in another site is not this key’s', async () => {
  const bench = await retired()
  bench.memoryWorld.records[0]!.site = 'elsewhere'
  expect(await end(bench.world)).toMatchObject({ state: 'retired', record: { state: 'absent' } })
  expect(left(bench)).toEqual({ records: ['press'], remembered: [] })
})

test('a sensor that connects while the question is open is kept', async () => {
  const bench = await retired()
  const remembered = (await bench.store.recall('line-1'))!
  const plan = await planRetirement(empty, bench.world, { key: 'line-1', remembered, unregister: true })
  bench.memoryWorld.records[0]!.connected = true
  const result = await retire(plan, empty, bench.world, 'run-1')
  expect([result.state, result.problems.map(({ code }) => code)]).toEqual(['failed', ['RECORD_CONNECTED']])
  expect(left(bench)).toEqual({ records: ['press'], remembered: ['line-1'] })
})

test('a delete that the registrar accepts and does not carry out is no success', async () => {
  const bench = await retired()
  const registrar = bench.world.registrar('cloud')
  const world = { ...bench.world, registrar: () => ({ ...registrar, deregister: async () => {} }) }
  const result = await end(world)
  expect([result.state, result.problems.map(({ code }) => code)]).toEqual(['failed', ['READ_BACK_DIFFERS']])
  expect(left(bench).remembered).toEqual(['line-1'])
})

test('a delete whose answer is lost is judged by what is there', async () => {
  const bench = await retired()
  bench.memoryWorld.onCall = ({ method, phase }) => {
    if (method === 'deregister' && phase === 'after') throw new DeviceError('CONNECTION_LOST', 'Cut.')
  }
  expect(await end(bench.world)).toMatchObject({ state: 'retired', record: { state: 'deleted' } })
})

test('killed at any call, before or after it took effect, it is taken up by the next', async () => {
  let killed = 0
  for (let killAt = 1; ; killAt += 1) {
    const bench = await retired()
    const { world, life } = mortalWorld(restarted(bench), killAt)
    const first = await end(world).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    if (!life.isOver) {
      expect(first?.state).toBe('retired')
      break
    }
    killed += 1
    if (bench.store.entries.has('line-1')) expect((await end(restarted(bench))).state).toBe('retired')
    expect([killAt, left(bench)]).toEqual([killAt, { records: [], remembered: [] }])
  }
  expect(killed).toBeGreaterThan(12)
})

test.each([
  { when: 'with its registration', choices: { unregister: true }, entry: 'leaving' },
  { when: 'alone', choices: { unregister: false, leaveConsole: true }, entry: 'leaving' },
  { when: 'by nobody who was not asked', choices: { unregister: false }, entry: 'kept' },
])('the entry on a declared console is removed $when', async ({ choices, entry }) => {
  const bench = await retired()
  const remembered = (await bench.store.recall('line-1'))!
  const lastApplied = { ...remembered.lastApplied, 'managementConsole.console': 'hq' }
  const hq = { ...desiredSensor({}, { key: 'hq' }), kind: 'ManagementConsole' as const }
  const plan = await planRetirement(fleetOf([], { managementConsoles: new Map([['hq', hq]]) }), bench.world, {
    key: 'line-1',
    remembered: { ...remembered, lastApplied },
    ...choices,
  })
  expect(plan).toMatchObject({ state: 'planned', console: 'hq', consoleEntry: entry })
})
