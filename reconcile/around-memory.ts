import type { Memory } from './memory.ts'

/** The same memory, each of whose calls is made through `around`. */
export const aroundMemory = (memory: Memory, around: <T>(call: () => Promise<T>) => Promise<T>): Memory => ({
  recall: (key) => around(() => memory.recall(key)),
  remember: (key, patch) => around(() => memory.remember(key, patch)),
  keys: () => around(() => memory.keys()),
  journal: (entry) => around(() => memory.journal(entry)),
  lease: (identity, request) => around(() => memory.lease(identity, request)),
  intent: (identity) => around(() => memory.intent(identity)),
  release: (identity, fence, options) => around(() => memory.release(identity, fence, options)),
})
