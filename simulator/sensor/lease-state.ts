import { Refusal } from './refusal.ts'
import type { ApplianceState, StoredLease } from './state.ts'

/** The lease that is in force. */
export const leaseOf = ({ lease }: Pick<ApplianceState, 'lease'>, uptimeMs: number): StoredLease | null =>
  lease && lease.endsUptimeMs > uptimeMs ? lease : null

/** Refuses a write that does not carry the fence of the lease in force. */
export function checkFence(state: ApplianceState, uptimeMs: number, fence: number | undefined): void {
  const lease = leaseOf(state, uptimeMs)
  if (!lease || fence === undefined) {
    throw new Refusal(423, 'LEASE_REQUIRED', 'Writes need a lease and its fence in Sensorform-Fence.')
  }
  if (lease.fence !== fence) throw staleFence()
}

/** The refusal of a fence that is no longer the current one. */
export const staleFence = (): Refusal =>
  new Refusal(409, 'FENCE_STALE', 'The lease was lost: its fence is no longer the current one.')
