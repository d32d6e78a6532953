/**
 * A run whose memory fails: what is done stays done and is told, nothing more is begun, as nothing can be written down
 * beforehand.
 *
 * @module
 */
import type { Problem } from '../schemas/problem.ts'
import { MemoryError } from './memory-error.ts'
import type { Memory } from './memory.ts'
import { memoryProblem } from './observe/problem-of.ts'

/** Why memory could not be written, if it could not. Everything else that goes wrong is thrown. */
export async function memoryFailure(written: Promise<void>, { key }: { key: string }): Promise<Problem | undefined> {
  try {
    await written
    return undefined
  } catch (error) {
    if (error instanceof MemoryError) return memoryProblem(error, key)
    throw error
  }
}

/** The same memory, and whether it has failed. */
export function watchMemory(memory: Memory): { memory: Memory; hasFailed: () => boolean } {
  let failed = false
  const watch =
    <Arguments extends unknown[], Result>(call: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      try {
        return await call(...args)
      } catch (error) {
        failed ||= error instanceof MemoryError
        throw error
      }
    }
  return {
    hasFailed: () => failed,
    memory: {
      recall: watch((key) => memory.recall(key)),
      remember: watch((key, patch) => memory.remember(key, patch)),
      keys: watch(() => memory.keys()),
      journal: watch((entry) => memory.journal(entry)),
      lease: watch((identity, request) => memory.lease(identity, request)),
      intent: watch((identity) => memory.intent(identity)),
      release: watch((identity, fence, options) => memory.release(identity, fence, options)),
    },
  }
}
