import type { Fleet } from '../schemas/fleet.ts'
import { attribute, readAttribution } from './observe/attribution.ts'
import type { AuditEntry } from './driver.ts'
import type { PlanContext, PlanOptions, Sight, World } from './engine.ts'
import { observeFleet, type AfterRead } from './observe/observe.ts'
import { makePlan } from './plan/plan.ts'
import type { Plan } from './plan-types.ts'

/** Observes the selected sensors and plans. Reads only. */
export async function planRun(
  fleet: Fleet,
  world: World,
  options: PlanOptions,
): Promise<{ plan: Plan; sights: readonly Sight[] }> {
  const audits = new Map<string, readonly AuditEntry[]>()
  const sights = await observeFleet(fleet, world, options, options.attribute ? auditInto(audits) : undefined)
  const plan = makePlan(fleet, sights, planContext(world, options, await orphansOf(fleet, world)))
  const problems = new Map(sights.map(({ desired, problems = [] }) => [desired.key, problems]))
  const sensors = plan.sensors.map((sensor) => {
    const added = (problems.get(sensor.key) ?? []).filter(
      ({ code }) => !sensor.problems.some((other) => other.code === code),
    )
    const told = added.length > 0 ? { ...sensor, problems: [...sensor.problems, ...added] } : sensor
    return attribute(told, audits.get(sensor.key))
  })
  return { plan: { ...plan, sensors }, sights }

  /** Plans the one sensor at once, so that its open session answers who changed it. */
  function auditInto(entries: Map<string, readonly AuditEntry[]>): AfterRead {
    return async (sight, reader) => {
      const { key } = sight.desired
      const alone = makePlan(fleet, [sight], planContext(world, { ...options, keys: [key] }, []))
      entries.set(key, await readAttribution(sight, reader, alone.sensors[0]?.changes ?? []))
    }
  }
}

/** What planning needs beside the sights. */
export function planContext(world: World, options: PlanOptions, orphans: readonly string[]): PlanContext {
  return {
    now: world.clock.now(),
    toolVersion: world.toolVersion,
    support: (driver) => world.driver(driver).support,
    registrarSupport: (name) => world.registrarReader(name).support,
    instructions: (registrar, name, placement) =>
      world.registrarReader(registrar).instructions?.(name, placement) ?? portalInstructions(name),
    options,
    orphans,
  }
}

const portalInstructions = (name: string): string =>
  `In the Azure portal: Defender for IoT > Sites and sensors: delete the old registration, register the sensor as ${name}, download its activation file.`

async function orphansOf(fleet: Fleet, world: World): Promise<string[]> {
  const former = new Set([...fleet.sensors.values()].map(({ formerKey }) => formerKey))
  const keys = await world.memory.keys()
  return keys.filter((key) => !fleet.sensors.has(key) && !former.has(key)).sort()
}
