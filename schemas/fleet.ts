/**
 * A loaded fleet: every layer merged, every reference resolved to where it points. Secrets stay references. The result
 * of `load/`, the input of `reconcile/`.
 *
 * @module
 */
import type { Access, Credentials, Hold, PolicySpec, RegistrarSpec, WindowSpec } from './access.ts'
import type { SecretReference } from './rules.ts'
import type { ApplianceKind } from './documents.ts'
import type { ConsoleSettings } from './management-console.ts'
import type { SensorSettings } from './sensor.ts'
import type { SourcePlace } from './problem.ts'

/** A file of public content, read while loading. Text is the file as it is; binary content is base64 with `encoding`. */
export interface LoadedFile {
  file: string
  content: string
  encoding?: 'base64'
}

/** A secret reference after loading: placeholders are filled in and `fromFile` is an absolute path inside its allowed folder. */
export type LoadedSecret = SecretReference

/** An update package after loading: the path is absolute, the content stays where it is. */
export interface LoadedPackage {
  file: string
  sha256: string
}

/** The same shape with every public file loaded. */
export type Loaded<T> = T extends LoadedPackage
  ? LoadedPackage
  : T extends { file: string }
    ? LoadedFile
    : T extends readonly unknown[]
      ? T
      : T extends object
        ? { [K in keyof T]: Loaded<T[K]> }
        : T

/** Settings of either kind of appliance. What the schema of its kind does not name is never there. */
export type DesiredSettings = Loaded<ConsoleSettings & Omit<SensorSettings, keyof ConsoleSettings>>

/** Where a value came from. */
export interface Origin {
  layer: 'fleet' | 'site' | 'sensor' | 'console'
  place: SourcePlace
}

/** A trust anchor after loading: `pinFile` and `caFile` are read (absolute path kept for messages). */
export type LoadedTrust =
  | { pin: string }
  | { caFile: string; certificates: string }
  | { pinFile: string; pins: readonly string[]; identity?: string }
  | { system: true }

export interface LoadedAccess extends Omit<Access, 'trust'> {
  driver: 'api'
  endpoint: string
  credentials: string
  trust: readonly LoadedTrust[]
}

export interface DesiredAppliance {
  kind: ApplianceKind
  /** Name of the document; stays when the appliance is renamed. One of all appliances of the fleet has it. */
  key: string
  formerKey?: string
  site?: string
  labels: Readonly<Record<string, string>>
  access: LoadedAccess
  settings: DesiredSettings
  /** Own hold, else that of the site. */
  hold?: Hold
  /** The place of the document itself. */
  place: SourcePlace
  /** Where the value of a field of `settings` or `access` (path with the prefix `access.`) came from. */
  origins: ReadonlyMap<string, Origin>
}

export interface Site {
  name: string
  labels: Readonly<Record<string, string>>
  window?: WindowSpec
  hold?: Hold
}

type AzureSpec = NonNullable<RegistrarSpec['azure']>

export type LoadedRegistrar =
  | { azure: Omit<AzureSpec, 'trust' | 'endpoint'> & { endpoint: string; trust: readonly LoadedTrust[] } }
  | { directory: { path: string }; azure?: never }

export interface Fleet {
  name?: string
  /** Absolute path of the folder that all documents lie in or below. Saved plans keep paths relative to it. */
  root: string
  policy: PolicySpec
  credentials: ReadonlyMap<string, Credentials>
  registrars: ReadonlyMap<string, LoadedRegistrar>
  sites: ReadonlyMap<string, Site>
  sensors: ReadonlyMap<string, DesiredAppliance>
  managementConsoles: ReadonlyMap<string, DesiredAppliance>
}

/** Every appliance that the fleet declares, sensors first. */
export const appliancesOf = ({
  sensors,
  managementConsoles,
}: Pick<Fleet, 'sensors' | 'managementConsoles'>): DesiredAppliance[] => [
  ...sensors.values(),
  ...managementConsoles.values(),
]

/** The appliance of a key, whatever its kind. */
export const applianceOf = (
  { sensors, managementConsoles }: Pick<Fleet, 'sensors' | 'managementConsoles'>,
  key: string,
): DesiredAppliance | undefined => sensors.get(key) ?? managementConsoles.get(key)
