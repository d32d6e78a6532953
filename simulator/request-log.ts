/** The requests that were served, for tests that count calls. */

export interface LoggedRequest {
  /** Rises by one with each request. */
  sequence: number
  /** Key of the appliance, or `(cloud)`. */
  appliance: string
  method: string
  path: string
  /** Operation id; null where no operation answers to the path. */
  operation: string | null
  /** Number of the lease that the request carries. */
  fence?: number
  /** Status of the answer; 0 when the connection was cut. */
  status: number
}

export interface RequestLog {
  add(request: Omit<LoggedRequest, 'sequence'>): void
  /** Requests after this sequence number, oldest first. */
  since(sequence?: number): readonly LoggedRequest[]
  /** Requests of an appliance by operation id. */
  counts(appliance: string, since?: number): Readonly<Record<string, number>>
}

const mostKept = 100_000

/** Makes a log that keeps the last 100,000 requests. */
export function createRequestLog(): RequestLog {
  let kept: LoggedRequest[] = []
  let sequence = 0
  const since = (after = 0) => kept.filter((entry) => entry.sequence > after)
  return {
    add: (request) => {
      kept.push({ sequence: ++sequence, ...request })
      if (kept.length > mostKept * 1.5) kept = kept.slice(-mostKept)
    },
    since,
    counts: (appliance, after) => {
      const counts: Record<string, number> = {}
      for (const entry of since(after)) {
        if (entry.appliance !== appliance) continue
        const name = entry.operation ?? 'unknown'
        counts[name] = (counts[name] ?? 0) + 1
      }
      return counts
    },
  }
}
