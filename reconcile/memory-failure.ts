/**
 * A run whose memory fails: what is done stays done and is told, nothing more is begun, as nothing can be written down
 * beforehand.
 *
 * @module
 */
import type { Problem } from '../schemas/problem.ts'
import { aroundMemory } from './around-memory.ts'
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
  const watch = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      failed ||= error instanceof MemoryError
      throw error
    }
  }
  return { hasFailed: () => failed, memory: aroundMemory(memory, watch) }
}
