/** What the aspects of a simulated sensor work on. */
import type { Operation } from '../../schemas/api/operations.ts'
import type { Answer, Request } from '../edge.ts'
import type { Fault } from '../faults.ts'
import type { World } from '../world.ts'
import type { SensorState } from './state.ts'

export interface Session {
  token: string
  username: string
  /** Clock of the sensor at the last request. */
  usedMs: number
}

/** What a restart forgets. */
export interface Memory {
  sessions: Map<string, Session>
  /** Refused sign-ins in a row, and until when the account is locked, by user. */
  refusals: Map<string, { count: number; lockedUntilUptimeMs: number }>
  bucket: { tokens: number; filledUptimeMs: number }
  /** Uptime at the last contact with the cloud. */
  contactUptimeMs: number
}

export const freshMemory = (): Memory => ({
  sessions: new Map(),
  refusals: new Map(),
  bucket: { tokens: 0, filledUptimeMs: -Infinity },
  contactUptimeMs: -Infinity,
})

export interface Sensor {
  readonly key: string
  readonly world: World
  readonly memory: Memory
  /** The state now; each change makes a new one. */
  readonly state: SensorState
  /** Takes a change over and writes it to disk before it returns. */
  commit(change: Partial<SensorState>): void
  /** Clock of the sensor, in ms since 1970. */
  nowMs(): number
  /** Replaces the served certificate for new connections. */
  swapCertificate(): void
  /** Listens at the address of the settings, and nowhere else. Every session ends. */
  moveListener(taken?: boolean): void
}

/** A request that was routed, admitted and read. */
export interface Call {
  operation: Operation
  params: Readonly<Record<string, string>>
  request: Request
  /** The JSON body, checked by its schema; undefined for none. */
  body: unknown
  session: Session | undefined
  fence: number | undefined
  struck: readonly Fault[]
}

export type Handler = (sensor: Sensor, call: Call) => Answer | Promise<Answer>
export type Handlers = Readonly<Record<string, Handler>>
