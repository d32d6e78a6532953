import { expect, test } from 'vitest'
import { changeInConsole } from '../../drivers/memory/appliance.ts'
import { createMemoryDriver } from '../../drivers/memory/driver.ts'
import { createPoorDriver } from '../../drivers/memory/poor.ts'
import { connectionStringOf, consoleOf } from '../../drivers/memory/console.ts'
import type { MemoryAppliance, MemoryWorld, Stored } from '../../drivers/memory/world.ts'
import type { Driver } from '../../reconcile/driver.ts'
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import {
  createBench,
  desiredConsole,
  desiredSensor,
  fleetOf,
  installActivated,
  installConsole,
} from '../support/memory-fleet.ts'
import { sha256Of } from '../support/packages.ts'
import { describeConformance } from './conformance.ts'
import type { ConformanceWorld, ConsoleUnderTest, UnderTest } from './conformance-session.ts'
import { uncovered } from './samples.ts'

async function openMemory(driverOf: (world: MemoryWorld) => Driver): Promise<ConformanceWorld> {
  const bench = createBench(driverOf)
  const appliance = await installActivated(bench, { name: 'line-1' })
  const { sensors: _, managementConsoles: __, ...fleet } = fleetOf([])
  const [version, file] = ['22.3.9', '/packages/sensor-secured-patcher-22.3.9.tar']
  bench.packages.set(file, version)
  const underTest = (one: MemoryAppliance, document: DesiredAppliance): UnderTest => ({
    document,
    changeInConsole: (path, value) => changeInConsole(bench.memoryWorld, one, path, value as Stored),
  })
  const consoleUnderTest = (key: string, host: number, softwareVersion: string): ConsoleUnderTest => {
    const address = `10.1.8.${host}`
    const one = installConsole(bench, { serialNumber: `MC-${host}`, address, softwareVersion })
    return {
      ...underTest(one, desiredConsole({}, { key, address })),
      connectionString: connectionStringOf(consoleOf(one)),
    }
  }
  return {
    world: bench.world,
    support: bench.world.driver('api').support,
    sensor: underTest(appliance, desiredSensor({})),
    fleet,
    registeredName: 'line-1',
    addresses: ['10.1.0.6', '10.1.0.5'],
    consoles: {
      hq: consoleUnderTest('hq', 1, version),
      spare: consoleUnderTest('spare', 2, version),
      old: consoleUnderTest('old', 3, '22.2.9'),
      own: consoleUnderTest('own', 4, version),
    },
    update: { version, package: { file, sha256: sha256Of(version) } },
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

test.each(['Sensor', 'ManagementConsole'] as const)(
  'every field of a %s is sampled, or tested apart for a reason',
  (kind) => {
    expect(uncovered(kind)).toEqual([])
  },
)
