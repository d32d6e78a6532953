/**
 * What the engine remembers of a sensor, in Terraform's private state: the memory of the CLI for one appliance, and the
 * sight that the next plan is made from.
 *
 * @module
 */
import type { Observation } from '../../../reconcile/driver.ts'
import type { Sight } from '../../../reconcile/engine.ts'
import type { Memory, Remembered } from '../../../reconcile/memory.ts'
import type { Private } from '../../model/resource.ts'

/** What was seen at the last read; the desired side comes from the configuration. */
export interface SeenSight extends Omit<Sight, 'desired' | 'tags' | 'remembered'> {
  observation: Observation
}

/** A step was begun and its end was not seen: another run is at work, or was interrupted. */
export const isUnderWay = ({ observation }: SeenSight): boolean => observation.unfinished.intent !== undefined

export interface Kept {
  remembered: Remembered
  seen?: SeenSight
  /** Which registration and which console were looked at, beside the appliance itself. */
  asked?: string
  /** The id of this resource, that it writes on the appliance. */
  owner?: string
  /** It has been written. */
  adopted?: true
  /** It did not answer at the last read, so that what was seen is older. */
  unread?: true
  /** Planned to be destroyed and created in one run. */
  replacing?: true
}

/** Maps are written as pairs under this key, which no value of ours has. */
const pairs = '$map'

/** As JSON. The last read stands in it once. */
export function toPrivate({ remembered, seen, ...marks }: Kept): Private {
  const others = Object.fromEntries(Object.entries(remembered).filter(([member]) => member !== 'lastRead'))
  return pack(seen ? { remembered: others, seen, ...marks } : { remembered, ...marks }) as Private
}

export function fromPrivate(kept: Private): Kept {
  const { remembered = {}, seen, ...marks } = unpack(kept) as Partial<Kept>
  return seen ? { remembered: { ...remembered, lastRead: seen.observation }, seen, ...marks } : { remembered, ...marks }
}

function pack(value: unknown): unknown {
  if (value instanceof Map) return { [pairs]: [...value].map(([key, item]) => [key, pack(item)]) }
  if (Array.isArray(value)) return value.map(pack)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]))
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack)
  if (typeof value !== 'object' || value === null) return value
  const listed = (value as Record<string, unknown>)[pairs]
  if (Array.isArray(listed)) return new Map(listed.map(([key, item]: [string, unknown]) => [key, unpack(item)]))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]))
}

const noLease = () => {
  throw new TypeError('leases of this driver lie on the appliance')
}

/** The memory of one sensor. What it holds at the end is kept by Terraform; a lease lies on the appliance. */
export function memoryOf(key: string, remembered: Remembered): Memory & { kept(): Remembered } {
  let now: Remembered = { ...remembered }
  return {
    kept: () => now,
    recall: async (asked) => (asked === key && Object.keys(now).length > 0 ? now : undefined),
    remember: async (asked, patch) => {
      if (asked !== key) return
      const merged = Object.entries({ ...now, ...patch }).filter(([, value]) => value !== undefined)
      now = Object.fromEntries(merged)
    },
    keys: async () => [key],
    journal: async () => {},
    lease: async () => noLease(),
    intent: async () => undefined,
    release: async () => {},
  }
}
