/**
 * A simulated appliance that runs: its state, its memory, its listener and the timer that ends what is due.
 *
 * @module
 */
import type { ApplianceKind } from '../../schemas/documents.ts'
import { serve, type Answer, type Request, type Service } from '../edge.ts'
import type { Fault } from '../faults.ts'
import { pinOf, strangerKey } from '../keys.ts'
import type { World } from '../world.ts'
import { otherSelfSigned } from './certificate.ts'
import { sensorNowMs } from './clock.ts'
import type { Disk } from './disk.ts'
import { createListener, type Listener } from './listener.ts'
import { errorOf } from './refusal.ts'
import { operationOf } from './router.ts'
import { freshMemory, type Appliance, type Memory } from './sensor.ts'
import type { AnyAspect, ApplianceState } from './state.ts'

export interface ProcessOptions<State extends ApplianceState> {
  key: string
  port: number
  world: World
  /** Holds an installation. */
  disk: Disk<State>
}

type Presence = 'stopped' | 'up' | 'away' | 'gone'

/** A running appliance: what simulators, tests and the control endpoint see of it. */
export type Running<State extends ApplianceState> = Pick<
  ApplianceProcess<State>,
  | 'kind'
  | 'key'
  | 'state'
  | 'nowMs'
  | 'port'
  | 'endpoint'
  | 'pin'
  | 'start'
  | 'stop'
  | 'changeInConsole'
  | 'setPassword'
  | 'strike'
>

/** What sensors and management consoles have in common; each kind says what it does in time and how it answers. */
export abstract class ApplianceProcess<State extends ApplianceState> implements Appliance<State> {
  readonly key: string
  readonly world: World
  readonly #disk: Disk<State>
  readonly #listener: Listener
  readonly #forgetMove: () => void
  #state: State
  #memory: Memory = freshMemory()
  #presence: Presence = 'stopped'
  #backUptimeMs = Infinity
  #timer: NodeJS.Timeout | undefined
  /** Certificates that were put in the place of its own. */
  #strangers = 0
  /** One change of the listener after the other. */
  #moving: Promise<void> = Promise.resolve()

