import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Target } from '../driver.ts'
import type { World } from '../engine.ts'
import { recallAppliance } from '../observe/recall.ts'
import { targetOf } from '../observe/target.ts'

/**
 * Where a sensor may be when a backup came back: also where it was before, and with the certificates that it had then.
 * Only the same identity is taken for it.
 */
export async function restoreTarget(fleet: Fleet, world: World, desired: DesiredAppliance): Promise<Target> {
  const remembered = await recallAppliance(world.memory, desired)
  const target = targetOf(fleet, desired, remembered, { signal: world.signal })
  const former = target.identity === undefined ? [] : (remembered?.former ?? [])
  const certificates = former.flatMap(({ certificate }) => certificate ?? [])
  return {
    ...target,
    endpoints: [...new Set([...target.endpoints, ...former.map(({ endpoint }) => endpoint)])],
    trustedCertificates: [...new Set([...target.trustedCertificates, ...certificates])],
  }
}
