import type { Clock } from '../clock.ts'
import { DeviceError } from '../device-error.ts'
import { leaseRenewSeconds, leaseSeconds, type Intent, type LeaseGrant, type LeaseRequest } from '../lease.ts'

/** Where the lease lies: on the appliance, or in state. */
export interface LeaseChannel {
  lease(request: LeaseRequest): Promise<LeaseGrant>
  release(fence: number, options: { clearIntent: boolean }): Promise<void>
}

/** A renewal that failed is tried again after this long. */
const retryMs = 2_000

/**
 * Holds one lease and renews it in the background. It counts monotonic time from before each call, so that it never
 * believes longer than the appliance; a lease that is lost says so at once, and nothing may be written any more.
 */
export class LeaseKeeper {
  readonly #clock: Clock
  readonly #holder: string
  /** Asked anew for each call, as the connection may have been replaced. */
  readonly #channel: () => LeaseChannel
  readonly #lost = new AbortController()
  #fence: number | undefined
  #endsAt = 0
  #renewedAt = 0
  #background: AbortController | undefined

  constructor(clock: Clock, holder: string, channel: () => LeaseChannel) {
    this.#clock = clock
    this.#holder = holder
    this.#channel = channel
  }

  get isHeld(): boolean {
    return this.#fence !== undefined
  }

  /** Aborted once the lease is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  get remainingMs(): number {
    return this.#fence === undefined ? 0 : this.#endsAt - this.#clock.monotonic()
  }

  /** The fence for a write. Throws `LEASE_LOST` when the lease is no longer surely held. */
  fenceForWrite(): number {
    if (this.#fence === undefined || this.#lost.signal.aborted || this.remainingMs <= 0) throw leaseLost()
    return this.#fence
  }

  /**
   * Acquires the lease, and says who adopts the appliance where that is given. Throws `LEASE_HELD` when another run has it,
   * and `REVISION_CONFLICT` when the appliance is no longer at the revision that is given.
   */
  async acquire(intent?: Intent | null, given: Pick<LeaseRequest, 'owner' | 'revision'> = {}): Promise<LeaseGrant> {
    const grant = await this.#ask(undefined, intent, given)
    this.resume()
    return grant
  }

  /** Renews, and replaces the intent where one is given. Throws `LEASE_LOST` when it is gone. */
  async renew(intent?: Intent | null): Promise<LeaseGrant> {
    try {
      return await this.#ask(this.fenceForWrite(), intent)
    } catch (error) {
      if (error instanceof DeviceError && error.code === 'LEASE_LOST') this.#lose()
      throw error
    }
  }

  /** Nobody has adopted the appliance any more. Throws `LEASE_LOST` when the lease is gone. */
  async disown(): Promise<void> {
    await this.#ask(this.fenceForWrite(), undefined, { owner: null })
  }

  /** After a time without a connection: goes on with the same fence, or acquires anew if it has run out unclaimed. */
  async regain(intent?: Intent | null): Promise<LeaseGrant> {
    try {
      return await this.#ask(this.#fence, intent)
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'LEASE_LOST') throw error
      return this.#ask(undefined, intent)
    } finally {
      this.resume()
    }
  }

  /** Renews in the background from now on. */
  resume(): void {
    this.pause()
    const background = new AbortController()
    this.#background = background
    this.#keep(background.signal).catch(() => undefined)
  }

  /** Stops renewing while the appliance is expected to be out of reach. */
  pause(): void {
    this.#background?.abort()
    this.#background = undefined
  }

  /** Gives the lease back. Never throws. */
  async release(options: { clearIntent: boolean }): Promise<void> {
    this.pause()
    const fence = this.#fence
    this.#fence = undefined
    if (fence !== undefined)
      await this.#channel()
        .release(fence, options)
        .catch(() => undefined)
  }

  async #ask(
    fence: number | undefined,
    intent: Intent | null | undefined,
    given: Pick<LeaseRequest, 'owner' | 'revision'> = {},
  ): Promise<LeaseGrant> {
    const startedAt = this.#clock.monotonic()
    const grant = await this.#channel().lease({
      holder: this.#holder,
      ttlSeconds: leaseSeconds,
      ...(fence !== undefined && { fence }),
      ...(intent !== undefined && { intent }),
      ...given,
    })
    this.#fence = grant.fence
    this.#renewedAt = startedAt
    this.#endsAt = startedAt + grant.remainingSeconds * 1000
    return grant
  }

  async #keep(signal: AbortSignal): Promise<void> {
    let pauseMs = leaseRenewSeconds * 1000
    while (!signal.aborted) {
      await this.#clock.sleep(pauseMs, signal)
      const dueMs = this.#renewedAt + leaseRenewSeconds * 1000 - this.#clock.monotonic()
      pauseMs = dueMs > 0 ? dueMs : await this.#renewInBackground(signal)
    }
  }

  /** Gives the pause until the next attempt. */
  async #renewInBackground(signal: AbortSignal): Promise<number> {
    const fence = this.#fence
    if (fence === undefined || signal.aborted) return retryMs
    try {
      await this.#ask(fence, undefined)
      return leaseRenewSeconds * 1000
    } catch (error) {
      const isGone = error instanceof DeviceError && error.code === 'LEASE_LOST'
      if (!signal.aborted && (isGone || this.remainingMs <= 0)) this.#lose(isGone ? leaseLost() : ranOut(error))
      return retryMs
    }
  }

  #lose(why = leaseLost()): void {
    this.pause()
    this.#lost.abort(why)
  }
}

const leaseLost = (): DeviceError =>
  new DeviceError('LEASE_LOST', 'The lease of this run was lost; another run may be at work.', {
    advice: 'Plan again: the next run observes what was done and goes on from there.',
  })

/** Nobody took it: whoever reads of another run would look in the wrong place. */
const ranOut = (cause: unknown): DeviceError =>
  new DeviceError(
    'LEASE_LOST',
    `The lease of this run ran out, as it could not be renewed: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      cause,
      advice: 'Run again once the appliance answers: the next run observes what was done and goes on from there.',
    },
  )
