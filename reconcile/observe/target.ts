import type { DesiredAppliance, Fleet, LoadedTrust } from '../../schemas/fleet.ts'
import { readFile } from '../compare/certificate-reading.ts'
import { DeviceError } from '../device-error.ts'
import type { Target } from '../driver.ts'
import { endpointAt, hostOf, isAddress } from './endpoints.ts'
import type { Remembered } from '../memory.ts'

/**
 * Where an appliance is found and how it is known: at its endpoint, else at the desired address and where the last run
 * left it. Other addresses than the endpoint are tried only when an identity or a pin tells the right appliance.
 */
export function targetOf(
  fleet: Fleet,
  desired: DesiredAppliance,
  remembered: Remembered = {},
  options: { readOnly?: boolean; signal?: AbortSignal | undefined } = {},
): Target {
  const { key, access } = desired
  const name = (options.readOnly ? access.readCredentials : undefined) ?? access.credentials
  const entry = fleet.credentials.get(name)
  if (!entry) throw new DeviceError('CREDENTIALS_REFUSED', `The fleet declares no credentials ${name}.`)
  const replaced = remembered.replacement?.former.identity
  const identity = access.identity ?? otherThan(replaced, pinnedIdentity(access.trust)) ?? remembered.identity
  const isKnown = identity !== undefined || hasPin(access.trust) || (remembered.pins ?? []).length > 0
  const serverName = serverNameOf(desired, remembered)
  return {
    key,
    kind: desired.kind,
    endpoints: isKnown ? endpointsOf(desired, remembered) : [access.endpoint],
    credentials: { name, entry },
    trust: access.trust,
    trustedCertificates: trustedCertificates(desired, remembered),
    knownPins: remembered.pins ?? [],
    ...(serverName !== undefined && { serverName }),
    ...(identity !== undefined && { identity }),
    ...(replaced !== undefined && { replaced }),
    ...(options.signal && { signal: options.signal }),
  }
}

function endpointsOf({ access: { endpoint }, settings }: DesiredAppliance, remembered: Remembered): string[] {
  const address = settings.network?.address
  const desired = address === undefined ? [] : [endpointAt(endpoint, address)]
  const left = remembered.endpoint === undefined ? [] : [endpointAt(endpoint, hostOf(remembered.endpoint))]
  const seen = new Set([new URL(endpoint).origin])
  return [endpoint, ...[...desired, ...left].filter((other) => !seen.has(other) && seen.add(other))]
}

/** A pin file may still tell of hardware that was replaced. */
const otherThan = (replaced: string | undefined, identity: string | undefined): string | undefined =>
  identity === replaced ? undefined : identity

const pinnedIdentity = (trust: readonly LoadedTrust[]): string | undefined =>
  trust.map((anchor) => ('pinFile' in anchor ? anchor.identity : undefined)).find((identity) => identity !== undefined)

const hasPin = (trust: readonly LoadedTrust[]): boolean =>
  trust.some((anchor) => 'pin' in anchor || ('pinFile' in anchor && anchor.pins.length > 0))

function serverNameOf({ access, settings }: DesiredAppliance, remembered: Remembered): string | undefined {
  const named = access.serverName ?? settings.network?.hostname ?? remembered.serverName
  const host = hostOf(access.endpoint)
  return named ?? (isAddress(host) ? undefined : host)
}

/** Exactly the declared certificate, those that memory goes on trusting, and the one that an intent says is being imported. */
function trustedCertificates({ settings }: DesiredAppliance, remembered: Remembered): string[] {
  const declared = settings.certificate?.certificate
  const declaredHash = declared && readFile(declared).leaf?.sha256
  const imported = remembered.lastRead?.unfinished.intent?.data['certificate']
  const all = [declaredHash, ...(remembered.certificates ?? []), imported]
  return [...new Set(all.filter((hash) => typeof hash === 'string'))]
}
