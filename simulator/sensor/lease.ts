/** The lease with its fencing number, and the intent beside it. */
import type { LeaseGrant, LeaseRequest } from '../../schemas/generated/wire.ts'
import { leaseOf, staleFence } from './lease-state.ts'
import { Refusal } from './refusal.ts'
import type { Call, Handlers, Appliance } from './sensor.ts'
import type { ApplianceState, StoredLease } from './state.ts'

const mostIntentBytes = 16 * 1024

/** What acquiring or renewing makes of a state. */
export function granted(state: ApplianceState, request: LeaseRequest, uptimeMs: number): Partial<ApplianceState> {
  const current = leaseOf(state, uptimeMs)
  const fence = request.fence ?? nextFence(state, current, request.holder, uptimeMs)
  if (request.fence !== undefined && current?.fence !== request.fence) throw staleFence()
  return {
    lease: { holder: request.holder, fence, endsUptimeMs: uptimeMs + request.ttlSeconds * 1000 },
    lastFence: Math.max(fence, state.lastFence),
    ...(request.intent !== undefined && { intent: checkedIntent(request.intent) }),
    ...(request.owner !== undefined && { owner: request.owner }),
  }
}

function nextFence(state: ApplianceState, current: StoredLease | null, holder: string, uptimeMs: number): number {
  if (!current || current.holder === holder) return state.lastFence + 1
  const remainingSeconds = (current.endsUptimeMs - uptimeMs) / 1000
  throw new Refusal(409, 'LEASE_HELD', `Another run holds the lease: ${current.holder}.`, {
    details: { holder: current.holder, remainingSeconds },
  })
}

function checkedIntent(intent: NonNullable<LeaseRequest['intent']> | null): ApplianceState['intent'] {
  if (intent && Buffer.byteLength(JSON.stringify(intent)) > mostIntentBytes) {
    throw new Refusal(400, 'INVALID', 'The intent is larger than 16 KiB.')
  }
  return intent
}

function lease(appliance: Appliance, { body }: Call) {
  const uptimeMs = appliance.world.clock.uptimeMs()
  const request = body as LeaseRequest
  const revisionBefore = appliance.revision()
  appliance.commit(granted(appliance.state, request, uptimeMs))
  const { holder, fence } = appliance.state.lease ?? { holder: request.holder, fence: 0 }
  const remainingSeconds = request.ttlSeconds
  const revision = appliance.revision()
  return { status: 200, body: { holder, fence, remainingSeconds, revision, revisionBefore } satisfies LeaseGrant }
}

/** An unknown fence is success: the lease is gone already. */
export function giveBack(appliance: Appliance, fence: number, { query }: Call['request']): void {
  if (appliance.state.lease?.fence !== fence) return
  appliance.commit({ lease: null, ...(query.get('intent') === 'clear' && { intent: null }) })
}

export const leaseHandlers: Handlers = {
  lease,
  releaseLease: (appliance, { fence, request }) => {
    if (fence === undefined) throw new Refusal(400, 'INVALID', 'Sensorform-Fence is missing.')
    giveBack(appliance, fence, request)
    return { status: 204 }
  },
}
