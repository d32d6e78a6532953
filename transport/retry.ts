/** When a request may be repeated, and how long to wait before. Pure. */

/** What Retry-After asks for, in ms: seconds or an HTTP date. Nothing for anything else. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim()
  if (!text) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

/** Full jitter: anything between 0.5 s and a bound that doubles with each attempt up to 30 s. */
export function backoffMs(attempt: number, random: () => number): number {
  const bound = Math.min(30_000, 500 * 2 ** attempt)
  return Math.round(500 + random() * (bound - 500))
}

/** Refused before anything was done: 429, and 503 as the peers here use it. */
export const isRefusal = (status: number): boolean => status === 429 || status === 503

/** A fault of the server that may be gone the next time; what was done meanwhile is not known. */
export const isPassing = (status: number): boolean => status === 500 || status === 502 || status === 504

/** Keeps a peer that is in trouble from being asked ever more: each repeat costs one, each success returns a tenth. */
export function createBudget(size: number): { take(): boolean; refund(): void } {
  let tenths = size * 10
  return {
    take() {
      if (tenths < 10) return false
      tenths -= 10
      return true
    },
    refund() {
      tenths = Math.min(size * 10, tenths + 1)
    },
  }
}
