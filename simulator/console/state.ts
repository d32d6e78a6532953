/** Everything that a simulated management console keeps on its disk, as plain data. */
import { randomBytes } from 'node:crypto'
import type { ServedKey } from '../keys.ts'
import { emptySettings } from '../sensor/settings.ts'
import type { ApplianceState, ConsoleSettings } from '../sensor/state.ts'

export interface Zone {
  id: number
  name: string
}

export interface ConsoleSite {
  name: string
  zones: readonly Zone[]
}

/** Documented words for the connection of a sensor. */
export type ConnectionId = 'SYNCED' | 'OUT_OF_SYNC' | 'TIME_DIFF_OFFSET' | 'DISCONNECTED'

/** A sensor that has been connected at least once. */
export interface ManagedSensor {
  id: number
  /** Serial number. */
  uid: string
  name: string
  version: string
  interfaceAddress: string
  isActivated: boolean
  zoneId: number | null
  connection: { id: ConnectionId; description: string }
}

export interface CollectedFile {
  uid: string
  sensor: string
  name: string
  createdAt: string
  collectedAt: string
  sizeBytes: number
}

export interface ConsoleState extends ApplianceState {
  settings: ConsoleSettings
  address: string
  /** What sensors prove themselves with. */
  token: string
  sites: readonly ConsoleSite[]
  sensors: readonly ManagedSensor[]
  collected: readonly CollectedFile[]
  collection: { lastRunAt: string | null; lastError: string | null }
  /** Clock of the console at the last look whether a collection is due. */
  collectionSeenMs: number
}

export interface ConsoleInstallation {
  serialNumber: string
  softwareVersion: string
  address: string
  users: ConsoleState['users']
  served: ServedKey
  sites: readonly { name: string; zones: readonly string[] }[]
  nowMs: number
}

/** A console after installation: self-signed certificate, nothing collected, its sites as they were set up. */
export function installedConsole(installation: ConsoleInstallation): ConsoleState {
  const { serialNumber, softwareVersion, address, users, served, sites, nowMs } = installation
  return {
    format: 1,
    serialNumber,
    softwareVersion,
    changes: 1,
    settings: factorySettings(served.certificate),
    secrets: {},
    served,
    users,
    clock: { skewMs: 0, driftingSinceMs: null },
    jobs: [],
    lease: null,
    lastFence: 0,
    intent: null,
    owner: null,
    audit: [],
    address,
    token: randomBytes(18).toString('base64url'),
    sites: numbered(sites),
    sensors: [],
    collected: [],
    collection: { lastRunAt: null, lastError: null },
    collectionSeenMs: nowMs,
  }
}

function numbered(sites: ConsoleInstallation['sites']): ConsoleSite[] {
  let id = 0
  return sites.map(({ name, zones }) => ({ name, zones: zones.map((zone) => ({ id: ++id, name: zone })) }))
}

function factorySettings(certificate: string): ConsoleSettings {
  const empty = emptySettings('ManagementConsole')
  const key = { set: true, tag: null }
  return {
    ...empty,
    certificate: { ...empty.certificate, certificate, privateKey: key, validation: 'none' },
    sensorBackups: { ...empty.sensorBackups, collect: false, path: '/var/cyberx/sensor-backups' },
  }
}
