/**
 * Laws of software updates, for any version that runs, any that is declared and any set of packages: either a problem
 * names what is missing and nothing is sent, or the steps follow the documented path; and however often a run is killed or
 * an update fails on the way, the runs after it end at the declared version, activated, with nothing left to do.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MemoryAppliance } from '../../drivers/memory/world.ts'
import type { AppliancePlan } from '../../reconcile/plan-types.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings, Fleet } from '../../schemas/fleet.ts'
import {
  converge,
  createBench,
  desiredSensor,
  digestPlan,
  fleetOf,
  installActivated,
  prepareRegistration,
  restarted,
  type Bench,
} from '../support/memory-fleet.ts'
import { mortalWorld } from '../support/mortal-world.ts'
import { sha256Of } from '../support/packages.ts'

/** Around every border of the documented path: 10.5.5 and 22.1. */
const anyVersion = fc.constantFrom<string>(
  '2.8.11',
  '3.1.1',
  '10.4.9',
  '10.5.4',
  '10.5.5',
  '10.5.5.3',
  '10.5.6',
  '22.0.9',
  '22.1',
  '22.1.3',
  '22.2.4',
  '22.3.8',
  '22.3.8.91',
  '22.3.9',
)

const anyCase = fc.record({
  from: anyVersion,
  to: anyVersion,
  packaged: fc.uniqueArray(anyVersion, { maxLength: 4 }),
  /** Makes a way that can be gone more likely. */
  helped: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  backupFirst: fc.boolean(),
})
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never

const packagesOf = ({ to, packaged, helped }: Case): string[] => [
  ...new Set([...packaged, ...(helped ? [to, '10.5.5'] : [])]),
]

const numbers = (version: string): number[] => version.split('.').map(Number)

/** Below zero where the first is older. */
function order(one: string, other: string): number {
  const [first, second] = [numbers(one), numbers(other)]
  const places = [0, 1, 2, 3].map((place) => (first[place] ?? 0) - (second[place] ?? 0))
  return places.find((difference) => difference !== 0) ?? 0
}

const isStop = (version: string): boolean => version === '10.5.5' || version.startsWith('10.5.5.')

/** The documented path (vendor how-to, "Update legacy OT sensor software"): 3.1.1 to 10.5.5 to 22.x. */
const passesStop = ({ from, to }: Case): boolean => order(from, '10.5.5') < 0 && order(to, '10.5.5') > 0 && !isStop(to)
const crosses = ({ from, to }: Case): boolean => order(from, '22.1') < 0 && order(to, '22.1') >= 0

const fileOf = (version: string): string => `/packages/sensor-secured-patcher-${version}.tar`
const contentOf = (version: string): string => `package of ${version}`

function declare(one: Case): Fleet {
  const packages = packagesOf(one).map((version) => [
    version,
    { file: fileOf(version), sha256: sha256Of(contentOf(version)) },
  ])
  const settings: DesiredSettings = {
    name: 'line-one',
    registration: { registrar: 'cloud', site: 'plant' },
    software: { version: one.to, packages: Object.fromEntries(packages), backupFirst: one.backupFirst },
  }
  return fleetOf([desiredSensor(settings, { identity: 'SN-1' })])
}

interface Installed {
  bench: Bench
  sensor: MemoryAppliance
  fleet: Fleet
}

async function install(one: Case): Promise<Installed> {
  const bench = createBench()
  for (const version of packagesOf(one)) bench.packages.set(fileOf(version), contentOf(version))
  const sensor = await installActivated(bench, { name: 'line-one' })
  Object.assign(sensor, { softwareVersion: one.from, updateMs: 2 * 60_000 })
  return { bench, sensor, fleet: declare(one) }
}

const legsOf = ({ steps }: AppliancePlan): string[] =>
  steps.flatMap(({ action }) => (action.type === 'updateSoftware' ? [action.to] : []))

/** What must be said instead of going; and what may be named there. */
function obstacleOf(one: Case): { code: string; names: readonly string[] } | undefined {
  const packages = packagesOf(one)
  if (order(one.to, one.from) < 0) return { code: 'SOFTWARE_DOWNGRADE', names: [one.from, one.to] }
  const missing = [
    ...(passesStop(one) && !packages.some(isStop) ? ['10.5.5'] : []),
    ...(packages.some((version) => order(version, one.to) === 0) ? [] : [one.to]),
  ]
  return missing.length > 0 ? { code: 'UPDATE_PACKAGE_MISSING', names: missing } : undefined
}

