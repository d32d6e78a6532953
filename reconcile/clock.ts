/** Time as an effect, so that tests own it. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): number
  /** Monotonic, ms. Leases and deadlines count this. */
  monotonic(): number
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
