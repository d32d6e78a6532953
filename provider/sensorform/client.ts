/**
 * What the provider block makes: how to sign in, where sensors are registered, and the one driver of this connection.
 * Nothing is contacted until a sensor is.
 *
 * @module
 */
import { secretsFrom } from '../../load/secrets.ts'
import type { Clock } from '../../reconcile/clock.ts'
import type { Driver } from '../../reconcile/driver.ts'
import { openRegistrars } from '../../registrars/open.ts'
import type { Registrar } from '../../reconcile/registrar.ts'
import { fingerprintBytes, fingerprintKey, type FingerprintKey, type Secrets } from '../../reconcile/secrets.ts'
import type { Fleet, LoadedSecret } from '../../schemas/fleet.ts'
import { createClaims, type Claims } from './claims.ts'
import { systemClock } from '../../transport/system-clock.ts'

export interface Client {
  credentials: Fleet['credentials']
  registrars: Fleet['registrars']
  /** Some of the provider block is not known yet, so that nothing can be read. */
  isUnknown: boolean
  clock: Clock
  /** What the resources of this run lay claim to. */
  claims: Claims
  secrets: Secrets
  /** Absent: secrets are unverifiable. */
  fingerprintKey?: FingerprintKey
  /** Loaded when the first sensor is asked for; its sessions last as long as the connection. */
  driver(): Promise<Driver>
  openRegistrars(): Promise<ReadonlyMap<string, Registrar>>
  close(): Promise<void>
}

export interface ClientOptions {
  credentials: Fleet['credentials']
  registrars: Fleet['registrars']
  isUnknown: boolean
  /** Secrets that the provider block gave by value, by the variable in which the spec looks for them. */
  given: ReadonlyMap<string, string>
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
  clock?: Clock
}

export function createClient({ given, env, signal, clock = systemClock, ...declared }: ClientOptions): Client {
  const secrets = secretsFrom(env, given)
  const readSecret = (reference: LoadedSecret) => secrets.read(reference)
  const driver = once(async () => {
    const { createApiDriver } = await import('../../drivers/api/driver.ts')
    return createApiDriver({ clock, readSecret, keepSessions: true })
  })
  const registrars = once(() => openRegistrars(declared, { clock, readSecret, signal }))
  const keyBytes = fingerprintBytes(env[fingerprintVariable] ?? '')
  return {
    ...declared,
    clock,
    claims: createClaims(),
    secrets,
    ...(keyBytes && { fingerprintKey: fingerprintKey(keyBytes) }),
    driver: async () => driver.get(),
    openRegistrars: async () => registrars.get(),
    close: async () => {
      const opened = [...((await registrars.made())?.values() ?? [])]
      await Promise.allSettled([(await driver.made())?.close?.(), ...opened.map((one) => one.close?.())])
    },
  }
}

/** Of the same name as for the CLI, so that both know the other's tags. */
export const fingerprintVariable = 'SENSORFORM_FINGERPRINT_KEY'

/** Made at the first call; `made` makes nothing. */
function once<T>(make: () => Promise<T>): { get(): Promise<T>; made(): Promise<T | undefined> } {
  let made: Promise<T> | undefined
  return { get: () => (made ??= make()), made: async () => made }
}
