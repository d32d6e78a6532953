/**
 * What the engine asks of an appliance. A driver speaks one surface (the Sensor Settings API, later SSH and files) and
 * says as data what it can do; the plan checks that, the driver never surprises.
 *
 * Reading and writing are two types: plan and drift are handed a `Reader`, which has no method that changes anything.
 *
 * @module
 */
import type { ApplianceKind } from '../schemas/documents.ts'
import type { LoadedTrust } from '../schemas/fleet.ts'
import type { Credentials } from '../schemas/access.ts'
import type { Intent, LeaseGrant, LeaseRequest } from './lease.ts'

/** What a driver can do with one field. */
export interface Ability {
  read: boolean
  /** `manual`: a person must do it, the plan says how. `none`: not at all. */
  write: 'automatic' | 'manual' | 'none'
}

/** What a driver can do. Written as data, so that it can be planned with, shown and tested. */
export interface Support {
  /** Ability of every field that `fields` does not name. */
  default: Ability
  /** By path pattern or prefix of one, as in `network.proxy` or `forwarding.rules.*.actions`; the longest match wins. */
  fields: Readonly<Record<string, Ability>>
  /** The lease, and the intent beside it, lie on the appliance. Default: false, they lie in state. */
  lease?: boolean
  /** Who adopted the appliance is kept on it, and set with the lease. Default: false. */
  owner?: boolean
  /** Secrets are returned as tags. Default: false, a secret is unverifiable. */
  tags?: boolean
  /** A network change reverts by itself unless confirmed. Default: false. */
  guardedNetworkChange?: boolean
  /** An activation file can be uploaded. Default: `manual`. */
  activationUpload?: 'automatic' | 'manual'
  /** A backup can be made now. Default: false. */
  backupNow?: boolean
  /** A backup can be restored, and the appliance tells what became of it. Default: false. */
  restore?: boolean
  /** The appliance tells who changed what. Default: false. */
  audit?: boolean
  /** Speaks to management consoles as well, and sensors can be connected to them. Default: false. */
  managementConsoles?: boolean
  /** The appliance can look at the certificates of its peers without validation being on. Default: false. */
  peerCheck?: boolean
}

export interface Driver {
  readonly name: string
  readonly support: Support
  /** Nothing is contacted before the first call of a method. */
  reader(target: Target): Reader
  writer(target: Target): Writer
  /** Operations that are no state. Absent where the appliance offers none. */
  operator?(target: Target): Operator
  /** Ends what closed readers have left open for others. Never throws. Absent where nothing is left open. */
  close?(): Promise<void>
}

/** What can be asked of an appliance beside its settings; each member is there as far as the driver can. */
export interface Operator {
  /** Sends a forwarding rule's test message and tells what became of each action. */
  testRule?(rule: string): Promise<readonly { action: string; ok: boolean; message: string }[]>
  listBackups?(): Promise<BackupListing>
  /** Ends the session and its connections. Never throws. */
  close(): Promise<void>
}

/** The backup files of an appliance. */
export interface BackupListing {
  /** Newest first. */
  backups: readonly BackupFile[]
  /** Space that they may take; the oldest are overwritten. `null`: not known. */
  limitBytes: number | null
}

export interface BackupFile {
  name: string
  /** ISO 8601. */
  createdAt: string
  sizeBytes?: number
}

/** Where an appliance is found and how it is recognised. */
export interface Target {
  key: string
  /** An appliance of another kind is refused (`WRONG_KIND`). Left out: a sensor. */
  kind?: ApplianceKind
  /** Tried in this order; only the first without a known identity or pin. */
  endpoints: readonly string[]
  /** Name and entry of the credentials; secrets are read through `secrets` when signing in. */
  credentials: { name: string; entry: Credentials }
  trust: readonly LoadedTrust[]
  /** SHA-256 (hex) of certificates that are trusted exactly: declared, last verified, being imported. */
  trustedCertificates: readonly string[]
  /** Public key pins (`sha256/…`) last verified; a certificate whose only fault is expiry is accepted with one of these. */
  knownPins: readonly string[]
  /** Name that a certificate of an authority must carry. */
  serverName?: string
  /** Serial number. An appliance with another one is refused (`IDENTITY_MISMATCH`). */
  identity?: string
  /** Serial number of the hardware that was replaced: it is refused (`IDENTITY_MISMATCH`), and said to be that. */
  replaced?: string
  signal?: AbortSignal
}

/** A value as the appliance has it. A field that is not set is not in the map. */
export type LiveValue = string | number | boolean | readonly string[] | LiveSecret | LiveFile