  constructor({ key, port, world, disk }: ProcessOptions<State>) {
    this.key = key
    this.world = world
    this.#disk = disk
    this.#state = loaded(disk, world)
    const service = this.#service()
    this.#listener = createListener(
      port,
      this.#state.served,
      (request, response) => void serve(service, request, response),
    )
    this.#forgetMove = world.clock.onMove(() => this.#tick())
  }

  abstract get kind(): ApplianceKind
  /** Address that it listens at. */
  protected abstract address(): string
  abstract hostname(): string | null
  abstract revision(): string
  protected abstract answer(request: Request, struck: readonly Fault[]): Promise<Answer>
  /** Ends and starts what is due. */
  protected abstract runDue(): void
  /** How long until something is due, in ms. */
  protected abstract nextDueMs(): number
  /** What a person changed in the web console. Throws a Refusal for what the console would not take. */
  abstract changeInConsole(user: string, aspect: AnyAspect, patch: unknown): Promise<void>
  /** Parts of the state that no bulk read shows: they make no new revision. */
  protected abstract get hidden(): ReadonlySet<string>
  /** Called when it begins to answer, and when it stops. */
  protected appeared(): void {}
  protected vanished(): void {}

  get state(): State {
    return this.#state
  }

  get memory(): Memory {
    return this.#memory
  }

  nowMs(): number {
    return sensorNowMs(this.#state, this.world)
  }

  commit(change: Partial<State> | Partial<ApplianceState>): void {
    const shows = Object.keys(change).some((name) => !this.hidden.has(name))
    const changes = this.#state.changes + (shows ? 1 : 0)
    this.#state = { ...this.#state, ...change, changes }
    this.#disk.save(this.#state, this.world.clock.uptimeMs())
    this.#schedule()
  }

  swapCertificate(): void {
    this.#listener.serveCertificate(this.#state.served)
  }

  moveListener(taken = false): void {
    this.#memory.sessions.clear()
    this.#enqueue(() => (taken ? this.#listener.close() : this.#listen()))
  }

  port(): number {
    return this.#listener.port()
  }

  /** As in https://127.20.1.1:8443. Follows a move. */
  endpoint(): string {
    return `https://${this.address()}:${this.port()}`
  }

  /** `sha256/…` of the key that is served. */
  pin(): string {
    return pinOf(this.#state.served.certificate)
  }

  /** It is switched on and not restarting. */
  isUp(): boolean {
    return this.#presence === 'up'
  }

  async start(): Promise<void> {
    this.#presence = 'up'
    await this.#listen()
    this.appeared()
    this.#tick()
  }

  async stop(): Promise<void> {
    this.#presence = 'stopped'
    this.vanished()
    clearTimeout(this.#timer)
    this.#forgetMove()
    this.#enqueue(() => this.#listener.close())
    await this.#moving
  }

  setPassword(username: string, password: string): void {
    const others = this.#state.users.filter((user) => user.username !== username)
    this.commit({ users: [...others, { username, password }] })
  }

  /** Carries out a fault of the appliance itself. */
  strike(fault: Fault): void {
    const { clock } = this.#state
    if (fault.kind === 'sessionLost') this.#memory.sessions.clear()
    if (fault.kind === 'reboot') this.leave('away', this.world.clock.uptimeMs() + fault.seconds * 1000)
    if (fault.kind === 'gone') this.leave('gone', Infinity)
    if (fault.kind === 'clockSkew') {
      this.commit({ clock: { ...clock, skewMs: clock.skewMs + fault.seconds * 1000 } })
    }
    if (fault.kind === 'certificateSwapped') this.#serveStranger()
  }

  restartServices(forMs: number): void {
    this.leave('away', this.world.clock.uptimeMs() + forMs)
  }

  /** Goes away, and comes back at an uptime. */
  leave(presence: 'away' | 'gone', untilUptimeMs: number): void {
    this.#presence = presence
    this.#memory = freshMemory()
    this.#backUptimeMs = untilUptimeMs
    this.vanished()
    this.#enqueue(() => this.#listener.close())
    this.#schedule()
  }

  #service(): Service {
    const { key, world } = this
    return {
      subject: key,
      faults: world.faults,
      log: world.log,
      operationOf,
      handle: (request, struck) => {
        this.#tick()
        return this.answer(request, struck)
      },
      refuse: (status, text) => ({ status, body: { error: errorOf(codeOf(status), text) } }),
      strikeSelf: (fault, when) => {
        if ((fault.kind === 'reboot' ? (fault.when ?? 'after') : 'before') === when) this.strike(fault)
      },
    }
  }

  #tick(): void {
    if (this.#presence === 'away' && this.world.clock.uptimeMs() >= this.#backUptimeMs) {
      this.#presence = 'up'
      this.#enqueue(() => this.#listen())
      this.appeared()
    }
    if (this.#presence === 'up') this.runDue()
    this.#schedule()
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#presence === 'stopped' || this.#presence === 'gone') return
    const untilBackMs = this.#backUptimeMs - this.world.clock.uptimeMs()
    const dueMs = this.#presence === 'away' ? untilBackMs : this.nextDueMs()
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, Math.ceil(Math.min(dueMs, longestWaitMs)))).unref()
  }

  #enqueue(work: () => Promise<void>): void {
    this.#moving = this.#moving.then(work).catch(() => undefined)
  }

  async #listen(): Promise<void> {
    if (this.#presence === 'up') await this.#listener.open(this.address())
  }

  #serveStranger(): void {
    const { settings } = this.#state
    const served = otherSelfSigned(this, strangerKey(this.#strangers++))
    const certificate = { ...settings.certificate, name: null, certificate: served.certificate, chain: null }
    const withoutTags = { ...certificate, privateKey: { set: true, tag: null }, passphrase: null }
    this.commit({ served, settings: { ...settings, certificate: withoutTags } })
    this.swapCertificate()
  }
}

function loaded<State extends ApplianceState>(disk: Disk<State>, world: World): State {
  const state = disk.load(world.clock.uptimeMs())
  if (!state) throw new TypeError('nothing is installed on this disk')
  return state
}

const codeOf = (status: number) =>
  status === 429
    ? 'THROTTLED'
    : status === 401
      ? 'UNAUTHENTICATED'
      : status === 503
        ? 'REBOOTING'
        : status < 500
          ? 'INVALID'
          : 'INTERNAL'

/** Timers beyond this are cut short and set anew. */
const longestWaitMs = 3_600_000
