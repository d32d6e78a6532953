/**
 * What sensors and the simulated cloud know of each other. They live in one process: the way between them is this
 * interface, while everything that a client can see goes over the network.
 *
 * @module
 */
import type { KeyObject } from 'node:crypto'
import type { FaultEngine } from './faults.ts'
import type { RequestLog } from './request-log.ts'
import type { SimulatorClock } from './clock.ts'

/** `rejected`: the service does not take this file, such as one that another sensor used or whose record is gone. */
export type CloudAnswer = 'accepted' | 'rejected' | 'unreachable'

export interface CloudContact {
  /** Id of the installed activation file. */
  fileId: string
  serialNumber: string
  /** Registered name that the file carries. */
  name: string
  softwareVersion: string
}

/** The cloud as sensors see it. */
export interface CloudLink {
  /** Verifies the signature of activation files. */
  readonly publicKey: KeyObject
  /** First contact with a file: activates it for this sensor. A file belongs to the first sensor that uses it. */
  connect(fileId: string, serialNumber: string, name: string, softwareVersion?: string): CloudAnswer
  /** Contact of an activated sensor; its record counts as connected from then on, for a while. */
  heartbeat(contact: CloudContact): CloudAnswer
}

/** A registration that exists from the start. */
export interface SeededRegistration {
  name: string
  mode: 'cloud' | 'local'
  /** Cloud mode only. Made when it is not there. */
  site?: string
  zone?: string
}

/** The running cloud. */
export interface SimulatedCloud extends CloudLink {
  /** As in https://127.20.0.1:8443. */
  readonly endpoint: string
  /** `sha256/…` of its public key. */
  readonly pin: string
  readonly token: string
  readonly subscriptionId: string
  readonly location: string
  /** Registers as the portal would and downloads the activation file (zip). A record that is there is kept. */
  seed(registration: SeededRegistration): Uint8Array
  stop(): Promise<void>
}

/** What the simulator hands to the cloud when it starts it. */
export interface CloudContext {
  clock: SimulatorClock
  faults: FaultEngine
  log: RequestLog
  /** Folder that keeps its state, below that of the simulator; in memory without. */
  stateFolder?: string
}
