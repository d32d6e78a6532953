/**
 * A simulated sensor that runs: its state, its memory, its listener and the timer that ends what is due.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
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
import { createListener } from './listener.ts'
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

/** A running appliance. */
export interface Appliance {
  readonly key: string
  /** As in https://127.20.1.1:8443. Follows a move. */
  endpoint(): string
  port(): number
  /** `sha256/…` of the key that is served. */
  pin(): string
  state(): SensorState
  /** Clock of the sensor, in ms since 1970. */
  nowMs(): number
  start(): Promise<void>
  stop(): Promise<void>
  /** Goes away for so long and comes back with what was on disk. */
  reboot(seconds: number): void
  /** Stops listening until the next start. */
  vanish(): void
  /** What a person changed in the web console. Throws a Refusal for what the console would not take. */
  changeInConsole(user: string, aspect: Aspect, patch: unknown): void
  setPassword(username: string, password: string): void
  /** Carries out a fault of the appliance itself. */
  strike(fault: Fault): void
}

type Presence = 'stopped' | 'up' | 'away' | 'gone'

/** Makes an appliance that is not yet started. */
export function createAppliance({ key, port, world, disk }: ApplianceOptions): Appliance {
  let state = loaded(disk, world)
  let memory: Memory = freshMemory()
  let presence: Presence = 'stopped'
  let backUptimeMs = Infinity
  let timer: NodeJS.Timeout | undefined
  let moving: Promise<void> = Promise.resolve()
  const listener = createListener(port, state.served, (request, response) => void respond(request, response))

  const save = (): void => disk.save(state, world.clock.uptimeMs())
  const sensor: Sensor = {
    key,
    world,
    get memory() {
      return memory
    },
    get state() {
      return state
    },
    commit: (change) => {
      state = { ...state, ...change, changes: state.changes + (showsInRead(change) ? 1 : 0) }
      save()
      schedule()
    },
    nowMs: () => sensorNowMs(state, world),
    swapCertificate: () => listener.serveCertificate(state.served),
    moveListener: (taken = false) => {
      memory.sessions.clear()
      if (taken) enqueue(() => listener.close())
      else enqueue(listen)
    },
  }

  /** One change of the listener after the other. */
  const enqueue = (work: () => Promise<void>): void => {
    moving = moving.then(work).catch(() => undefined)
  }
  const listen = async (): Promise<void> => {
    if (presence === 'up') await listener.open(state.settings.network.address ?? '127.0.0.1')
  }
  const leave = (next: Presence, untilUptimeMs: number): void => {
    presence = next
    memory = freshMemory()
    backUptimeMs = untilUptimeMs
    enqueue(() => listener.close())
    schedule()
  }
  const strike = (fault: Fault): void => {
    if (fault.kind === 'sessionLost') memory.sessions.clear()
    if (fault.kind === 'reboot') leave('away', world.clock.uptimeMs() + fault.seconds * 1000)
    if (fault.kind === 'gone') leave('gone', Infinity)
    if (fault.kind === 'clockSkew') {
      sensor.commit({ clock: { ...state.clock, skewMs: state.clock.skewMs + fault.seconds * 1000 } })
    }
    if (fault.kind === 'certificateSwapped') swapForStranger()
  }
  const swapForStranger = (): void => {
    const served = otherSelfSigned(sensor, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    const { settings } = state
    const certificate = { ...settings.certificate, name: null, certificate: served.certificate, chain: null }
    const withoutTags = { ...certificate, privateKey: { set: true, tag: null }, passphrase: null }
    sensor.commit({ served, settings: { ...settings, certificate: withoutTags } })
    sensor.swapCertificate()
  }
  const service: Service = {
    subject: key,
    faults: world.faults,
    log: world.log,
    operationOf,
    handle: (request, struck) => {
      tick()
      return answerRequest(sensor, request, struck)
    },
    refuse: (status, text) => ({ status, body: { error: errorOf(codeOf(status), text) } }),
    strikeSelf: (fault, when) => {
      if ((fault.kind === 'reboot' ? (fault.when ?? 'after') : 'before') === when) strike(fault)
    },
  }
  const respond = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    serve(service, request, response)

  const tick = (): void => {
    if (presence === 'away' && world.clock.uptimeMs() >= backUptimeMs) {
      presence = 'up'
      enqueue(listen)
    }
    if (presence === 'up') {
      endDueJob(sensor)
      revertDueChange(sensor)
      runDueBackup(sensor)
      sendDueHeartbeat(sensor)
    }
    schedule()
  }
  const schedule = (): void => {
    clearTimeout(timer)
    if (presence === 'stopped' || presence === 'gone') return
    const dueMs = presence === 'away' ? backUptimeMs - world.clock.uptimeMs() : nextDueMs(sensor)
    timer = setTimeout(tick, Math.max(1, Math.ceil(Math.min(dueMs, longestWaitMs)))).unref()
  }
  const forgetMove = world.clock.onMove(tick)

  return {
    key,
    endpoint: () => `https://${state.settings.network.address ?? ''}:${listener.port()}`,
    port: () => listener.port(),
    pin: () => pinOf(state.served.certificate),
    state: () => state,
    nowMs: () => sensor.nowMs(),
    start: async () => {
      presence = 'up'
      await listen()
      save()
      tick()
    },
    stop: async () => {
      presence = 'stopped'
      clearTimeout(timer)
      forgetMove()
      enqueue(() => listener.close())
      await moving
    },
    reboot: (seconds) => strike({ kind: 'reboot', seconds }),
    vanish: () => strike({ kind: 'gone' }),
    changeInConsole: (user, aspect, patch) => changeInConsole(sensor, user, aspect, patch),
    setPassword: (username, password) => {
      const others = state.users.filter((user) => user.username !== username)
      sensor.commit({ users: [...others, { username, password }] })
    },
    strike,
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
