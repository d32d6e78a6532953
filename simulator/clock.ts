/** The true time of the simulation: everything runs on it, and it can be moved. */

export interface SimulatorClock {
  /** True time, in ms since 1970. */
  nowMs(): number
  /** Time that passed since the start, in ms. Passes on when the clock is advanced, never jumps when it is set. */
  uptimeMs(): number
  /** Lets time pass. */
  advance(seconds: number): void
  /** Sets the true time; no time passes. */
  set(nowMs: number): void
  /** Calls back after each move. */
  onMove(listener: () => void): () => void
}

/** Makes a clock that runs with that of the machine, from now or from a given time. */
export function createSimulatorClock(startMs: number = Date.now()): SimulatorClock {
  const listeners = new Set<() => void>()
  let offsetMs = startMs - performance.now()
  let passedMs = 0
  const moved = () => {
    for (const listener of listeners) listener()
  }
  return {
    nowMs: () => performance.now() + offsetMs,
    uptimeMs: () => performance.now() + passedMs,
    advance: (seconds) => {
      offsetMs += seconds * 1000
      passedMs += seconds * 1000
      moved()
    },
    set: (nowMs) => {
      offsetMs = nowMs - performance.now()
      moved()
    },
    onMove: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
