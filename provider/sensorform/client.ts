/**
 * What the provider block makes: how to sign in, where sensors are registered, and the one driver of this connection.
 * Nothing is contacted until a sensor is.
 *
 * @module
 */
import { secretsFrom } from '../../load/secrets.ts'
import type { Clock } from '../../reconcile/clock.ts'
import type { Driver } from '../../reconcile/driver.ts'
import type { Overrides } from '../../reconcile/engine.ts'
import { openRegistrars } from '../../registrars/open.ts'
import type { Registrar } from '../../reconcile/registrar.ts'
import type { FingerprintKey, Secrets } from '../../reconcile/secrets.ts'
import type { Fleet, LoadedAccess, LoadedSecret } from '../../schemas/fleet.ts'
import { createOwnership, type Ownership } from './appliance/ownership.ts'
import { createClaims, type Claims } from './claims.ts'
import { systemClock } from '../../transport/system-clock.ts'
import { createGate, type Gate } from './gate.ts'

/** What the provider block declares, and the environment where that is silent. */
export interface Declared {
  credentials: Fleet['credentials']
  registrars: Fleet['registrars']
  /** How to reach the consoles that sensors name. */
  managementConsoles: ReadonlyMap<string, LoadedAccess>
  /** Absolute path. Appliances whose `access` has no `trust` are told by it. */
  pinFile?: string
  /** Absent: no limit of ours. */
  concurrency?: number
  /** Absent: secrets are unverifiable. */
  fingerprintKey?: FingerprintKey
  permissions: Permissions
  /** Secrets that the provider block gave by value, by the variable in which the spec looks for them. */
  given: ReadonlyMap<string, string>
  /** Some of the provider block is not known yet, so that nothing can be read. */
  isUnknown: boolean
}

/** The narrow exceptions to policy that are of one appliance; sensors by registered name. */
export interface Permissions {
  allowUnguardedNetworkChange: boolean
  allowDelete: readonly string[]
  adoptRecords: readonly string[]
  allowCutOff: readonly string[]
}

export interface Client extends Omit<Declared, 'given' | 'concurrency'> {
  clock: Clock
  /** What the resources of this run lay claim to. */
  claims: Claims
  /** Which of them keep an appliance, and which give it up. */
  ownership: Ownership
  secrets: Secrets
  /** Bounds how many appliances are in flight at once; not to be entered twice by one call. */
  gate: Gate
  /** Loaded when the first sensor is asked for; its sessions last as long as the connection. */
  driver(): Promise<Driver>
  openRegistrars(): Promise<ReadonlyMap<string, Registrar>>
  close(): Promise<void>
}

export interface ClientOptions extends Declared {
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
  clock?: Clock
}

export function createClient({
  given,
  env,
  signal,
  concurrency,
  clock = systemClock,
  ...declared
}: ClientOptions): Client {
  const secrets = secretsFrom(env, given)
  const readSecret = (reference: LoadedSecret) => secrets.read(reference)
  const driver = once(async () => {
    const { createApiDriver } = await import('../../drivers/api/driver.ts')
    return createApiDriver({ clock, readSecret, keepSessions: true })
  })
  const registrars = once(() => openRegistrars(declared, { clock, readSecret, signal }))
  return {
    ...declared,
    clock,
    claims: createClaims(),
    ownership: createOwnership(),
    secrets,
    gate: createGate(concurrency),
    driver: async () => driver.get(),
    openRegistrars: async () => registrars.get(),
    close: async () => {
      const opened = [...((await registrars.made())?.values() ?? [])]
      await Promise.allSettled([(await driver.made())?.close?.(), ...opened.map((one) => one.close?.())])
    },
  }
}

/** What is allowed for the appliance of this registered name, as the engine takes it. */
export function overridesFor(
  { allowUnguardedNetworkChange, ...named }: Permissions,
  key: string,
  name: string | undefined,
): Overrides {
  const keys = (names: readonly string[]) => (name !== undefined && names.includes(name) ? [key] : [])
  return {
    allowUnguardedNetworkChange,
    allowDelete: keys(named.allowDelete),
    adoptRecord: keys(named.adoptRecords),
    allowCutOff: keys(named.allowCutOff),
  }
}

/** Made at the first call; `made` makes nothing. */
function once<T>(make: () => Promise<T>): { get(): Promise<T>; made(): Promise<T | undefined> } {
  let made: Promise<T> | undefined
  return { get: () => (made ??= make()), made: async () => made }
}
