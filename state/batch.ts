/** Writes of one moment share one commit: a sync to disk is what a commit costs. */

export interface Batch {
  /** Resolves when the write is on disk: at once, or, where others may join it, within so many milliseconds. */
  add(write: () => void, withinMs?: number): Promise<void>
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
  let timer: NodeJS.Timeout | undefined
  let isDue = false
  const flush = (): void => {
    const batch = waiting
    waiting = []
    clearTimeout(timer)
    timer = undefined
    isDue = false
    if (batch.length === 0) return
    try {
      commit(batch.map(({ write }) => write))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  const add = (write: () => void, withinMs?: number): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ write, resolve, reject })
      if (withinMs !== undefined) timer ??= setTimeout(flush, withinMs)
      else if (!isDue) {
        isDue = true
        setImmediate(flush)
      }
    })
  return { add, flush }
}
