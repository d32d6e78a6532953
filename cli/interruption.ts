/** Ctrl-C and the time limit. */
import type { Command } from './command.ts'

export interface Interruption {
  /** Aborts what is in flight. */
  signal: AbortSignal
  /** Says that no further step should begin. */
  stopping(): boolean
  dispose(): void
}

/**
 * Watches for Ctrl-C. Where steps write, the first one lets those in flight end and the second stops at once; where
 * nothing is written, the first stops at once.
 */
export function watchInterruption(command: Command, { writes }: { writes: boolean }): Interruption {
  const abort = new AbortController()
  let stopping = false
  const stop = (why: string): void => {
    if (stopping || !writes) {
      abort.abort(new Error(why))
      forget()
    } else {
      command.say(`${why}: stopping after the steps in flight. Press Ctrl-C again to stop at once.`)
    }
    stopping = true
  }
  const forget = command.io.onInterrupt(() => stop('Interrupted'))
  const limitMs = command.given.durationMs('timeout')
  const timer = limitMs === undefined ? undefined : setTimeout(() => stop('The time limit is over'), limitMs)
  return {
    signal: abort.signal,
    stopping: () => stopping,
    dispose: () => {
      clearTimeout(timer)
      forget()
    },
  }
}
