/**
 * What no single sensor can tell: two of them in each other's way.
 *
 * | found                                                        | consequence                                  |
 * | ------------------------------------------------------------ | -------------------------------------------- |
 * | two documents reach one identity                             | the plan is refused                          |
 * | sensors swap names, or addresses (also in a larger circle)   | the plan is refused, with the way around it  |
 * | the desired address is live on another sensor of the site    | that move is withheld                        |
 * | … on a sensor of another site                                | a warning: sites may use the same addresses  |
 *
 * @module
 */
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { Observation } from '../driver.ts'
import { problemOf } from '../compare/look.ts'
import { settledLive } from '../compare/unfinished.ts'

export interface Seen {
  desired: DesiredAppliance
  observation: Observation
}

export interface CrossChecks {
  /** The whole plan is refused for these. */
  refusals: Problem[]
  /** Problems of single sensors, by key; an error withholds the change of address. */
  byKey: Map<string, Problem>
}

/** Compares the sensors that answered with each other. */
export function crossCheck(seen: readonly Seen[]): CrossChecks {
  const addresses = movesOf(seen, (one) => one.desired.settings.network?.address, liveAddress)
  const names = movesOf(seen, ({ desired }) => desired.settings.name, liveName)
  const refusals = [
    ...sharedIdentities(seen),
    ...circlesOf(names).map((keys) => swapped(seen, keys, 'NAMES_SWAPPED', 'name', 'names')),
    ...circlesOf(addresses).map((keys) => swapped(seen, keys, 'ADDRESSES_SWAPPED', 'network.address', 'addresses')),
  ]
  return { refusals, byKey: takenAddresses(seen, addresses) }
}

const liveName = ({ observation }: Seen): unknown => observation.activation?.name ?? observation.live.get('name')
const liveAddress = ({ desired, observation }: Seen): unknown =>
  settledLive(desired, observation).get('network.address')

function sharedIdentities(seen: readonly Seen[]): Problem[] {
  const byIdentity = Map.groupBy(seen, ({ observation }) => observation.identity)
  return [...byIdentity].flatMap(([identity, ones]) => {
    const [, second] = ones
    if (!second) return []
    const keys = ones.map(({ desired }) => desired.key)
    return problemOf(second.desired, {
      severity: 'error',
      code: 'IDENTITY_SHARED',
      field: 'access.endpoint',
      summary: `${keys.join(' and ')} reach one and the same appliance (${identity})`,
      hint: 'Correct the endpoint of one of them, or remove one of the documents.',
    })
  })
}

/** Who wants what another has: key to the key of the present holder. */
function movesOf(
  seen: readonly Seen[],
  wanted: (one: Seen) => string | undefined,
  held: (one: Seen) => unknown,
): Map<string, string> {
  const holders = new Map(seen.map((one) => [held(one), one.desired.key]))
  const moves = new Map<string, string>()
  for (const one of seen) {
    const want = wanted(one)
    if (want === undefined || held(one) === want) continue
    const holder = holders.get(want)
    if (holder !== undefined) moves.set(one.desired.key, holder)
  }
  return moves
}

/** Circles of a map, each beginning with its first key in order. */
function circlesOf(moves: ReadonlyMap<string, string>): string[][] {
  const done = new Set<string>()
  const circles: string[][] = []
  for (const start of moves.keys()) {
    const trail: string[] = []
    let key: string | undefined = start
    while (key !== undefined && !done.has(key)) {
      done.add(key)
      trail.push(key)
      key = moves.get(key)
    }
    if (key !== undefined && trail.includes(key)) circles.push(trail.slice(trail.indexOf(key)))
  }
  return circles
}

function swapped(seen: readonly Seen[], keys: readonly string[], code: string, field: string, what: string): Problem {
  const [first = ''] = keys
  const desired = seen.find((one) => one.desired.key === first)?.desired
  const problem = {
    severity: 'error',
    code,
    field,
    summary: `${keys.join(' and ')} swap their ${what}: each waits for the other to give its own up`,
    hint: `Take two applies: first give ${first} a third one that is free, then the one it should have.`,
  } as const
  return desired ? problemOf(desired, problem) : { ...problem, key: first }
}

function takenAddresses(seen: readonly Seen[], moves: ReadonlyMap<string, string>): Map<string, Problem> {
  const byKey = new Map(seen.map((one) => [one.desired.key, one.desired]))
  const result = new Map<string, Problem>()
  for (const [key, holderKey] of moves) {
    const [desired, holder] = [byKey.get(key), byKey.get(holderKey)]
    if (desired && holder) result.set(key, taken(desired, holder))
  }
  return result
}

const taken = (desired: DesiredAppliance, holder: DesiredAppliance): Problem =>
  problemOf(desired, {
    severity: desired.site === holder.site ? 'error' : 'warning',
    code: 'ADDRESS_TAKEN',
    field: 'network.address',
    summary: `${desired.settings.network?.address} is at present the address of ${holder.key}`,
    hint: `Choose another address, or move ${holder.key} away first.`,
  })