/** A secret as it is read. */
export interface LiveSecret {
  set: boolean
  tag: SecretTag | null
}

/** HMAC over identity, path and value under the fingerprint key of this id. */
export interface SecretTag {
  keyId: string
  mac: string
}

/** Text of a file of public content. */
export interface LiveFile {
  content: string
}

/** What stands in the way from an appliance to the cloud, where it can tell. */
export type CloudObstacle = 'dns' | 'proxy' | 'proxySignIn' | 'tls' | 'firewall'

export interface ActivationState {
  name: string | null
  mode: 'cloud' | 'local' | null
  site: string | null
  status: 'NotActivated' | 'Valid' | 'Expired' | 'Rejected' | 'NotConnected'
  /** ISO 8601; files for local mode only. */
  expiresAt: string | null
  file: { id: string; createdAt: string; sha256: string } | null
  cloud: { reachable: boolean; obstacle?: CloudObstacle | null; detail: string | null } | null
  message: string | null
}

/** The connection of a sensor to its management console, as the sensor sees it. */
export interface ConsoleConnection {
  state: 'NotConfigured' | 'Connected' | 'Disconnected'
  /** Address of the console. */
  address: string | null
  /** Serial number of the console that answered last. */
  identity: string | null
  /** Why it is not connected, in the words of the sensor. */
  message: string | null
}

/** A sensor as its management console lists it. */
export interface ManagedSensor {
  /** Serial number of the sensor. */
  identity: string
  name: string
  softwareVersion?: string
  /** `SYNCED`, `OUT_OF_SYNC`, `TIME_DIFF_OFFSET`, `DISCONNECTED`, or a word that nobody knows yet. */
  connection: string
  /** In the words of the console. */
  description?: string
  zoneId?: number
}

/** What a management console knows beside its settings. */
export interface ConsoleSights {
  sensors: readonly ManagedSensor[]
  sites: readonly { name: string; zones: readonly { id: number; name: string }[] }[]
  /** Why the last collection of backups failed, if it did. */
  backupsError: string | null
}

export interface AddressTriple {
  address: string
  subnetMask: string
  gateway: string
}

/** What another run, or this one before it died, left under way on the appliance. */
export interface Unfinished {
  networkChange?: { id: string; from: AddressTriple; to: AddressTriple; remainingSeconds: number }
  job?: { id: string; type: string; percentage: number; startedAt: string; stage?: string }
  intent?: Intent
  lease?: { holder: string; fence: number; remainingSeconds: number }
}

/** What an update needs to know beside the version. */
export interface SoftwareState {
  /** A package that was uploaded whole and waits to be installed. */
  uploaded: { name: string; version: string; sha256: string } | null
  /** `error`: why it failed; the version before it is then back. */
  lastUpdate: { from: string; to: string; finishedAt: string; error: string | null } | null
  freeBytes: number
}

/** One bulk read. Holds no secret. */
export interface Observation {
  identity: string
  /** Endpoint that answered. */
  endpoint: string
  /** Opaque; equal revisions mean equal settings. */
  revision?: string
  /** ISO 8601, clock of this machine. */
  observedAt: string
  /** The appliance said that nothing changed since the remembered read, so `live` is that read. */
  unchanged: boolean
  softwareVersion?: string
  hardwareProfile?: string
  /** Clock of the appliance minus clock of this machine. */
  clockDriftSeconds?: number
  /** As the appliance tells it; of an unchanged one only as far as it says so again. */
  clock?: ClockState
  /** Path to value, for every field that the driver reads: also `name` and `activation.mode`. */
  live: ReadonlyMap<string, LiveValue>
  activation?: ActivationState
  /** Certificate that was served on the wire. */
  served?: ServedCertificate
  /** Of a sensor whose driver reads it. */
  consoleConnection?: ConsoleConnection
  /** Of a management console. */
  console?: ConsoleSights
  backups?: BackupState
  software?: SoftwareState
  unfinished: Unfinished
  /** Who adopted the appliance last, where it keeps that and somebody did. */
  owner?: string
  /** What the person should know, such as "signed in with the previous password". */
  warnings: readonly { code: string; summary: string }[]
}

export interface ClockState {
  /** ISO 8601, clock of the appliance. */
  now: string
  /** As the console shows it, in its time zone and date format. */
  displayed?: string
  /** Kept in step by a server. */
  synchronized?: boolean
}

export interface BackupState {
  supported: boolean
  latest: { name: string; createdAt: string } | null
  lastError: string | null
  /** The restore that ended last; `error` is what the console shows. Absent where `support.restore` is not set. */
  lastRestore?: { id: string; name: string; error: string | null } | null
}

