/** What lies around the sensors: time, cloud, proxies, shares. The same for all sensors of a simulator. */
import type { KeyObject } from 'node:crypto'
import type { CloudLink } from './cloud-link.ts'
import type { SimulatorClock } from './clock.ts'
import type { Consoles } from './console-link.ts'
import type { FaultEngine } from './faults.ts'
import type { RequestLog } from './request-log.ts'

/** A proxy that leads to the cloud. */
export interface ReachableProxy {
  host: string
  port?: number
  /** With these, it asks for them. */
  username?: string
  password?: string
}

/** What answers in the network of the sensors. What is left out always answers. */
export interface Surroundings {
  /** Proxies that lead to the cloud. */
  proxies?: readonly ReachableProxy[]
  /** Whether the cloud is reached without a proxy. */
  direct?: boolean
  /** Something on the way to the cloud replaces its certificates. */
  inspected?: boolean
  /** DNS servers that answer; a sensor needs one of them, or none configured. */
  dnsServers?: readonly string[]
  ntpServers?: readonly string[]
  /** Time zone data of the sensors, where they are older than ours. */
  timeZones?: {
    /** Names that they do not know. */
    unknown?: readonly string[]
    /** Zones whose rules changed since: minutes by which their local time is off. */
    offByMinutes?: Readonly<Record<string, number>>
  }
  /** The portal or a management console sets NTP and hands it to the sensors, where it is read only. */
  ntpManagedElsewhere?: boolean
  /**
   * Folder that plays the SMB servers: `<folder>/<server>/<share>/` is a share. `share.json` beside the content may
   * hold `username`, `password`, `versions` (SMB versions that it speaks) and `full: true`.
   */
  sharesFolder?: string
}

/** Speeds and sizes, for tests that cannot wait. */
export interface Tuning {
  /** How long a job takes, in ms. */
  jobMs: number
  /** How long an update takes, in ms, its two reboots included. */
  updateMs: number
  /** Space for an update package. */
  packageSpaceBytes: number
  /** Requests per second that one appliance takes before it answers 429. */
  requestsPerSecond: number
  /** How far a clock without NTP runs ahead, in seconds a day. */
  driftSecondsPerDay: number
  backupSizeBytes: number
  /** How long nothing answers after a restore, in ms. */
  serviceRestartMs: number
}

export const defaultTuning: Tuning = {
  jobMs: 200,
  updateMs: 30 * 60_000,
  packageSpaceBytes: 20_000_000_000,
  requestsPerSecond: 50,
  driftSecondsPerDay: 1,
  backupSizeBytes: 2_100_000,
  serviceRestartMs: 500,
}

export interface World {
  clock: SimulatorClock
  faults: FaultEngine
  log: RequestLog
  /** Verifies activation files. */
  vendorKey: KeyObject
  cloud?: CloudLink
  /** Management consoles that are up, by address. */
  consoles: Consoles
  surroundings: Surroundings
  tuning: Tuning
  /** False where the system has only one loopback address. */
  canMove: boolean
}
