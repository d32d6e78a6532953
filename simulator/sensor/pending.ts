import type { PendingNetworkChange } from '../../schemas/generated/wire.ts'
import type { SensorState } from './state.ts'

/** The change that is not confirmed, as it is read. */
export function pendingRead({ networkChange }: SensorState, uptimeMs: number): PendingNetworkChange | null {
  if (!networkChange) return null
  const { endsUptimeMs, ...change } = networkChange
  return { ...change, remainingSeconds: Math.max(0, (endsUptimeMs - uptimeMs) / 1000) }
}
