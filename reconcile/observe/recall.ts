import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Observation } from '../driver.ts'
import { hostOf, isAddress } from './endpoints.ts'
import { lastingCertificates } from './lasting-certificates.ts'
import type { Memory, Remembered, Whereabouts } from '../memory.ts'
import { isUpdateOver } from './updating.ts'

/**
 * What is remembered of a sensor. What stands under its former key is taken over, also where the sensor was read under
 * its new key already, or where a run died while taking it over; another sensor's memory is left alone.
 */
export async function recallAppliance(
  memory: Memory,
  { key, formerKey }: Pick<DesiredAppliance, 'key' | 'formerKey'>,
): Promise<Remembered | undefined> {
  const remembered = await memory.recall(key)
  if (formerKey === undefined) return remembered
  const former = await memory.recall(formerKey)
  if (!former || (remembered && remembered.identity !== former.identity)) return remembered
  const taken = { ...former, ...remembered }
  await memory.remember(key, taken)
  await forget(memory, formerKey)
  return taken
}

/** Forgets everything that is remembered of one key. */
export async function forget(memory: Memory, key: string): Promise<void> {
  const known = await memory.recall(key)
  if (!known) return
  await memory.remember(key, Object.fromEntries(Object.keys(known).map((member) => [member, undefined])))
}

/** Keeps what a read has proved: who it was, where, by which key it was known, and what of that stays trusted. */
export async function rememberRead(memory: Memory, desired: DesiredAppliance, observation: Observation): Promise<void> {
  const { identity, endpoint, served } = observation
  const serverName = verifiedName(desired)
  const certificates = lastingCertificates(desired, observation)
  const known = await memory.recall(desired.key)
  const former = formerOf(known, observation, certificates)
  await memory.remember(desired.key, {
    identity,
    endpoint,
    ...(served && { pins: [served.pin], certificates }),
    ...(served && serverName !== undefined && { serverName }),
    ...(former && { former }),
    ...(known?.updating && isUpdateOver(known.updating, observation) && { updating: undefined }),
    lastRead: observation,
  })
}

const mostFormer = 10

/** Where it was before, when it is now elsewhere or known by another certificate. What another appliance left is dropped. */
function formerOf(
  remembered: Remembered | undefined,
  now: Observation,
  [lasting]: readonly string[],
): readonly Whereabouts[] | undefined {
  const { endpoint, certificates: [certificate] = [], identity, former = [] } = remembered ?? {}
  if (identity !== now.identity) return []
  const isKnownThere = certificate === undefined || certificate === lasting
  if (endpoint === undefined || (endpoint === now.endpoint && isKnownThere)) return undefined
  const last = { endpoint, ...(certificate !== undefined && { certificate }) }
  const others = former.filter((one) => one.endpoint !== endpoint || one.certificate !== certificate)
  return [last, ...others].slice(0, mostFormer)
}

/** The name that a certificate of an authority was checked against, where there is an authority. */
function verifiedName({ access, settings }: DesiredAppliance): string | undefined {
  if (!access.trust.some((anchor) => 'caFile' in anchor || 'system' in anchor)) return undefined
  const host = hostOf(access.endpoint)
  return access.serverName ?? settings.network?.hostname ?? (isAddress(host) ? undefined : host)
}
