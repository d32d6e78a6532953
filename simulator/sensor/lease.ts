/** The lease with its fencing number, and the intent beside it. */
import type { LeaseGrant, LeaseRequest } from '../../schemas/generated/wire.ts'
import { revisionOf } from './read.ts'
import { leaseOf, staleFence } from './lease-state.ts'
import { Refusal } from './refusal.ts'
import type { Call, Handlers, Sensor } from './sensor.ts'
import type { SensorState, StoredLease } from './state.ts'

const mostIntentBytes = 16 * 1024

/** What acquiring or renewing makes of a state. */
export function granted(state: SensorState, request: LeaseRequest, uptimeMs: number): Partial<SensorState> {
  const current = leaseOf(state, uptimeMs)
  const fence = request.fence ?? nextFence(state, current, request.holder, uptimeMs)
  if (request.fence !== undefined && current?.fence !== request.fence) throw staleFence()
  return {
    lease: { holder: request.holder, fence, endsUptimeMs: uptimeMs + request.ttlSeconds * 1000 },
    lastFence: Math.max(fence, state.lastFence),
    ...(request.intent !== undefined && { intent: checkedIntent(request.intent) }),
  }
}

function nextFence(state: SensorState, current: StoredLease | null, holder: string, uptimeMs: number): number {
  if (!current || current.holder === holder) return state.lastFence + 1
  const remainingSeconds = (current.endsUptimeMs - uptimeMs) / 1000
  throw new Refusal(409, 'LEASE_HELD', `Another run holds the lease: ${current.holder}.`, {
    details: { holder: current.holder, remainingSeconds },
  })
}

function checkedIntent(intent: NonNullable<LeaseRequest['intent']> | null): SensorState['intent'] {
  if (intent && Buffer.byteLength(JSON.stringify(intent)) > mostIntentBytes) {
    throw new Refusal(400, 'INVALID', 'The intent is larger than 16 KiB.')
  }
  return intent
}

function lease(sensor: Sensor, { body }: Call) {
  const uptimeMs = sensor.world.clock.uptimeMs()
  const request = body as LeaseRequest
  const revisionBefore = revisionOf(sensor)
  sensor.commit(granted(sensor.state, request, uptimeMs))
  const { holder, fence } = sensor.state.lease ?? { holder: request.holder, fence: 0 }
  const remainingSeconds = request.ttlSeconds
  const revision = revisionOf(sensor)
  return { status: 200, body: { holder, fence, remainingSeconds, revision, revisionBefore } satisfies LeaseGrant }
}

export const leaseHandlers: Handlers = {
  lease,
  releaseLease: (sensor, { fence, request }) => {
    if (fence === undefined) throw new Refusal(400, 'INVALID', 'Sensorform-Fence is missing.')
    if (sensor.state.lease?.fence !== fence) return { status: 204 }
    const clears = request.query.get('intent') === 'clear'
    sensor.commit({ lease: null, ...(clears && { intent: null }) })
    return { status: 204 }
  },
}
