/**
 * Everything that a simulated sensor keeps on its disk, as plain data. Deadlines count uptime of the simulation; they are
 * shifted when a state is loaded, so that what remained at the last save remains.
 *
 * @module
 */
import type { ActivationFile } from '../../formats/activation-file.ts'
import type {
  ApplianceRead,
  Audit,
  ConsoleRead,
  Job,
  LeaseRequest,
  PendingNetworkChange,
  SoftwarePackage,
} from '../../schemas/generated/wire.ts'
import { subnetOf } from '../../schemas/rules.ts'
import type { ServedKey } from '../keys.ts'
import { emptySettings } from './settings.ts'

export type Settings = ApplianceRead['settings']
export type Aspect = keyof Settings
export type ConsoleSettings = ConsoleRead['settings']
export type AnyAspect = Aspect | keyof ConsoleSettings
export type AuditEntry = Audit['entries'][number]
export type Triple = PendingNetworkChange['to']

export interface Backup {
  name: string
  createdAt: string
  sizeBytes: number
  softwareVersion: string
  content: BackupContent
  /** It lies on a share, where it may be lost or damaged. */
  isOnShare: boolean
}

/** What a backup holds: configuration with its secrets. Neither PCAP files nor logs, nor users. */
export type BackupContent = Pick<SensorState, 'settings' | 'secrets' | 'served' | 'activation'>

export interface LastRestore {
  id: string
  name: string
  error: string | null
}

export interface InstalledFile extends ActivationFile {
  sha256: string
}

export interface StoredJob extends Omit<Job, 'percentage'> {
  startedUptimeMs: number
  endsUptimeMs: number
  /** Who asked for it. */
  actor: { user: string; from: string }
  /** What an activation job works on. */
  file?: InstalledFile
  /** Name of the file that a restore job works on. */
  backup?: string
  /** How often an update has rebooted the sensor by now. */
  rebooted?: number
}

export interface StoredLease {
  holder: string
  fence: number
  endsUptimeMs: number
}

export interface StoredNetworkChange {
  id: string
  from: Triple
  to: Triple
  endsUptimeMs: number
}

/** What sensors and management consoles alike keep. */
export interface ApplianceState {
  format: 1
  serialNumber: string
  softwareVersion: string
  /** Rises with each change that the bulk read can show. */
  changes: number
  settings: Settings | ConsoleSettings
  /** Values of secrets by path. Never returned. */
  secrets: Readonly<Record<string, string>>
  /** What TLS serves. */
  served: ServedKey
  users: readonly { username: string; password: string }[]
  clock: { skewMs: number; driftingSinceMs: number | null }
  jobs: readonly StoredJob[]
  lease: StoredLease | null
  lastFence: number
  intent: NonNullable<LeaseRequest['intent']> | null
  /** Who adopted it last. */
  owner: string | null
  audit: readonly AuditEntry[]
}

export interface SensorState extends ApplianceState {
  hardwareProfile: string
  settings: Settings
  activation: InstalledFile | null
  backups: readonly Backup[]
  lastBackupError: string | null
  lastRestore: LastRestore | null
  /** Clock of the sensor at the last look whether a daily backup is due. */
  backupsSeenMs: number
  networkChange: StoredNetworkChange | null
  uploaded: SoftwarePackage | null
  lastUpdate: ApplianceRead['software']['lastUpdate']
  /** An update has crossed 22.1: the installed file no longer counts. */
  pendingActivation: boolean
  /** The management console that answered last. */
  console: { serialNumber: string } | null
}

export interface Installation {
  serialNumber: string
  softwareVersion: string
  hardwareProfile: string
  address: string
  users: SensorState['users']
  served: ServedKey
  nowMs: number
}

/** A sensor after installation: not activated, self-signed certificate, UTC, no NTP. */
export function installedState(installation: Installation): SensorState {
  const { serialNumber, softwareVersion, hardwareProfile, address, users, served, nowMs } = installation
  return {
    format: 1,
    serialNumber,
    softwareVersion,
    hardwareProfile,
    changes: 1,
    settings: factorySettings(address, served.certificate, hardwareProfile),
    secrets: {},
    served,
    users,
    clock: { skewMs: 0, driftingSinceMs: nowMs },
    activation: null,
    backups: [],
    lastBackupError: null,
    lastRestore: null,
    backupsSeenMs: nowMs,
    networkChange: null,
    uploaded: null,
    lastUpdate: null,
    pendingActivation: false,
    console: null,
    jobs: [],
    lease: null,
    lastFence: 0,
    intent: null,
    owner: null,
    audit: [],
  }
}

const defaultMask = '255.255.255.0'

function factorySettings(address: string, certificate: string, hardwareProfile: string): Settings {
  const empty = emptySettings('Sensor')
  const { proxy } = empty.network
  const key = { set: true, tag: null }
  return {
    ...empty,
    time: { timezone: 'UTC', dateFormat: 'dd/MM/yyyy HH:mm:ss', ntp: { enabled: false, server: null } },
    network: {
      ...empty.network,
      address,
      subnetMask: defaultMask,
      gateway: gatewayOf(address),
      proxy: { ...proxy, enabled: false },
    },
    certificate: { ...empty.certificate, certificate, privateKey: key, validation: 'none' },
    backup: {
      ...empty.backup,
      enabled: hardwareProfile !== 'L100',
      directory: '/var/cyberx/backups',
      target: { ...empty.backup.target, enabled: false },
    },
  }
}

/** First host of the subnet, or the second where the sensor itself is the first. */
function gatewayOf(address: string): string {
  const { network } = subnetOf(address, defaultMask)
  const [first, second] = [network + 1, network + 2].map(formatIpv4)
  return (first === address ? second : first) ?? address
}

const formatIpv4 = (number: number): string => [24, 16, 8, 0].map((shift) => (number / 2 ** shift) & 255).join('.')

/** Shifts every deadline by the difference of two uptimes. */
export function shiftDeadlines<State extends ApplianceState>(state: State, byMs: number): State {
  const shifted = <T extends { endsUptimeMs: number }>(item: T): T => ({
    ...item,
    endsUptimeMs: item.endsUptimeMs + byMs,
  })
  return {
    ...state,
    lease: state.lease && shifted(state.lease),
    ...('networkChange' in state && {
      networkChange: state.networkChange && shifted(state.networkChange as StoredNetworkChange),
    }),
    jobs: state.jobs.map((job) => ({ ...shifted(job), startedUptimeMs: job.startedUptimeMs + byMs })),
  }
}
