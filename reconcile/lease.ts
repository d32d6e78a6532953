/** One run at a time changes an appliance. The lease lies on the appliance where its driver offers one, else in state. */

export interface LeaseRequest {
  /** Run id and host. */
  holder: string
  ttlSeconds: number
  /** Given to renew, left out to acquire. */
  fence?: number
  /** Replaces the intent; `null` clears it; left out keeps it. */
  intent?: Intent | null
  /** Replaces who adopted the appliance; `null` clears it; left out keeps it. Needs `support.owner`. */
  owner?: string | null
  /** Refuses (`REVISION_CONFLICT`), with nothing changed, where the appliance is no longer at this revision. */
  revision?: string
  signal?: AbortSignal
}

export interface LeaseGrant {
  fence: number
  remainingSeconds: number
  /** The appliance's after the call, as an intent is part of what is read. */
  revision?: string
  /** The appliance's right before the call: another one than was seen last says that somebody changed something. */
  revisionBefore?: string
}

/** What is under way and what it needs to be taken up again. Holds no secret. */
export interface Intent {
  run: string
  /** Id of the step. */
  step: string
  tool: string
  startedAt: string
  data: Readonly<Record<string, unknown>>
}

/** A lease lasts this long unless renewed, in seconds of monotonic time. */
export const leaseSeconds = 60
/** And is renewed this often. */
export const leaseRenewSeconds = 20
