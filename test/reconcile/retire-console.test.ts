// The entry on a management console that does not go: nothing after it is done, and the next retirement ends it.
import { expect, test } from 'vitest'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import { consoleOf } from '../../drivers/memory/console.ts'
import type { MemoryAppliance, MemoryCall } from '../../drivers/memory/world.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import { planRetirement } from '../../reconcile/retire/plan-retirement.ts'
import { retire } from '../../reconcile/retire/retire.ts'
import type { Retirement } from '../../reconcile/retire/retirement.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  consolesOf,
  converge,
  createBench,
  desiredConsole,
  desiredSensor,
  fleetOf,
  installActivated,
  installConsole,
  restarted,
  type Bench,
} from '../support/memory-fleet.ts'
import { Killed, mortalWorld } from '../support/mortal-world.ts'

interface Plant extends Bench {
  sensor: MemoryAppliance
  console: MemoryAppliance
}

const consoles = consolesOf(desiredConsole({}, { key: 'hq', address: '10.1.8.1' }))

/** A sensor that was applied with a console and a registration, and is connected to neither now. */
async function disconnected(): Promise<Plant> {
  const bench = createBench()
  const console = installConsole(bench)
  const sensor = await installActivated(bench, { name: 'press' })
  const settings: DesiredSettings = {
    name: 'press',
    registration: { registrar: 'cloud', site: 'plant' },
    managementConsole: { console: 'hq' },
  }
  await converge(fleetOf([desiredSensor(settings)], consoles), bench.world)
  changeInConsole(bench.memoryWorld, sensor, 'managementConsole.enabled', false)
  for (const record of bench.memoryWorld.records) record.connected = false
  return { ...bench, sensor, console }
}

async function end({ world }: Pick<Plant, 'world'>): Promise<Retirement> {
  const remembered = await world.memory.recall('line-1')
  if (!remembered) throw new Error('nothing is remembered')
  const fleet = fleetOf([], consoles)
  const plan = await planRetirement(fleet, world, { key: 'line-1', remembered, unregister: true })
  return retire(plan, fleet, world, 'run-1')
}

const left = ({ memoryWorld, store, console }: Plant) => ({
  entries: [...consoleOf(console).entries.keys()],
  records: memoryWorld.records.map(({ name }) => name),
  remembered: [...store.entries.keys()].includes('line-1'),
})
const all = { entries: ['SN-1'], records: ['press'], remembered: true }
const nothing = { entries: [], records: [], remembered: false }

const removal = ({ method }: MemoryCall): boolean => method === 'removeSensor'

interface Obstacle {
  console: string
  code: string
  entry: Retirement['consoleEntry']
  arrange: (plant: Plant) => void
  /** Takes the obstacle away. */
  mend?: (plant: Plant) => void
}

const obstacles: Obstacle[] = [
  {
    console: 'that answers the removal and keeps the entry',
    code: 'READ_BACK_DIFFERS',
    entry: 'unknown',
    arrange: ({ memoryWorld, console }) => {
      const kept = [...consoleOf(console).entries]
      memoryWorld.onCall = (call) => {
        if (removal(call) && call.phase === 'after')
          for (const [uid, one] of kept) consoleOf(console).entries.set(uid, one)
      }
    },
  },
  {
    console: 'that refuses the removal',
    code: 'REFUSED',
    entry: 'unknown',
    arrange: ({ memoryWorld }) => {
      memoryWorld.onCall = (call) => {
        if (removal(call) && call.phase === 'before') throw new DeviceError('REFUSED', 'No.')
      }
    },
  },
  {
    console: 'that does not answer at all',
    code: 'UNREACHABLE',
    entry: 'unknown',
    arrange: ({ memoryWorld, console }) => {
      memoryWorld.onCall = ({ target }) => {
        if (target === console.serialNumber || target.includes('10.1.8.1'))
          throw new DeviceError('UNREACHABLE', 'No answer.')
      }
    },
  },
  {
    console: 'at which the sensor is connected again',
    code: 'CONSOLE_CONNECTED',
    entry: 'connected',
    arrange: ({ memoryWorld, sensor }) => changeInConsole(memoryWorld, sensor, 'managementConsole.enabled', true),
    mend: ({ memoryWorld, sensor }) => changeInConsole(memoryWorld, sensor, 'managementConsole.enabled', false),
  },
]

test.each(obstacles)('a console $console: nothing else is done until it is gone', async (obstacle) => {
  const plant = await disconnected()
  obstacle.arrange(plant)
  const { state, consoleEntry, problems } = await end(plant)
  expect({ state, consoleEntry, codes: problems.map(({ code }) => code), left: left(plant) }).toEqual({
    state: 'failed',
    consoleEntry: obstacle.entry,
    codes: [obstacle.code],
    left: all,
  })
  plant.memoryWorld.onCall = () => {}
  obstacle.mend?.(plant)
  expect(await end(plant)).toMatchObject({ state: 'retired', consoleEntry: 'removed', problems: [] })
  expect(left(plant)).toEqual(nothing)
})

test('a removal whose answer is lost leaves the rest to the next retirement', async () => {
  const plant = await disconnected()
  plant.memoryWorld.onCall = (call) => {
    if (removal(call) && call.phase === 'after') throw new DeviceError('CONNECTION_LOST', 'Cut.')
  }
  expect(await end(plant)).toMatchObject({ state: 'failed', consoleEntry: 'unknown' })
  expect(left(plant)).toEqual({ ...all, entries: [] })
  plant.memoryWorld.onCall = () => {}
  expect(await end(plant)).toMatchObject({ state: 'retired', consoleEntry: 'absent' })
  expect(left(plant)).toEqual(nothing)
})

test('killed at any call it is ended by the next retirement, and no intent stays on the console', async () => {
  let killed = 0
  for (let killAt = 1; ; killAt += 1) {
    const plant = await disconnected()
    const { world, life } = mortalWorld(restarted(plant), killAt)
    await end({ world }).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    if (!life.isOver) break
    killed += 1
    if (plant.store.entries.has('line-1'))
      expect(await end({ world: restarted(plant) })).toMatchObject({ state: 'retired' })
    expect([killAt, plant.console.intent, left(plant)]).toEqual([killAt, null, nothing])
  }
  expect(killed).toBeGreaterThan(20)
})
