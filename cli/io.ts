import type { Clock } from '../reconcile/clock.ts'

/** What the CLI is given by the process that runs it, so that tests can run it as well. */
export interface Io {
  stdout: TextSink
  stderr: TextSink
  stdin: AsyncIterable<string | Uint8Array>
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  terminal: { stdin: boolean; stdout: boolean; stderr: boolean }
  /** Calls the handler at each Ctrl-C until the returned function is called. */
  onInterrupt(handler: () => void): () => void
  /** Not given: the clock of this machine. */
  clock?: Clock
}

export interface TextSink {
  write(text: string): unknown
  columns?: number
}
