/**
 * The engine's verbs, as the CLI and the Terraform provider call them. `observe` and `plan` are handed readers only;
 * `apply` is the one writer.
 *
 * @module
 */
import type { DesiredAppliance } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import type { Clock } from './clock.ts'
import type { PlannedPeers } from './compare/planned-peers.ts'
import type { Driver, Observation, PeerCheck, SecretTag, Support } from './driver.ts'
import type { Memory, Remembered } from './memory.ts'
import type { RunEvent } from './outcome.ts'
import type {
  OfferedUpdate,
  Placement,
  RecordLookup,
  Registrar,
  RegistrarReader,
  RegistrarSupport,
  RegistrationRecord,
} from './registrar.ts'
import type { Packages } from './packages.ts'
import type { FingerprintKey, Secrets } from './secrets.ts'

/** Everything the engine needs from outside. */
export interface World {
  clock: Clock
  memory: Memory
  secrets: Secrets
  packages: Packages
  /** Absent: secrets are unverifiable. */
  fingerprintKey?: FingerprintKey
  driver(name: DesiredAppliance['access']['driver']): Driver
  registrarReader(name: string): RegistrarReader
  registrar(name: string): Registrar
  onEvent(event: RunEvent): void
  toolVersion: string
  signal?: AbortSignal
  /** Says that the run should stop after the step in flight. */
  stopping?(): boolean
}

/** Narrow, named, recorded exceptions to policy. */
export interface Overrides {
  /** `--allow-changed N`. */
  allowChanged?: number
  /** `--allow-delete KEY`. */
  allowDelete?: readonly string[]
  /** `--allow-window SITE`. */
  allowWindow?: readonly string[]
  /** `--adopt-record KEY`. */
  adoptRecord?: readonly string[]
  /** `--allow-cut-off KEY`. */
  allowCutOff?: readonly string[]
  /** `--allow-unguarded-network-change`. */
  allowUnguardedNetworkChange?: boolean
  /** `--rewrite-secrets`. */
  rewriteSecrets?: boolean
}

export interface PlanOptions {
  /** Keys to look at; all when absent. */
  keys?: readonly string[]
  /** Aspect or field paths to which changes are narrowed (`--only`). */
  only?: readonly string[]
  overrides?: Overrides
  concurrency?: number
  /** Sign in with `access.readCredentials` where given. */
  readOnly?: boolean
  /** Ask appliances that drifted who changed them: one call more for each. */
  attribute?: boolean
  /** Wait until another run's lease, or a job of the appliance, has ended, as apply does; not longer than two minutes. */
  waitForRuns?: boolean
}

/** What a registrar that is not declared for the sensor says of the record that the sensor reports. */
export interface Elsewhere {
  registrar: string
  lookup: RecordLookup
}

/** What one sensor's plan is made from. Pure data. */
export interface Sight {
  desired: DesiredAppliance
  /** A problem when it could not be read: the sensor is unknown. */
  observation: Observation | { problem: Problem }
  /**
   * Records of the live and of the desired name, where a registrar is declared; and of the name that an open intent has
   * laid claim to, where that is neither.
   */
  records: { live?: RecordLookup; desired?: RecordLookup; claimed?: RecordLookup }
  /** For a registrar whose files a person hands in: whether the file of the desired name is there. */
  fileAtHand?: boolean
  /**
   * Tags of the declared secrets by path, made under the present key for the observed identity; `null` where the secret
   * or the key is not at hand, so that the field cannot be compared.
   */
  tags: ReadonlyMap<string, SecretTag | null>
  remembered?: Remembered
  /** Of a sensor that names a management console: what was seen of that console. */
  console?: { key: string; observation: Observation | { problem: Problem } }
  /** Where certificate validation is about to be turned on: how its peers fare. Absent: nobody knows. */
  peers?: readonly PeerCheck[]
  /** What the document makes of them. */
  plannedPeers?: PlannedPeers
  /** What may be the registration of before an update across 22.1. Absent: none is remembered, or nobody knows. */
  legacy?: readonly RegistrationRecord[]
  /**
   * Where nothing remembers with which registrar the sensor was registered: what others have of it, or why they could not
   * be asked. Absent: that was no question.
   */
  elsewhere?: readonly Elsewhere[]
  /** Where an update is due: what the registrar offers. Absent: nobody knows. */
  offers?: readonly OfferedUpdate[]
  /** What could not be asked, such as a registrar that does not answer. */
  problems?: readonly Problem[]
}

/** What planning needs beside the sights. Pure data, so that a plan is a pure function. */
export interface PlanContext {
  /** Wall clock, ms. */
  now: number
  toolVersion: string
  support(driver: DesiredAppliance['access']['driver']): Support
  registrarSupport(name: string): RegistrarSupport
  /** What a person must do to hand in a file; see RegistrarReader.instructions. */
  instructions?(registrar: string, name: string, placement: Placement): string
  options: PlanOptions
  /** Keys in the state store that no document declares. */
  orphans: readonly string[]
}

export interface ApplyOptions {
  overrides?: Overrides
  concurrency?: number
  /** Id of this run; also the holder of its leases. */
  run: string
  /** Revisions by key, where this process has made the plan: what was seen for it need not be read again. */
  seen?: ReadonlyMap<string, string>
}
