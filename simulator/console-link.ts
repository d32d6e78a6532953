/**
 * What simulated sensors and simulated management consoles know of each other. They live in one process: the way between
 * them is this interface, once a real TLS handshake has shown that the other is there and that its certificate is good.
 *
 * @module
 */

/** Why a console does not take a sensor. The words are those that the console shows. */
export type ConsoleRefusal = 'token' | 'clock' | 'version' | 'certificate'

/** A sensor as its console sees it. */
export interface SensorLink {
  readonly serialNumber: string
  /** Registered name. */
  name(): string
  softwareVersion(): string
  address(): string
  endpoint(): string
  isActivated(): boolean
  /** It is on, and what a console asks of it would be answered. */
  isUp(): boolean
  nowMs(): number
  latestBackup(): { name: string; createdAt: string; sizeBytes: number } | null
  /** Takes over what the console pushes, under the user who has it pushed. */
  takeMailServer(patch: unknown, by: { user: string; from: string }): Promise<void>
}

/** A console as its sensors see it. */
export interface ConsoleLink {
  readonly serialNumber: string
  endpoint(): string
  nowMs(): number
  /** Authorities that it judges the certificates of sensors by, PEM; null when it does not. */
  authorities(): string | null
  /** The regular contact of a sensor. */
  contact(token: string, sensor: SensorLink): 'connected' | ConsoleRefusal
  /** A contact that failed on the way: its certificate was not good. */
  failed(sensor: SensorLink, why: 'certificate'): void
  /** The sensor was disconnected on purpose. */
  left(serialNumber: string): void
}

/** Consoles by the address that their connection strings name. */
export type Consoles = Map<string, ConsoleLink>
