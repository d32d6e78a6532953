/**
 * A plan is a value: it can be shown, saved, checked and refused. It holds secrets only as references and tags.
 *
 * @module
 */
import type { LoadedFile, LoadedPackage, LoadedSecret } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import type { Change } from './change.ts'
import type { AddressTriple } from './driver.ts'
import type { Overrides } from './engine.ts'
import type { Mode, Placement } from './registrar.ts'

/** A value that a step will write: a secret is still a reference. `null` unsets. */
export type PlannedValue = string | number | boolean | readonly string[] | LoadedSecret | LoadedFile | null

/** What a step does. A closed union: the executor handles each. */
export type Action =
  /** Writes fields of one aspect in one call. */
  | { type: 'set'; aspect: string; values: Readonly<Record<string, PlannedValue>> }
  | { type: 'importCertificate'; values: Readonly<Record<string, PlannedValue>> }
  | { type: 'removeRule'; rule: string }
  | { type: 'createBackup' }
  /** One leg of the documented path. */
  | { type: 'updateSoftware'; from: string; to: string; package: LoadedPackage }
  /** Zone and threat intelligence updates of the record; never a re-activation. */
  | { type: 'updateRecord'; registrar: string; name: string; placement: Placement }
  /** Deletes what the sensor was registered as before an update across 22.1, once `successor` has taken its place. */
  | {
      type: 'deleteLegacyRecord'
      registrar: string
      /** Known again by the moment at which it was made, ISO 8601. */
      record: { name: string; mode: Mode; site?: string; createdAt: string }
      successor: { name: string; placement: Placement }
    }
  /** Delete, register, download, upload, activate, wait. Also what restores a missing or stale registration. */
  | {
      type: 'reactivate'
      reason: 'activate' | 'rename' | 'move' | 'mode' | 'restore' | 'renew' | 'update'
      registrar: string
      /** What the sensor reports now; null when it was never activated. */
      from: { registrar: string; name: string; mode: Mode | null } | null
      to: { name: string; placement: Placement }
      /**
       * The record that will be deleted, if any: one that this sensor itself reports, or, `inherited`, that of the
       * hardware before it, unless it is connected.
       */
      deletes?: { registrar: string; name: string; mode: Mode; site?: string; inherited?: true }
      /** A record of the desired name already stands and is this sensor's. */
      recordStands: boolean
      /** Software version that the cloud must list before it counts as done. */
      version?: string
    }
  /** One guarded change of address, mask and gateway. */
  | { type: 'changeAddress'; from: AddressTriple; to: AddressTriple; guarded: boolean; endpoint: string }
  /** Confirms a guarded change that an earlier run left unconfirmed, or waits for it to revert. */
  | { type: 'finishAddress'; id: string; to: AddressTriple; outcome: 'confirm' | 'revert' }
  /** Connects the sensor to a declared console, whose connection string is read when it is needed. */
  | { type: 'connectConsole'; console: string }
  /** At the console: assigns the sensor to a zone. */
  | { type: 'assignZone'; console: string; zone: string; site?: string }
  /** Clears an intent whose work is already as it should be. */
  | { type: 'clearIntent'; run: string; step: string }
  /** A person does it; waiting until read back or confirmed. */
  | { type: 'manual'; values: Readonly<Record<string, PlannedValue>> }

export interface Step {
  /** Stable within the sensor: `time`, `network.dns`, `forwarding.rules.ops`, `activation`, `network.address`. */
  id: string
  /** In a few words: "set time zone and date format". */
  title: string
  action: Action
  /** Paths of the changes that it removes. */
  changes: readonly string[]
  risk: 'low' | 'medium' | 'high'
  /** What stops working meanwhile; absent when nothing does. */
  disrupts?: string
  /** Whether another plan can bring the state before back. */
  undo: 'yes' | 'no'
  /** From where on there is only the way forward. */
  pointOfNoReturn?: string
  /** Ids of the steps that must have succeeded. */
  needs: readonly string[]
  /** How long it should take, for windows, in seconds. */
  expectedSeconds: number
  /** For a step that a person does: the exact console path and values. */
  instructions?: string
}

export type ApplianceStatus =
  | 'inSync'
  /** Differs, and every difference is of cause `spec`. */
  | 'pending'
  /** Differs, and at least one difference is drift. */
  | 'drifted'
  /** Something expires. */
  | 'expiring'
  | 'unknown'
  | 'held'
  /** Waits for a person or a window. */
  | 'waiting'

/** How the clock of the appliance was found. */
export interface PlannedClock {
  /** Ahead of this machine's; negative: behind. */
  driftSeconds: number
  /** As its console shows it, where it tells. */
  displayed?: string
}

export interface AppliancePlan {
  key: string
  site?: string
  status: ApplianceStatus
  /** Serial number; absent when unknown. */
  identity?: string
  /** Where it answered. */
  endpoint?: string
  /** ISO 8601 of the read that the plan was made from. */
  lastObserved?: string
  revision?: string
  softwareVersion?: string
  clock?: PlannedClock
  changes: readonly Change[]
  steps: readonly Step[]
  /** Live values of the fields that the steps touch, as canonical JSON digests by path: the base of the plan. */
  base: Readonly<Record<string, string>>
  problems: readonly Problem[]
  /** Declared fields that cannot be compared. */
  unverifiable: readonly string[]
  /** Paths that the appliance has and nobody declares. */
  notManaged: readonly string[]
}

export interface Plan {
  formatVersion: 1
  tool: { name: 'sensorform'; version: string }
  /** ISO 8601. */
  madeAt: string
  /** How many sensors the fleet declares, whatever was selected. */
  declared: number
  sensors: readonly AppliancePlan[]
  managementConsoles: readonly AppliancePlan[]
  /** Known to the state store, declared by no document. */
  orphans: readonly string[]
  /** Problems of the whole run, refusals of policy among them. */
  problems: readonly Problem[]
  /** True when policy refuses the plan (exit 6). */
  refused: boolean
  /** The exceptions that the plan was made with: recorded, and in force when it is applied. */
  overrides?: Overrides
}
