import type { Clock } from '../clock.ts'

export interface Patience {
  /** Monotonic time after which no attempt begins. */
  deadlineMs: number
  firstPauseMs: number
  longestPauseMs: number
  signal?: AbortSignal | undefined
}

/** Tries until an attempt gives something or the deadline has passed; pauses double in between. */
export async function poll<T>(
  clock: Clock,
  { deadlineMs, firstPauseMs, longestPauseMs, signal }: Patience,
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const result = await attempt()
    if (result !== undefined) return result
    const leftMs = deadlineMs - clock.monotonic()
    if (leftMs <= 0) return undefined
    await clock.sleep(Math.min(pauseMs, leftMs), signal)
  }
}
