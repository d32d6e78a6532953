import type { Clock } from '../../reconcile/clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Intent } from '../../reconcile/lease.ts'
import type { JournalEntry, Memory, Remembered } from '../../reconcile/memory.ts'

export interface MemoryStore extends Memory {
  entries: Map<string, Remembered>
  lines: JournalEntry[]
}

/** The engine's memory, in memory. */
export function createMemoryStore(clock: Clock): MemoryStore {
  const entries = new Map<string, Remembered>()
  const lines: JournalEntry[] = []
  const leases = new Map<string, { holder: string; fence: number; endsAt: number }>()
  const intents = new Map<string, Intent>()
  let lastFence = 0
  return {
    entries,
    lines,
    recall: async (key) => structuredClone(entries.get(key)),
    remember: async (key, patch) => {
      const merged = Object.entries({ ...entries.get(key), ...patch }).filter(([, value]) => value !== undefined)
      if (merged.length === 0) entries.delete(key)
      else entries.set(key, structuredClone(Object.fromEntries(merged)))
    },
    keys: async () => [...entries.keys()],
    journal: async (entry) => {
      lines.push(entry)
    },
    lease: async (identity, { holder, ttlSeconds, fence, intent }) => {
      const held = leases.get(identity)
      const live = held && held.endsAt > clock.monotonic() ? held : undefined
      if (fence !== undefined && live?.fence !== fence) throw new DeviceError('LEASE_LOST', 'The lease is gone.')
      if (fence === undefined && live) {
        const remainingSeconds = (live.endsAt - clock.monotonic()) / 1000
        throw new DeviceError('LEASE_HELD', `The lease is held by ${live.holder}.`, { facts: { remainingSeconds } })
      }
      const granted = fence ?? ++lastFence
      leases.set(identity, { holder, fence: granted, endsAt: clock.monotonic() + ttlSeconds * 1000 })
      if (intent === null) intents.delete(identity)
      else if (intent) intents.set(identity, structuredClone(intent))
      return { fence: granted, remainingSeconds: ttlSeconds }
    },
    intent: async (identity) => structuredClone(intents.get(identity)),
    release: async (identity, fence, { clearIntent }) => {
      if (leases.get(identity)?.fence !== fence) return
      leases.delete(identity)
      if (clearIntent) intents.delete(identity)
    },
  }
}
