/**
 * Laws of software updates, for any version that runs, any that is declared, any set of packages and whatever the cloud
 * offers: either a problem names what is missing and nothing is sent, or the steps follow the documented path and what is
 * offered; and however often a run is killed or
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

const anyOffer = fc.record({ version: anyVersion, fromVersion: anyVersion }, { requiredKeys: ['version'] })

const anyCase = fc.record({
  from: anyVersion,
  to: anyVersion,
  packaged: fc.uniqueArray(anyVersion, { maxLength: 4 }),
  /** Makes a way that can be gone more likely. */
  helped: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  backupFirst: fc.boolean(),
  /** Absent: the cloud does not tell. */
  offers: fc.option(fc.uniqueArray(anyOffer, { selector: ({ version }) => version, maxLength: 5 }), { nil: undefined }),
})
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never

/** A leg after the one that crosses 22.1: the cloud offers no other way. */
const onwards: Case = {
  from: '10.5.5',
  to: '22.3.9',
  packaged: ['22.1.3'],
  helped: true,
  backupFirst: true,
  offers: [
    { version: '22.3.9', fromVersion: '22.1.3' },
    { version: '22.1.3', fromVersion: '10.5.5' },
  ],
}

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
  if (one.offers) bench.memoryWorld.offers = one.offers
  for (const version of packagesOf(one)) bench.packages.set(fileOf(version), contentOf(version))
  const sensor = await installActivated(bench, { name: 'line-one' })
  Object.assign(sensor, { softwareVersion: one.from, updateMs: 2 * 60_000 })
  return { bench, sensor, fleet: declare(one) }
}

const legsOf = ({ steps }: AppliancePlan): string[] =>
  steps.flatMap(({ action }) => (action.type === 'updateSoftware' ? [action.to] : []))

const isPackaged = (one: Case, version: string): boolean => packagesOf(one).some((other) => order(other, version) === 0)

const offerOf = ({ offers }: Case, version: string) => offers?.find((offer) => order(offer.version, version) === 0)

/** A leg passes over no stop, and begins no earlier than the cloud says. */
function isLeg(one: Case, from: string, to: string): boolean {
  const { fromVersion } = offerOf(one, to) ?? {}
  const isEarly = fromVersion !== undefined && order(from, fromVersion) < 0
  return order(from, to) < 0 && !isEarly && !passesStop({ ...one, from, to })
}

/** True when packages lead from a version to the declared one. */
const leadsOn = (one: Case, from: string): boolean =>
  order(from, one.to) === 0 || packagesOf(one).some((to) => isLeg(one, from, to) && leadsOn(one, to))

/** What must be said instead of going. */
function obstacleOf(one: Case): string | undefined {
  if (order(one.to, one.from) < 0) return 'SOFTWARE_DOWNGRADE'
  if (leadsOn(one, one.from)) return undefined
  return one.offers ? expect.stringMatching(/^UPDATE_(LEG_NOT_OFFERED|PACKAGE_MISSING)$/) : 'UPDATE_PACKAGE_MISSING'
}

test('either a problem names what is missing, or the steps follow the documented path and what is offered', async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, async (one) => {
      const { bench, fleet } = await install(one)
      const { plan } = await planRun(fleet, bench.world, {})
      const [sensor] = plan.sensors
      if (!sensor) throw new Error('the plan has no sensor')
      const codes = sensor.problems.map(({ code }) => code)
      const obstacle = obstacleOf(one)
      if (obstacle) {
        expect([codes, sensor.steps]).toEqual([[obstacle], []])
        const named = [one.from, one.to, '10.5.5', ...packagesOf(one)]
        expect(named.some((version) => sensor.problems[0]?.summary.includes(version))).toBe(true)
        return
      }
      const legs = legsOf(sensor)
      const isUnlisted = one.offers !== undefined && !legs.every((version) => offerOf(one, version))
      expect(codes).toEqual(isUnlisted ? ['UPDATE_NOT_LISTED'] : [])
      // Each leg has its package and may follow the one before, and the last is what is declared.
      expect(legs.every((version) => isPackaged(one, version))).toBe(true)
      const way = [one.from, ...legs]
      expect(legs.every((to, index) => isLeg(one, way[index] ?? '', to))).toBe(true)
      expect(order(way.at(-1) ?? '', one.to)).toBe(0)
      if (!one.offers) expect(legs.length).toBeLessThanOrEqual(passesStop(one) ? 2 : 1)
      expectSurroundings(one, sensor)
    }),
    { numRuns: 300, examples: [[onwards]] },
  )
})

/** A backup before, the preparation before and the activation after the leg that crosses 22.1. */
function expectSurroundings(one: Case, { steps }: AppliancePlan): void {
  const ids = steps.map(({ id }) => id)
  const legs = ids.filter((id) => /^software\.\d/.test(id))
  const first = steps.find(({ id }) => id === legs[0])
  // While a person has yet to prepare the only leg, there is nothing to back up for.
  const begins = first !== undefined && !first.needs.includes('software.prepare')
  const crossing = legs.findIndex((id) => order(id.replace('software.', ''), '22.1') >= 0) + 1
  expect(ids).toEqual([
    ...(one.backupFirst && begins ? ['backup.create'] : []),
    ...(crosses(one) ? ['software.prepare', ...legs.slice(0, crossing), 'activation', ...legs.slice(crossing)] : legs),
  ])
  steps.forEach(({ needs }, index) => expect(ids.slice(0, index)).toEqual(expect.arrayContaining([...needs])))
  if (crosses(one)) expect(steps.find(({ id }) => id === 'activation')?.needs).toContain(legs[crossing - 1])
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
      const isUndisturbed = deaths.length === 0 && failUpdates === 0
      // One that waits for a person, and one that goes on.
      expect(await runToTheEnd(installed)).toBeLessThanOrEqual(isUndisturbed ? 2 : mostRuns)
      expect(order(sensor.softwareVersion, one.to)).toBe(0)
      expect(sensor).toMatchObject({ activation: { status: 'Valid' }, intent: null, lease: null, update: null })
      expect(bench.memoryWorld.records).toMatchObject([{ name: 'line-one', connected: true }])
      // Long after the cloud's lag.
      bench.clock.advance(3_600_000)
      expect(digestPlan((await planRun(fleet, restarted(bench), {})).plan)).toEqual([
        { key: 'line-1', status: 'inSync', changes: [], steps: [], problems: [] },
      ])
    }),
    { numRuns: 40, examples: [[{ one: onwards, preparedAfter: 0, deaths: [], failUpdates: 0 }]] },
  )
})