test('either a problem names what is missing, or the steps follow the documented path', async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, async (one) => {
      const { bench, fleet } = await install(one)
      const { plan } = await planRun(fleet, bench.world, {})
      const [sensor] = plan.sensors
      if (!sensor) throw new Error('the plan has no sensor')
      const obstacle = order(one.from, one.to) === 0 ? undefined : obstacleOf(one)
      expect(sensor.problems.map(({ code }) => code)).toEqual(obstacle ? [obstacle.code] : [])
      if (obstacle) {
        expect(sensor.steps).toEqual([])
        expect(obstacle.names.some((version) => sensor.problems[0]?.summary.includes(version))).toBe(true)
        return
      }
      const legs = legsOf(sensor)
      expect(legs.map((version) => packagesOf(one).includes(version)).includes(false)).toBe(false)
      // Each leg is newer than the one before, the last is what is declared, and none passes over 10.5.5.
      const way = [one.from, ...legs]
      expect(way.slice(1).filter((version, index) => order(version, way[index] ?? '') <= 0)).toEqual([])
      expect(order(way.at(-1) ?? '', one.to)).toBe(0)
      expect(way.slice(1).filter((to, index) => passesStop({ ...one, from: way[index] ?? '', to }))).toEqual([])
      expect(legs.length).toBeLessThanOrEqual(passesStop(one) ? 2 : 1)
      expectSurroundings(one, sensor)
    }),
    { numRuns: 150 },
  )
})

/** A backup before, the preparation before and the activation after the leg that crosses 22.1. */
function expectSurroundings(one: Case, { steps }: AppliancePlan): void {
  const ids = steps.map(({ id }) => id)
  const legs = ids.filter((id) => /^software\.\d/.test(id))
  const first = steps.find(({ id }) => id === legs[0])
  // While a person has yet to prepare the only leg, there is nothing to back up for.
  const begins = first !== undefined && !first.needs.includes('software.prepare')
  expect(ids).toEqual([
    ...(one.backupFirst && begins ? ['backup.create'] : []),
    ...(crosses(one) ? ['software.prepare'] : []),
    ...legs,
    ...(crosses(one) ? ['activation'] : []),
  ])
  steps.forEach(({ needs }, index) => expect(ids.slice(0, index)).toEqual(expect.arrayContaining([...needs])))
  if (crosses(one)) expect(steps.find(({ id }) => id === 'activation')?.needs).toContain(legs.at(-1))
}

const mostRuns = 8

/** Runs again and again, as a person or a pipeline would, until nothing is left to do. */
async function runToTheEnd({ bench, fleet }: Installed): Promise<number> {
  for (let run = 1; run <= mostRuns; run++) {
    const { plan, outcome } = await converge(fleet, restarted(bench))
    const [sensor] = outcome.sensors
    if (sensor?.status === 'done' || sensor?.status === 'unchanged') return run
    if (plan.sensors[0]?.steps.some(({ id }) => id === 'software.prepare')) prepareRegistration(bench)
    await bench.clock.sleep(60_000)
  }
  return Infinity
}

test('killed at any points, and with updates that fail, the runs after it end at the declared version', async () => {
  const cases = fc.record({
    one: anyCase.filter((one) => order(one.from, one.to) < 0),
    /** How many runs have died before a person prepares the registration. */
    preparedAfter: fc.nat({ max: 2 }),
    deaths: fc.array(fc.integer({ min: 1, max: 260 }), { maxLength: 3 }),
    failUpdates: fc.nat({ max: 1 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ one, preparedAfter, deaths, failUpdates }) => {
      const installed = await install(one)
      const { bench, sensor, fleet } = installed
      sensor.failUpdates = failUpdates
      for (const [index, killAt] of deaths.entries()) {
        if (index === preparedAfter && crosses(one) && sensor.softwareVersion !== one.to) prepareRegistration(bench)
        await converge(fleet, mortalWorld(restarted(bench), killAt).world, { run: `dead-${index}` }).catch(
          () => undefined,
        )
      }
      if (obstacleOf(one)) {
        const writes = bench.memoryWorld.calls.filter((call) =>
          / (uploadPackage|updateSoftware|createBackup)$/.test(call),
        )
        expect({ writes, version: sensor.softwareVersion }).toEqual({ writes: [], version: one.from })
        return
      }
      expect(await runToTheEnd(installed)).toBeLessThanOrEqual(mostRuns)
      expect(order(sensor.softwareVersion, one.to)).toBe(0)
      expect(sensor).toMatchObject({ activation: { status: 'Valid' }, intent: null, lease: null, update: null })
      expect(bench.memoryWorld.records).toMatchObject([{ name: 'line-one', connected: true }])
      // Long after the cloud's lag.
      bench.clock.advance(3_600_000)
      expect(digestPlan((await planRun(fleet, restarted(bench), {})).plan)).toEqual([
        { key: 'line-1', status: 'inSync', changes: [], steps: [], problems: [] },
      ])
    }),
    { numRuns: 40 },
  )
})
