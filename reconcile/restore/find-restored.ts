/** Finds a sensor after its restore: on fresh connections, wherever it may be now, the same identity only. */
import { DeviceError, outcomeUnknown } from '../device-error.ts'
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Observation, Writer } from '../driver.ts'
import type { World } from '../engine.ts'
import { observeThrough } from '../observe/observe.ts'
import { poll } from '../apply/poll.ts'
import type { ApplianceSession } from '../apply/session.ts'

/** A restore is given so long, restart of the services included. */
const restoreMs = 15 * 60_000
/** So many looks in a row at a sensor that is at rest say that the restore was never begun. */
const restLooks = 3

export interface Sought {
  session: ApplianceSession
  world: World
  desired: DesiredAppliance
  from: string
  /** Id of the restore that had ended before this one began. */
  before: string | null
}

/** `ended`: its outcome can be read, and the session goes on there. `notBegun`: the sensor never took it up. */
export type Finding = { state: 'ended' | 'notBegun' } | { state: 'lost'; seen: ReadonlyMap<string, string> }

/** Whether a restore of this file ended after that which had ended before. */
export const hasEnded = ({ backups }: Observation, from: string, before: string | null): boolean =>
  backups?.lastRestore?.name === from && backups.lastRestore.id !== before

export async function findRestored(sought: Sought): Promise<Finding> {
  const { session, world } = sought
  const seen = new Map<string, string>()
  let atRest = 0
  const patience = {
    deadlineMs: world.clock.monotonic() + restoreMs,
    firstPauseMs: 500,
    longestPauseMs: 5_000,
    signal: world.signal,
  }
  const found = await poll(world.clock, patience, async (): Promise<Finding | undefined> => {
    for (const endpoint of session.target.endpoints) {
      const sighting = await lookAt(sought, endpoint)
      if (typeof sighting === 'string') {
        seen.set(endpoint, sighting)
        continue
      }
      atRest = sighting.observation.unfinished.job ? 0 : atRest + 1
      const state = stateOf(sighting.observation, sought, atRest)
      if (!state) {
        await sighting.writer.close()
        return undefined
      }
      await session.adopt(sighting.writer, endpoint, sighting.observation)
      return { state }
    }
    return undefined
  })
  return found ?? { state: 'lost', seen }
}

function stateOf(observation: Observation, { from, before }: Sought, atRest: number): 'ended' | 'notBegun' | undefined {
  if (observation.unfinished.job) return undefined
  if (hasEnded(observation, from, before)) return 'ended'
  return atRest >= restLooks ? 'notBegun' : undefined
}

/** One fresh connection: the same sensor, or what was seen instead. A refused password ends the search. */
async function lookAt(
  { session, world, desired }: Sought,
  endpoint: string,
): Promise<{ writer: Writer; observation: Observation } | string> {
  const writer = session.probe(endpoint)
  try {
    return { writer, observation: await observeThrough(writer, desired, world, undefined) }
  } catch (error) {
    await writer.close()
    if (!(error instanceof DeviceError) || !mayBeElsewhere(error)) throw error
    return `${error.code}: ${error.message}`
  }
}

const mayBeElsewhere = (error: DeviceError): boolean =>
  (outcomeUnknown(error) && error.code !== 'ABORTED') ||
  ['UNREACHABLE', 'TLS_UNTRUSTED', 'IDENTITY_MISMATCH', 'NOT_A_SENSOR', 'THROTTLED'].includes(error.code)
