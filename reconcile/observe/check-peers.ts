/**
 * What certificate validation would halt. Asked only of an appliance that is about to have it turned on.
 *
 * @module
 */
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import { plannedPeers } from '../compare/planned-peers.ts'
import type { Observation, Reader } from '../driver.ts'
import type { Sight } from '../engine.ts'
import { isLookedAt } from '../plan/only.ts'

/** Nothing where validation stays as it is, or where the appliance cannot tell: then nobody knows. */
export async function checkPeers(
  reader: Reader,
  fleet: Fleet,
  desired: DesiredAppliance,
  observation: Observation,
  only: readonly string[] | undefined,
): Promise<Pick<Sight, 'peers' | 'plannedPeers'>> {
  const { certificate } = desired.settings
  const isOn = observation.live.get('certificate.validation') === 'mandatory'
  if (certificate?.validation !== 'mandatory' || isOn) return {}
  const planned = plannedPeers(fleet, desired, observation, (path) => isLookedAt(path, only))
  const { chain, privateKey } = certificate
  try {
    // A chain that is about to be imported judges, not the one before it.
    const peers = await reader.checkPeers?.(chain && privateKey ? chain.content : null, planned.added)
    return { plannedPeers: planned, ...(peers && { peers: peers.filter(({ path }) => !planned.gone.has(path)) }) }
  } catch {
    // That nobody knows is told by the plan; the appliance itself was read.
    return { plannedPeers: planned }
  }
}
