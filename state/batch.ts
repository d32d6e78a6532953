/**
 * Writes of one moment share one commit: a sync to disk is what a commit costs. After a commit the next one waits four
 * times as long as it took, so that a fifth of the time at most goes to the disk, however many sensors are written about at
 * once. Between two lines about one sensor lie several requests, so who is alone hardly waits.
 *
 * @module
 */

export interface Batch {
  /** Resolves when the write is on disk. `mayWaitMs`: nobody is held up by it, so that others may join it for so long. */
  add(write: () => void, mayWaitMs?: number): Promise<void>
  /** Writes what is waiting now. */
  flush(): void
}

interface Waiting {
  write: () => void
  resolve: () => void
  reject: (error: unknown) => void
}

/** How much longer than it took a commit is rested from. */
const restFactor = 4
const shortestRestMs = 5
/** A disk that hangs for once holds nobody up for long. */
const longestRestMs = 50

/** `commit` runs all the given writes in one transaction, or throws and none is done. */
export function startBatch(
  commit: (writes: readonly (() => void)[]) => void,
  now: () => number = () => performance.now(),
): Batch {
  let waiting: Waiting[] = []
  let due: { atMs: number; cancel: () => void } | undefined
  let restsUntilMs = 0
  const flush = (): void => {
    const batch = waiting
    waiting = []
    due?.cancel()
    due = undefined
    if (batch.length === 0) return
    const startedMs = now()
    try {
      commit(batch.map(({ write }) => write))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    restsUntilMs = now() + restAfter(now() - startedMs)
  }
  const add = (write: () => void, mayWaitMs = 0): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ write, resolve, reject })
      const atMs = Math.max(now() + mayWaitMs, restsUntilMs)
      if (due && due.atMs <= atMs) return
      due?.cancel()
      due = { atMs, cancel: callIn(atMs - now(), flush) }
    })
  return { add, flush }
}

const restAfter = (tookMs: number): number => Math.min(Math.max(restFactor * tookMs, shortestRestMs), longestRestMs)

/** Gives what calls it off. Without time to wait, what others do in this turn still joins. */
function callIn(ms: number, work: () => void): () => void {
  if (ms <= 0) {
    const immediate = setImmediate(work)
    return () => clearImmediate(immediate)
  }
  const timer = setTimeout(work, ms)
  return () => clearTimeout(timer)
}
