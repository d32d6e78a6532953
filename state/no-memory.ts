/** Remembers nothing between runs. Leases and intents last as long as the process, for want of a better place. */
import { DeviceError } from '../reconcile/device-error.ts'
import type { Intent } from '../reconcile/lease.ts'
import type { Memory } from '../reconcile/memory.ts'

interface Held {
  holder: string
  fence: number
  until: number
  intent: Intent | null
}

export function noMemory(monotonic: () => number = () => performance.now()): Memory {
  const leases = new Map<string, Held>()
  return {
    recall: async () => undefined,
    remember: async () => {},
    keys: async () => [],
    journal: async () => {},
    lease: async (identity, { holder, ttlSeconds, fence, intent }) => {
      const known = leases.get(identity)
      refuse(known, { holder, fence }, monotonic())
      const next = fence ?? (known?.fence ?? 0) + 1
      const kept = intent === undefined ? (known?.intent ?? null) : intent
      leases.set(identity, { holder, fence: next, until: monotonic() + ttlSeconds * 1000, intent: kept })
      return { fence: next, remainingSeconds: ttlSeconds }
    },
    intent: async (identity) => leases.get(identity)?.intent ?? undefined,
    release: async (identity, fence, { clearIntent }) => {
      const known = leases.get(identity)
      if (known?.fence === fence) {
        leases.set(identity, { ...known, until: Number.NEGATIVE_INFINITY, intent: clearIntent ? null : known.intent })
      }
    },
  }
}

function refuse(
  known: Held | undefined,
  { holder, fence }: { holder: string; fence?: number | undefined },
  now: number,
) {
  if (fence !== undefined) {
    if (known?.fence !== fence) throw new DeviceError('LEASE_LOST', 'The lease was taken by another run.')
    return
  }
  if (known && known.until > now && known.holder !== holder) {
    const remainingSeconds = Math.ceil((known.until - now) / 1000)
    throw new DeviceError('LEASE_HELD', `Another run (${known.holder}) holds the lease.`, {
      facts: { remainingSeconds },
    })
  }
}
