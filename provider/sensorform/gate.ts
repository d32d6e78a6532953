/** Lets so many pieces of work run at once; the others wait for their turn, in order. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** Without a limit everything runs at once. */
export function createGate(limit = Infinity): Gate {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
