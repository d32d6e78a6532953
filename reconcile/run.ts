import { applianceOf, appliancesOf, type Fleet } from '../schemas/fleet.ts'
import { attribute, readAttribution } from './observe/attribution.ts'
import type { AuditEntry } from './driver.ts'
import type { PlanContext, PlanOptions, Sight, World } from './engine.ts'
import { missingSecrets } from './observe/missing-secrets.ts'
import { observeFleet, type AfterRead } from './observe/observe.ts'
import { planAppliance } from './plan/appliance-plan.ts'
import { makePlan } from './plan/plan.ts'
import type { AppliancePlan, Plan } from './plan-types.ts'

/** Observes the selected appliances and plans. Reads only. */
export async function planRun(
  fleet: Fleet,
  world: World,
  options: PlanOptions,
): Promise<{ plan: Plan; sights: readonly Sight[] }> {
  const audits = new Map<string, readonly AuditEntry[]>()
  const sights = await observeFleet(fleet, world, options, options.attribute ? auditInto(audits) : undefined)
  const plan = makePlan(fleet, sights, planContext(world, options, await orphansOf(fleet, world)))
  const problems = new Map(sights.map(({ desired, problems = [] }) => [desired.key, problems]))
  const tell = async (appliance: AppliancePlan): Promise<AppliancePlan> => {
    const desired = applianceOf(fleet, appliance.key)
    const unasked = (problems.get(appliance.key) ?? []).filter(
      ({ code }) => !appliance.problems.some((other) => other.code === code),
    )
    const added = [...unasked, ...(desired ? await missingSecrets(desired, appliance, world.secrets) : [])]
    const told = added.length > 0 ? { ...appliance, problems: [...appliance.problems, ...added] } : appliance
    return attribute(told, audits.get(appliance.key))
  }
  const sensors = await Promise.all(plan.sensors.map(tell))
  const managementConsoles = await Promise.all(plan.managementConsoles.map(tell))
  return { plan: { ...plan, sensors, managementConsoles }, sights }

  /** Plans the one appliance at once, so that its open session answers who changed it. */
  function auditInto(entries: Map<string, readonly AuditEntry[]>): AfterRead {
    return async (sight, reader) => {
      const { desired } = sight
      const alone = planAppliance(fleet, desired, sight, planContext(world, options, []), undefined)
      entries.set(desired.key, await readAttribution(sight, reader, alone.plan.changes))
    }
  }
}

/** What an apply that follows at once need not read again. */
export const seenIn = (sights: readonly Sight[]): ReadonlyMap<string, string> =>
  new Map(
    sights.flatMap(({ desired, observation }): [string, string][] =>
      'problem' in observation || observation.revision === undefined ? [] : [[desired.key, observation.revision]],
    ),
  )

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
  const former = new Set(appliancesOf(fleet).map(({ formerKey }) => formerKey))
  const keys = await world.memory.keys()
  return keys.filter((key) => !applianceOf(fleet, key) && !former.has(key)).sort()
}
