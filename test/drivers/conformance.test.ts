import { expect, test } from 'vitest'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import { createMemoryDriver } from '../../drivers/memory/driver.ts'
import { createPoorDriver } from '../../drivers/memory/poor.ts'
import type { MemoryWorld, Stored } from '../../drivers/memory/world.ts'
import type { Driver } from '../../reconcile/driver.ts'
import { createBench, desiredSensor, fleetOf, installActivated } from '../support/memory-fleet.ts'
import { describeConformance, type ConformanceWorld } from './conformance.ts'
import { apart, patternOf, patterns, samples } from './samples.ts'

async function openMemory(driverOf: (world: MemoryWorld) => Driver): Promise<ConformanceWorld> {
  const bench = createBench(driverOf)
  const appliance = await installActivated(bench, { name: 'line-1' })
  const { sensors: _, ...fleet } = fleetOf([])
  return {
    world: bench.world,
    support: bench.world.driver('api').support,
    sensor: desiredSensor({}),
    fleet,
    registeredName: 'line-1',
    addresses: ['10.1.0.6', '10.1.0.5'],
    changeInConsole: (path, value) => changeInConsole(bench.memoryWorld, appliance, path, value as Stored),
    distrustedPeer: async () => {
      appliance.distrustedHosts = ['10.1.9.9']
      return { host: '10.1.9.9', port: 6514 }
    },
    setSecret: (name, value) => {
      bench.secrets[name] = value
    },
    close: () => undefined,
  }
}

describeConformance({ name: 'memory', open: () => openMemory(createMemoryDriver) })
describeConformance({ name: 'poor', open: () => openMemory(createPoorDriver) })

test('every field of the spec is sampled, or tested apart for a reason', () => {
  const covered = new Set([...samples.map(({ path }) => patternOf(path)), ...Object.keys(apart)])
  expect(patterns().filter((pattern) => !covered.has(pattern))).toEqual([])
})
