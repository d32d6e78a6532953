import type { DesiredAppliance, LoadedTrust } from '../../schemas/fleet.ts'
import { readFile } from '../compare/certificate-reading.ts'
import type { Observation } from '../driver.ts'

/**
 * SHA-256 of the certificate that was served, as far as memory goes on trusting it when the documents name it no more:
 * one that the documents declare or that is being imported, so that the next can be imported over it, and one of an
 * authority. Not one that a pin alone vouches for: whoever takes the pin out wants it trusted no longer.
 */
export function lastingCertificates(
  { access, settings }: Pick<DesiredAppliance, 'access' | 'settings'>,
  { served, unfinished }: Pick<Observation, 'served' | 'unfinished'>,
): readonly string[] {
  if (!served) return []
  const declared = settings.certificate?.certificate
  const ours = [declared && readFile(declared).leaf?.sha256, unfinished.intent?.data['certificate']]
  return ours.includes(served.sha256) || !isPinned(access.trust, served.pin) ? [served.sha256] : []
}

const isPinned = (trust: readonly LoadedTrust[], pin: string): boolean =>
  trust.some((anchor) => ('pin' in anchor ? anchor.pin === pin : 'pinFile' in anchor && anchor.pins.includes(pin)))
