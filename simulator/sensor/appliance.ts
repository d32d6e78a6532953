/**
 * A simulated sensor that runs: its state, its memory, its listener and the timer that ends what is due.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { serve, type Service } from '../edge.ts'
import type { Fault } from '../faults.ts'
import { pinOf } from '../keys.ts'
import type { World } from '../world.ts'
import { nextDailyBackupMs, runDueBackup } from './backup.ts'
import { otherSelfSigned } from './certificate.ts'
import { sensorNowMs } from './clock.ts'
import type { Disk } from './disk.ts'
import { endDueJob } from './end-job.ts'
import { runningJob } from './jobs.ts'
import { nextHeartbeatUptimeMs, sendDueHeartbeat } from './heartbeat.ts'
import { createListener, type Listener } from './listener.ts'
import { revertDueChange } from './network-change.ts'
import { errorOf } from './refusal.ts'
import { answerRequest, operationOf } from './router.ts'
import { freshMemory, type Memory, type Sensor } from './sensor.ts'
import type { Aspect, SensorState } from './state.ts'
import { changeInConsole } from './write-settings.ts'

export interface ApplianceOptions {
  key: string
  port: number
  world: World
  /** Holds an installation. */
  disk: Disk
}

type Presence = 'stopped' | 'up' | 'away' | 'gone'

/** A running appliance: what simulators, tests and the control endpoint see of it. */
export type Appliance = Omit<ApplianceProcess, keyof Sensor | 'moveListener'> & Pick<Sensor, 'key' | 'state' | 'nowMs'>

/** Makes an appliance that is not yet started. */
export const createAppliance = (options: ApplianceOptions): Appliance => new ApplianceProcess(options)

class ApplianceProcess implements Sensor {
  readonly key: string
  readonly world: World
  readonly #disk: Disk
  readonly #listener: Listener
  readonly #forgetMove: () => void
  #state: SensorState
  #memory: Memory = freshMemory()
  #presence: Presence = 'stopped'
  #backUptimeMs = Infinity
  #timer: NodeJS.Timeout | undefined
  /** One change of the listener after the other. */
  #moving: Promise<void> = Promise.resolve()

  constructor({ key, port, world, disk }: ApplianceOptions) {
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

  get state(): SensorState {
    return this.#state
  }

  get memory(): Memory {
    return this.#memory
  }

  nowMs(): number {
    return sensorNowMs(this.#state, this.world)
  }

  commit(change: Partial<SensorState>): void {
    const changes = this.#state.changes + (showsInRead(change) ? 1 : 0)
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
    return `https://${this.#state.settings.network.address ?? ''}:${this.port()}`
  }

  /** `sha256/…` of the key that is served. */
  pin(): string {
    return pinOf(this.#state.served.certificate)
  }

  async start(): Promise<void> {
    this.#presence = 'up'
    await this.#listen()
    this.#tick()
  }

  async stop(): Promise<void> {
    this.#presence = 'stopped'
    clearTimeout(this.#timer)
    this.#forgetMove()
    this.#enqueue(() => this.#listener.close())
    await this.#moving
  }

  /** What a person changed in the web console. Throws a Refusal for what the console would not take. */
  changeInConsole(user: string, aspect: Aspect, patch: unknown): void {
    changeInConsole(this, user, aspect, patch)
  }

  setPassword(username: string, password: string): void {
    const others = this.#state.users.filter((user) => user.username !== username)
    this.commit({ users: [...others, { username, password }] })
  }

  /** Carries out a fault of the appliance itself. */
  strike(fault: Fault): void {
    const { clock } = this.#state
    if (fault.kind === 'sessionLost') this.#memory.sessions.clear()
    if (fault.kind === 'reboot') this.#leave('away', this.world.clock.uptimeMs() + fault.seconds * 1000)
    if (fault.kind === 'gone') this.#leave('gone', Infinity)
    if (fault.kind === 'clockSkew') this.commit({ clock: { ...clock, skewMs: clock.skewMs + fault.seconds * 1000 } })
    if (fault.kind === 'certificateSwapped') this.#serveStranger()
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
        return answerRequest(this, request, struck)
      },
      refuse: (status, text) => ({ status, body: { error: errorOf(codeOf(status), text) } }),
      strikeSelf: (fault, when) => {
        if ((fault.kind === 'reboot' ? (fault.when ?? 'after') : 'before') === when) this.strike(fault)
      },
    }
  }

  /** Ends and starts what is due. */
  #tick(): void {
    if (this.#presence === 'away' && this.world.clock.uptimeMs() >= this.#backUptimeMs) {
      this.#presence = 'up'
      this.#enqueue(() => this.#listen())
    }
    if (this.#presence === 'up') {
      endDueJob(this)
      revertDueChange(this)
      runDueBackup(this)
      sendDueHeartbeat(this)
    }
    this.#schedule()
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#presence === 'stopped' || this.#presence === 'gone') return
    const untilBackMs = this.#backUptimeMs - this.world.clock.uptimeMs()
    const dueMs = this.#presence === 'away' ? untilBackMs : nextDueMs(this)
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, Math.ceil(Math.min(dueMs, longestWaitMs)))).unref()
  }

  #enqueue(work: () => Promise<void>): void {
    this.#moving = this.#moving.then(work).catch(() => undefined)
  }

  async #listen(): Promise<void> {
    if (this.#presence === 'up') await this.#listener.open(this.#state.settings.network.address ?? '127.0.0.1')
  }

  #leave(presence: 'away' | 'gone', untilUptimeMs: number): void {
    this.#presence = presence
    this.#memory = freshMemory()
    this.#backUptimeMs = untilUptimeMs
    this.#enqueue(() => this.#listener.close())
    this.#schedule()
  }

  #serveStranger(): void {
    const { settings } = this.#state
    const served = otherSelfSigned(this, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    const certificate = { ...settings.certificate, name: null, certificate: served.certificate, chain: null }
    const withoutTags = { ...certificate, privateKey: { set: true, tag: null }, passphrase: null }
    this.commit({ served, settings: { ...settings, certificate: withoutTags } })
    this.swapCertificate()
  }
}

function loaded(disk: Disk, world: World): SensorState {
  const state = disk.load(world.clock.uptimeMs())
  if (!state) throw new TypeError('nothing is installed on this disk')
  return state
}

/** Changes that no bulk read shows do not make a new revision. */
function showsInRead(change: Partial<SensorState>): boolean {
  const hidden = new Set<string>(['lease', 'lastFence', 'audit', 'backupsSeenMs', 'clock', 'users'])
  return Object.keys(change).some((name) => !hidden.has(name))
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

/** How long until something is due, in ms. */
function nextDueMs(sensor: Sensor): number {
  const { state, world } = sensor
  const uptimeMs = world.clock.uptimeMs()
  const deadlines = [runningJob(state)?.endsUptimeMs, state.networkChange?.endsUptimeMs, nextHeartbeatUptimeMs(sensor)]
  const untilBackup = nextDailyBackupMs(state.backupsSeenMs) - sensor.nowMs()
  return Math.min(untilBackup, ...deadlines.map((deadline) => (deadline ?? Infinity) - uptimeMs))
}
