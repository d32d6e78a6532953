/**
 * What comparing and planning costs when everything has been read: `node bench/planning.ts [COUNT]…`. One field of every
 * second sensor differs. The floor writes the settings of both sides as JSON and reads them again. One measure in a
 * process of its own: `node bench/planning.ts COUNT plan|json`.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { addAppliance } from '../drivers/memory/appliance.ts'
import type { Observation } from '../reconcile/driver.ts'
import type { PlanContext, Sight } from '../reconcile/engine.ts'
import { observeFleet } from '../reconcile/observe/observe.ts'
import { makePlan } from '../reconcile/plan/plan.ts'
import type { Plan } from '../reconcile/plan-types.ts'
import { planContext } from '../reconcile/run.ts'
import type { DesiredAppliance, Fleet } from '../schemas/fleet.ts'
import { createBench, desiredSensor, fleetOf } from '../test/support/memory-fleet.ts'
import { measureIn, tellMeasure, type Measured } from './measured.ts'

const addressOf = (index: number): string =>
  `10.${Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`

const desired = (index: number): DesiredAppliance =>
  desiredSensor(
    {
      time: { timezone: 'Europe/Berlin', dateFormat: index % 2 === 0 ? 'dd/MM/yyyy HH:mm:ss' : 'MM/dd/yyyy HH:mm:ss' },
      network: { hostname: `line-${index}.example` },
    },
    { key: `line-${index}`, address: addressOf(index), site: `site-${index % 40}` },
  )

/** What planning is given: one sensor is read, and all others answer as it does, under serial numbers of their own. */
async function read(count: number): Promise<{ fleet: Fleet; sights: readonly Sight[]; context: PlanContext }> {
  const bench = createBench()
  addAppliance(bench.memoryWorld, { serialNumber: 'SN-0', address: addressOf(0) })
  const [first] = await observeFleet(fleetOf([desired(0)]), bench.world, {})
  const sensors = Array.from({ length: count }, (_, index) => desired(index))
  const sights = sensors.map((sensor, index) => {
    const sight = structuredClone(first) as Sight & { observation: Observation }
    sight.observation.identity = `SN-${index}`
    return { ...sight, desired: sensor }
  })
  return { fleet: fleetOf(sensors), sights, context: planContext(bench.world, {}, []) }
}

/** One after the other, each in a process of its own. */
export function measurePlanning(count: number): { plan: Measured; json: Measured } {
  const of = (what: string): Measured => measureIn(fileURLToPath(import.meta.url), count, what)
  return { json: of('json'), plan: of('plan') }
}

function mustDiffer({ sensors }: Plan, count: number): void {
  const changed = sensors.filter(({ changes }) => changes.length > 0).length
  if (changed !== count) throw new Error(`${changed} of ${count} sensors have changes`)
}

if (import.meta.main) {
  const [count, what] = process.argv.slice(2)
  if (what === 'plan' || what === 'json') {
    const { fleet, sights, context } = await read(Number(count))
    const sides = sights.map(({ desired: { settings }, observation }) => [settings, observation])
    if (what === 'json') await tellMeasure(() => sides.map((side) => JSON.parse(JSON.stringify(side)) as unknown))
    else await tellMeasure(() => mustDiffer(makePlan(fleet, sights, context), Number(count)))
  } else {
    for (const size of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 10_000]) {
      console.log(size, measurePlanning(size))
    }
  }
}
