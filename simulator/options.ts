/** What a simulator is started with. */
import type {
  WriteBackup,
  WriteCertificate,
  WriteForwarding,
  WriteMailServer,
  WriteManagementConsole,
  WriteNetwork,
  WriteSystemProperties,
  WriteTime,
} from '../schemas/generated/wire.ts'
import type { OfferedUpdate } from './cloud/packages.ts'
import type { Fault, FaultCall } from './faults.ts'
import type { Surroundings, Tuning } from './world.ts'

/** Settings that differ from those after installation, as a write would say them. */
export interface InitialSettings {
  time?: WriteTime
  network?: WriteNetwork
  certificate?: Pick<WriteCertificate, 'name' | 'validation'>
  mailServer?: WriteMailServer
  backup?: WriteBackup
  managementConsole?: WriteManagementConsole
  forwarding?: WriteForwarding
  systemProperties?: WriteSystemProperties
}

export interface SimulatedSensorOptions {
  /** Key of the document, or any name. */
  key: string
  /** Loopback address, such as 127.20.1.1. */
  address: string
  /** 0 takes any port. */
  port: number
  username: string
  password: string
  /** Further users, with the same rights: the simulator knows no roles. */
  moreUsers?: readonly { username: string; password: string }[]
  /** Left out: derived from seed and key. */
  serialNumber?: string
  softwareVersion?: string
  /** L100, L500, E1000, E1800 or C5600. */
  hardwareProfile?: string
  settings?: InitialSettings
  /** Starts out registered in the simulated cloud, with the file installed. */
  activated?: { name: string; mode: 'cloud' | 'local'; site?: string; zone?: string }
}

export interface SimulatedConsoleOptions {
  /** Key of the document, or any name. */
  key: string
  /** Loopback address, such as 127.20.9.1. */
  address: string
  /** 0 takes any port. */
  port: number
  username: string
  password: string
  moreUsers?: readonly { username: string; password: string }[]
  /** Left out: derived from seed and key. */
  serialNumber?: string
  softwareVersion?: string
  /** Sites and zones of its Site Management. */
  sites?: readonly { name: string; zones: readonly string[] }[]
}

export interface SimulatedCloudOptions {
  address: string
  port: number
  subscriptionId: string
  location: string
  token: string
  /** May read only. */
  readerToken?: string
  sites: readonly string[]
  /** IoT hubs of legacy sensors. */
  hubs?: readonly string[]
  /** Updates of sensors that it offers, the newest first. Left out: the documented path. */
  updates?: readonly OfferedUpdate[]
  /** Names of its registrars in the Fleet document, for the pin file. */
  registrars?: readonly string[]
  statusLagMs?: number
  pageSize?: number
  localFileDays?: number
}

export interface SimulatorOptions {
  appliances: readonly SimulatedSensorOptions[]
  managementConsoles?: readonly SimulatedConsoleOptions[]
  cloud?: SimulatedCloudOptions
  /** Keeps state here; in memory without. */
  stateFolder?: string
  faults?: readonly Fault[]
  /** Is told each moment at which a fault may strike: requests, and what sensors do among themselves and with the cloud. */
  onFaultCall?: (call: FaultCall) => void
  seed?: number
  /** Starts the control endpoint; 0 takes any port. */
  controlPort?: number
  /** True time at the start, ISO 8601. Left out: now. */
  startAt?: string
  surroundings?: Surroundings
  tuning?: Partial<Tuning>
  /** Writes the pin file here. */
  pinFile?: string
  /** RSA keys that are distinct; further sensors share them. Left out: 24. */
  distinctKeys?: number
}
