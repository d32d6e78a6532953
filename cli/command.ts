/** What a verb is given. */
import type { Given } from './flags.ts'
import type { Io } from './io.ts'
import type { Timings } from './timings.ts'
import type { VerbName } from './verbs.ts'

export interface Command {
  verb: VerbName
  io: Io
  positionals: readonly string[]
  given: Given
  tool: { name: 'sensorform'; version: string }
  /** ISO 8601. */
  startedAt: string
  /** Colours for each stream. */
  colour: { stdout: boolean; stderr: boolean }
  /** With `--timings`. */
  timings?: Timings
  /** A line on stderr, unless `--quiet`. */
  note(text: string): void
  /** A line on stderr, even with `--quiet`. */
  say(text: string): void
}

/** Does the work and gives the exit code. */
export type Run = (command: Command) => Promise<number>
