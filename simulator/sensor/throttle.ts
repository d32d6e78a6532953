import { Refusal } from './refusal.ts'
import type { Appliance } from './sensor.ts'

/** Takes a token from the bucket of the appliance, or refuses with Retry-After. The bucket holds two seconds' worth. */
export function admitRequest({ memory, world }: Appliance): void {
  const { requestsPerSecond } = world.tuning
  const uptimeMs = world.clock.uptimeMs()
  const filled = ((uptimeMs - memory.bucket.filledUptimeMs) / 1000) * requestsPerSecond
  const tokens = Math.min(requestsPerSecond * 2, memory.bucket.tokens + filled)
  memory.bucket = { tokens: Math.max(0, tokens - 1), filledUptimeMs: uptimeMs }
  if (tokens >= 1) return
  const seconds = String(Math.max(1, Math.ceil((1 - tokens) / requestsPerSecond)))
  throw new Refusal(429, 'THROTTLED', 'Too many requests.', { headers: { 'retry-after': seconds } })
}
