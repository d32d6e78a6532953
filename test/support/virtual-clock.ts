import type { Clock } from '../../reconcile/clock.ts'

export interface VirtualClock extends Clock {
  /** Moves both clocks. */
  advance(ms: number): void
}

/**
 * A clock that jumps: once everything else has come to rest, time moves to the next sleeper. So tests of waits of
 * hours take no time, and their order is always the same.
 */
export function createVirtualClock(startAt = Date.parse('2026-03-01T12:00:00.000Z')): VirtualClock {
  let elapsedMs = 0
  const sleepers: { wakeAt: number; wake: () => void }[] = []
  let isPumping = false

  function pump(): void {
    const next = sleepers.sort((a, b) => a.wakeAt - b.wakeAt).shift()
    isPumping = false
    if (!next) return
    elapsedMs = Math.max(elapsedMs, next.wakeAt)
    next.wake()
    schedule()
  }

  function schedule(): void {
    if (isPumping || sleepers.length === 0) return
    isPumping = true
    // Two turns, so that what runs between them may begin to sleep first.
    setImmediate(() => setImmediate(pump))
  }

  return {
    now: () => startAt + elapsedMs,
    monotonic: () => elapsedMs,
    advance: (ms) => {
      elapsedMs += ms
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const sleeper = { wakeAt: elapsedMs + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', () => {
          const index = sleepers.indexOf(sleeper)
          if (index >= 0) sleepers.splice(index, 1)
          reject(signal.reason as Error)
        })
        schedule()
      }),
  }
}
