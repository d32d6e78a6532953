/** Time as an effect; the engine's clock fits. */
export interface TransportClock {
  /** Wall clock, ms since the epoch. */
  now(): number
  /** Monotonic, ms. */
  monotonic(): number
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
