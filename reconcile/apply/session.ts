import type { DesiredAppliance } from '../../schemas/fleet.ts'
import { DeviceError } from '../device-error.ts'
import type { Driver, LiveValue, Observation, PeerCheck, PlannedPeer, Target, Write, Writer } from '../driver.ts'
import type { World } from '../engine.ts'
import type { Intent, LeaseGrant } from '../lease.ts'
import { LeaseKeeper, type LeaseChannel } from './lease-keeper.ts'
import { observeThrough } from '../observe/observe.ts'
import { asDeviceError } from '../observe/problem-of.ts'
import { poll } from './poll.ts'

/** An appliance that restarts or moves is given this long to answer again. */
const reconnectMs = 60_000

/** One connection to one appliance during an apply: what was read last, its revision, and the lease. */
export class ApplianceSession {
  readonly lease: LeaseKeeper
  readonly driver: Driver
  readonly #world: World
  readonly #desired: DesiredAppliance
  #target: Target
  #writer: Writer
  #observation: Observation | undefined
  #known: Observation | undefined
  #revision: string | undefined
  #isAssumed = false

  constructor(world: World, desired: DesiredAppliance, target: Target, holder: string, known: Observation | undefined) {
    this.driver = world.driver(desired.access.driver)
    this.#world = world
    this.#desired = desired
    this.#target = target
    this.#known = known
    this.#writer = this.driver.writer(target)
    this.lease = new LeaseKeeper(world.clock, holder, () => this.#leaseChannel())
  }

  /** The last read of this session. */
  get observation(): Observation {
    if (!this.#observation) throw new TypeError('nothing was read yet')
    return this.#observation
  }

  get target(): Target {
    return this.#target
  }

  live(path: string): LiveValue | undefined {
    return this.observation.live.get(path)
  }

  /**
   * Reads the appliance; conditional once something is known, unless the whole is asked for, as before a step that
   * cannot be undone.
   */
  async observe(options: { whole?: boolean } = {}): Promise<Observation> {
    const known = options.whole ? undefined : this.#known
    const observation = await observeThrough(this.#writer, this.#desired, this.#world, known)
    this.#accept(observation)
    return observation
  }

  /** Takes what was read for the plan for what is there, until the lease has told whether it is. */
  assume(observation: Observation): void {
    this.#accept(observation)
    this.#isAssumed = true
  }

  /** What is observed was not yet read, nor found unchanged, over this connection. */
  get isAssumed(): boolean {
    return this.#isAssumed
  }

  /** Reads it amid the work: an appliance that restarts meanwhile is waited for. */
  async look(options: { whole?: boolean } = {}): Promise<Observation> {
    try {
      return await this.observe(options)
    } catch (error) {
      if (!(error instanceof DeviceError) || !mayPass.has(error.code)) throw error
      return this.reconnect(options)
    }
  }

  #accept(observation: Observation): void {
    this.#observation = observation
    this.#known = observation
    this.#revision = observation.revision
    this.#isAssumed = false
  }

  /** What certificate validation would halt now; nothing where the appliance cannot tell. */
  async checkPeers(planned: readonly PlannedPeer[]): Promise<readonly PeerCheck[]> {
    return (await this.#writer.checkPeers?.(null, planned)) ?? []
  }

  /** Writes inside the lease, from the revision that was seen last. */
  async write(write: Write, options: { anyRevision?: boolean } = {}): Promise<void> {
    const fence = this.lease.fenceForWrite()
    const { support } = this.driver
    const guard = {
      ...(support.lease && { fence }),
      ...(this.#revision !== undefined && !options.anyRevision && { revision: this.#revision }),
      signal: this.signal,
    }
    const { revision } = await this.#writer.write(write, guard).catch((error: unknown) => {
      throw asDeviceError(error, this.#world.signal)
    })
    if (revision !== undefined) this.#revision = revision
  }

  /** Ends what is under way when the run is aborted or the lease is lost. */
  get signal(): AbortSignal {
    const { signal } = this.#world
    return signal ? AbortSignal.any([signal, this.lease.lost]) : this.lease.lost
  }

  /** Of a management console: what sensors are connected with. Nothing where the driver cannot tell. */
  async connectionString(): Promise<string | undefined> {
    return this.#writer.connectionString?.()
  }

  /**
   * Acquires or renews, with an intent. Says whether the appliance may have been changed since it was seen last. Where that
   * was only assumed it throws `REVISION_CONFLICT` then, and has changed nothing: another run's intent stays.
   */
  async announce(intent: Intent | null | undefined): Promise<{ moved: boolean }> {
    if (this.lease.isHeld) return this.renewLease(intent)
    const assumed = this.#isAssumed && this.#revision !== undefined ? { revision: this.#revision } : {}
    return this.#takeGrant(await this.lease.acquire(intent, assumed))
  }

  /**
   * Renews. An appliance that restarts meanwhile is waited for as long as the lease lasts: a run that gave up halfway
   * through a re-activation would leave the sensor without a registration.
   */
  async renewLease(intent?: Intent | null): Promise<{ moved: boolean }> {
    try {
      return this.#takeGrant(await this.lease.renew(intent))
    } catch (error) {
      if (!(error instanceof DeviceError) || !mayPass.has(error.code)) throw error
    }
    this.lease.pause()
    try {
      await this.reconnect()
      this.#takeGrant(await this.lease.renew(intent))
    } finally {
      this.lease.resume()
    }
    return { moved: true }
  }

  /** Goes on with the lease after a time without a connection. */
  async regainLease(intent?: Intent): Promise<void> {
    this.#takeGrant(await this.lease.regain(intent))
  }

  /** Where somebody was quicker, the revision stays what it was, so that no write passes over what was not seen. */
  #takeGrant({ revision, revisionBefore }: LeaseGrant): { moved: boolean } {
    const isTold = this.#revision !== undefined && revisionBefore !== undefined
    const moved = isTold ? revisionBefore !== this.#revision : this.#isAssumed
    if (revision !== undefined && !moved) this.#revision = revision
    if (!moved) this.#isAssumed = false
    return { moved }
  }

  /** Trusts one more certificate from the next connection on. */
  trustCertificate(sha256: string): void {
    const trustedCertificates = [...new Set([...this.#target.trustedCertificates, sha256])]
    this.#target = { ...this.#target, trustedCertificates }
  }

  /** Opens a connection anew, signs in and reads; tries until a deadline, as the appliance may be restarting. */
  async reconnect(options: { whole?: boolean } = {}): Promise<Observation> {
    let failure: unknown
    const patience = {
      deadlineMs: this.#world.clock.monotonic() + reconnectMs,
      firstPauseMs: 500,
      longestPauseMs: 5_000,
      signal: this.signal,
    }
    const observation = await poll(this.#world.clock, patience, async () => {
      await this.#writer.close()
      this.#writer = this.driver.writer(this.#target)
      try {
        return await this.observe(options)
      } catch (error) {
        if (!(error instanceof DeviceError) || !mayPass.has(error.code)) throw error
        failure = error
        return undefined
      }
    })
    if (!observation) throw failure
    return observation
  }

  /** A connection to one address only, for looking whether the same appliance answers there. */
  probe(endpoint: string): Writer {
    return this.driver.writer({ ...this.#target, endpoints: [endpoint], identity: this.observation.identity })
  }

  /** Goes on over a probe's connection. */
  async adopt(writer: Writer, endpoint: string, observation: Observation): Promise<void> {
    const former = this.#writer
    this.#writer = writer
    const others = this.#target.endpoints.filter((other) => other !== endpoint)
    this.#target = { ...this.#target, endpoints: [endpoint, ...others], identity: observation.identity }
    this.#accept(observation)
    await former.close()
  }

  /** Gives the lease back and ends the connection. Never throws. */
  async close(options: { clearIntent: boolean }): Promise<void> {
    await this.lease.release(options)
    await this.#writer.close()
  }

  #leaseChannel(): LeaseChannel {
    const writer = this.#writer
    if (this.driver.support.lease && writer.lease && writer.release) return writer as Writer & LeaseChannel
    const { memory } = this.#world
    const { identity } = this.observation
    return {
      lease: (request) => memory.lease(identity, request),
      release: (fence, options) => memory.release(identity, fence, options),
    }
  }
}

const mayPass = new Set(['UNREACHABLE', 'CONNECTION_LOST', 'TIMEOUT', 'SERVER_ERROR', 'REBOOTING', 'THROTTLED', 'BUSY'])