export interface ServedCertificate {
  /** SHA-256 of the DER form, hex. */
  sha256: string
  /** `sha256/<base64>` of the public key. */
  pin: string
  subject: string
  /** ISO 8601. */
  notBefore: string
  notAfter: string
  /** It was accepted although it has expired, because its key is known. */
  expired: boolean
}

export interface AuditEntry {
  at: string
  user: string
  from: string
  path: string | null
}

/** How the certificate of a peer fares that the appliance speaks TLS with. */
export interface PeerCheck {
  /** What the peer belongs to, as in `mailServer` or `forwarding.rules.ops.actions.siem`. */
  path: string
  host: string
  port: number
  /** `invalid`: validation would cut it off. `unreachable`: it did not answer, so nobody knows. */
  result: 'valid' | 'invalid' | 'unreachable'
  message: string
}

/** A peer that is about to be set up. */
export interface PlannedPeer {
  path: string
  host: string
  port: number
  tls: 'implicit' | 'starttls'
}

export interface Reader {
  /** One sign-in and one bulk read; conditional when `known` is given. Throws a DeviceError. */
  observe(known?: Observation): Promise<Observation>
  /** Newest first. Absent where `support.audit` is not set. */
  audit?(since: string): Promise<readonly AuditEntry[]>
  /**
   * Lets the appliance look at the certificates of its peers, judged by these authorities (PEM), without turning
   * validation on. Of `planned`, one under the path of a present peer takes its place. Absent where `support.peerCheck` is not set.
   */
  checkPeers?(authorities: string | null, planned?: readonly PlannedPeer[]): Promise<readonly PeerCheck[]>
  /** Of a management console: what sensors are connected with. A secret. */
  connectionString?(): Promise<string>
  /** Ends the session and its connections. Never throws. */
  close(): Promise<void>
}

/** A value to write. `null` unsets. */
export type WriteValue =
  string | number | boolean | readonly string[] | LiveFile | { secret: string; tag: SecretTag | null } | null

/** An update package, read piece by piece each time it is opened. */
export interface PackageSource {
  /** Name of the file, as the vendor gave it. */
  name: string
  sha256: string
  sizeBytes: number
  readonly open: () => AsyncIterable<Uint8Array>
}

/** One write. Each may be repeated when its outcome is unknown: it says what should be, not what to do. */
export type Write =
  | { type: 'set'; aspect: string; values: ReadonlyMap<string, WriteValue> }
  | { type: 'importCertificate'; values: ReadonlyMap<string, WriteValue> }
  | { type: 'removeRule'; rule: string }
  | { type: 'activate'; file: Uint8Array }
  | { type: 'createBackup' }
  /**
   * Resolves when the restore has begun, or rejects with `CONNECTION_LOST`. The appliance then goes away and comes back,
   * perhaps elsewhere and with another certificate; `backups.lastRestore` tells what became of it.
   */
  | { type: 'restoreBackup'; name: string }
  /** Resolves when the whole package is there. `onSent` tells how many bytes are. */
  | { type: 'uploadPackage'; source: PackageSource; onSent: (bytes: number) => void }
  /** Installs the uploaded package. Resolves when the update has begun: how it goes on is observed. */
  | { type: 'updateSoftware'; name: string; sha256: string }
  /** Resolves when the change is in effect, or rejects with `CONNECTION_LOST`, which says nothing about its outcome. */
  | { type: 'changeAddress'; to: AddressTriple; guarded: boolean; confirmWithinSeconds: number }
  | { type: 'confirmAddress'; id: string }
  /** At a management console: assigns the sensor of this serial number to a zone. */
  | { type: 'assignZone'; identity: string; zone: string; site?: string }
  /** At a management console: removes the entry of a sensor that is not connected; an absent one is success. */
  | { type: 'removeSensor'; identity: string }

export interface Guard {
  /** Fencing number of the lease, where it lies on the appliance. */
  fence?: number
  /** Refuse (`REVISION_CONFLICT`) when the appliance has moved on. */
  revision?: string
  signal?: AbortSignal
}

export interface Writer extends Reader {
  /** Resolves when the work is done (jobs are waited for). Gives the new revision, where the driver knows it. */
  write(write: Write, guard: Guard): Promise<{ revision?: string }>
  /** Acquires or renews; replaces the intent in the same call. Present where `support.lease` is set. */
  lease?(request: LeaseRequest): Promise<LeaseGrant>
  /**
   * Gives the lease back; with `clearIntent` the intent goes too. The session may end with it, so that what is asked after it
   * opens another one. Never throws.
   */
  release?(fence: number, options: { clearIntent: boolean }): Promise<void>
}
