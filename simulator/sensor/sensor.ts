/** What the aspects of a simulated sensor work on. */
import type { Operation } from '../../schemas/api/operations.ts'
import type { Answer, Request } from '../edge.ts'
import type { Fault } from '../faults.ts'
import type { World } from '../world.ts'
import type { ApplianceKind } from '../../schemas/documents.ts'
import type { Actor } from './audit.ts'
import type { ApplianceState, SensorState } from './state.ts'

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
  /** The connection to the management console since the last contact, and when that was. */
  console?: { state: 'Connected' | 'Disconnected'; message: string | null }
  consoleContactUptimeMs: number
}

export const freshMemory = (): Memory => ({
  sessions: new Map(),
  refusals: new Map(),
  bucket: { tokens: 0, filledUptimeMs: -Infinity },
  contactUptimeMs: -Infinity,
  consoleContactUptimeMs: -Infinity,
})

/** What sensors and management consoles alike are to the aspects that they share. */
export interface Appliance<State extends ApplianceState = ApplianceState> {
  readonly kind: ApplianceKind
  readonly key: string
  readonly world: World
  readonly memory: Memory
  /** The state now; each change makes a new one. */
  readonly state: State
  /** Takes a change over and writes it to disk before it returns. */
  commit(change: Partial<State>): void
  /** Clock of the appliance, in ms since 1970. */
  nowMs(): number
  /** The revision of what the bulk read shows now. */
  revision(): string
  /** Name that its certificate must carry, if it has one. */
  hostname(): string | null
  /** Where it listens, as in https://127.20.1.1:8443. */
  endpoint(): string
  /** It is switched on and not restarting. */
  isUp(): boolean
  /** Replaces the served certificate for new connections. */
  swapCertificate(): void
}

export interface Sensor extends Appliance<SensorState> {
  readonly kind: 'Sensor'
  /** Listens at the address of the settings, and nowhere else. Every session ends. */
  moveListener(taken?: boolean): void
  /** Services stop and start: every session ends, and nothing answers for so long. */
  restartServices(forMs: number): void
  /** Takes over what its management console pushes. */
  takeMailServer(patch: unknown, by: Actor): Promise<void>
  /** Goes away, and comes back at an uptime. Every session ends. */
  leave(presence: 'away', untilUptimeMs: number): void
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

export type Handler<A extends Appliance = Appliance> = (appliance: A, call: Call) => Answer | Promise<Answer>
export type Handlers<A extends Appliance = Appliance> = Readonly<Record<string, Handler<A>>>
