/**
 * A world in memory: appliances and a cloud that behave as the engine's interfaces promise. For tests of the engine and
 * as the smallest complete example of a driver.
 *
 * @module
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Clock } from '../../reconcile/clock.ts'
import type {
  ActivationState,
  AddressTriple,
  AuditEntry,
  BackupFile,
  BackupState,
  ConsoleConnection,
  ConsoleSights,
  ManagedSensor,
  SecretTag,
  SoftwareState,
} from '../../reconcile/driver.ts'
import type { Intent } from '../../reconcile/lease.ts'
import type { OfferedUpdate, RegistrationRecord } from '../../reconcile/registrar.ts'

/** A value as it is stored. A secret keeps its value here and nowhere else. */
export type Stored = string | number | boolean | readonly string[] | { content: string } | StoredSecret

export interface StoredSecret {
  secret: string
  tag: SecretTag | null
}

export interface MemoryAppliance {
  serialNumber: string
  softwareVersion: string
  hardwareProfile: string
  clockDriftSeconds: number
  /** Path to value; address, mask and gateway among them. */
  settings: Map<string, Stored>
  activation: ActivationState
  revision: number
  lastFence: number
  lease: { holder: string; fence: number; endsAt: number } | null
  intent: Intent | null
  owner: string | null
  networkChange: { id: string; from: AddressTriple; to: AddressTriple; endsAt: number } | null
  /** Newest first. */
  backups: readonly MemoryBackup[]
  lastRestore: NonNullable<BackupState['lastRestore']> | null
  /** What the next restore fails with. */
  restoreProblem: string | null
  uploaded: SoftwareState['uploaded']
  lastUpdate: SoftwareState['lastUpdate']
  /** Space for a package. */
  freeBytes: number
  /** The update that is under way. */
  update: { id: string; startedAt: string; startedMs: number; lastsMs: number; to: string } | null
  /** How long an update takes, its two reboots included. */
  updateMs: number
  /** So many of the next updates fail. */
  failUpdates: number
  audit: AuditEntry[]
  /** Plays a sensor whose way to the cloud is cut. */
  cloudReachable: boolean
  /** The service rejects so many of the next activations. */
  rejectActivations: number
  /** Hosts whose certificates fail. */
  distrustedHosts: readonly string[]
  /** Nothing answers at the address. */
  gone: boolean
  /** Of a sensor: as it knows it since the last contact. */
  consoleConnection: ConsoleConnection
  /** What makes it a management console; `null`: it is a sensor. */
  console: MemoryConsole | null
}

export interface MemoryConsole {
  address: string
  /** What sensors prove themselves with. */
  token: string
  sites: ConsoleSights['sites']
  /** Sensors that were connected at least once, by serial number. */
  entries: Map<string, ManagedSensor>
  /** Why the last collection of backups failed, if it did. */
  backupsError: string | null
}

export interface MemoryBackup extends Required<BackupFile> {
  content: Pick<MemoryAppliance, 'settings' | 'activation'>
}

export interface MemoryRecord extends RegistrationRecord {
  id: string
  createdAt: string
}

/** One call of a driver or registrar, told before it takes effect and after. */
export interface MemoryCall {
  method: string
  /** Serial number, or the registrar's name. */
  target: string
  phase: 'before' | 'after'
}

export interface MemoryWorld {
  clock: Clock
  appliances: MemoryAppliance[]
  records: MemoryRecord[]
  /** What the cloud offers; absent where it does not tell. */
  offers?: readonly OfferedUpdate[]
  signingKey: KeyObject
  verifyKey: KeyObject
  /** Downloaded files get a new end from the download (`download`) or keep that of the registration (`record`). */
  localExpiry: 'download' | 'record'
  localFileDays: number
  nextId: number
  /** Methods in the order in which they were called, as `target method`. */
  calls: string[]
  /** May throw to play a fault. */
  onCall: (call: MemoryCall) => void
}

export function createMemoryWorld(clock: Clock): MemoryWorld {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    clock,
    appliances: [],
    records: [],
    signingKey: privateKey,
    verifyKey: publicKey,
    localExpiry: 'download',
    localFileDays: 365,
    nextId: 1,
    calls: [],
    onCall: () => {},
  }
}

/** Runs one call with its fault points around it. */
export async function called<T>(world: MemoryWorld, call: Omit<MemoryCall, 'phase'>, work: () => T | Promise<T>) {
  await Promise.resolve()
  world.onCall({ ...call, phase: 'before' })
  world.calls.push(`${call.target} ${call.method}`)
  const result = await work()
  world.onCall({ ...call, phase: 'after' })
  return result
}

/** An id that is unique in this world. */
export const newId = (world: MemoryWorld, prefix: string): string => `${prefix}-${world.nextId++}`

export const isoNow = (world: MemoryWorld): string => new Date(world.clock.now()).toISOString()
