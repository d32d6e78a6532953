/** Writes of one moment share one commit: a sync to disk is what a commit costs. */

export interface Batch {
  /** Resolves when the write is on disk. */
  add(write: () => void): Promise<void>
  /** Writes what is waiting now. */
  flush(): void
}

interface Waiting {
  write: () => void
  resolve: () => void
  reject: (error: unknown) => void
}

/** `commit` runs all the given writes in one transaction, or throws and none is done. */
export function startBatch(commit: (writes: readonly (() => void)[]) => void): Batch {
  let waiting: Waiting[] = []
  const flush = (): void => {
    const batch = waiting
    waiting = []
    if (batch.length === 0) return
    try {
      commit(batch.map(({ write }) => write))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  const add = (write: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (waiting.push({ write, resolve, reject }) === 1) setImmediate(flush)
    })
  return { add, flush }
}
