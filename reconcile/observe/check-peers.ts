/**
 * What certificate validation would halt. Asked only of an appliance that is about to have it turned on.
 *
 * @module
 */
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Observation, PeerCheck, Reader } from '../driver.ts'

/** Nothing where validation stays as it is, or where the appliance cannot tell: then nobody knows. */
export async function checkPeers(
  reader: Reader,
  { settings: { certificate } }: Pick<DesiredAppliance, 'settings'>,
  { live }: Pick<Observation, 'live'>,
): Promise<readonly PeerCheck[] | undefined> {
  if (certificate?.validation !== 'mandatory' || live.get('certificate.validation') === 'mandatory') return undefined
  const { chain, privateKey } = certificate
  try {
    // A chain that is about to be imported judges, not the one before it.
    return await reader.checkPeers?.(chain && privateKey ? chain.content : null)
  } catch {
    // That nobody knows is told by the plan; the appliance itself was read.
    return undefined
  }
}
