/**
 * What the provider block makes: how to sign in, where sensors are registered, and the one driver of this connection.
 * Nothing is contacted until a sensor is.
 *
 * @module
 */
import { readSecret, SecretMissingError } from '../../load/secrets.ts'
import type { Clock } from '../../reconcile/clock.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Driver } from '../../reconcile/driver.ts'
import type { Registrar } from '../../reconcile/registrar.ts'
import { fingerprintBytes, fingerprintKey, type FingerprintKey, type Secrets } from '../../reconcile/secrets.ts'
import type { Fleet, LoadedRegistrar, LoadedSecret } from '../../schemas/fleet.ts'
import { systemClock } from '../../transport/system-clock.ts'

export interface Client {
  credentials: Fleet['credentials']
  registrars: Fleet['registrars']
  /** Some of the provider block is not known yet, so that nothing can be read. */
  isUnknown: boolean
  clock: Clock
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
  const secrets = secretsFrom(given, env)
  const readSecret = (reference: LoadedSecret) => secrets.read(reference)
  const driver = once(async () => {
    const { createApiDriver } = await import('../../drivers/api/driver.ts')
    return createApiDriver({ clock, readSecret, keepSessions: true })
  })
  const openRegistrars = once(async () => {
    const opened = [...declared.registrars].map(
      async ([name, config]) => [name, await openRegistrar(name, config, { clock, readSecret, signal })] as const,
    )
    return new Map(await Promise.all(opened))
  })
  const keyBytes = fingerprintBytes(env[fingerprintVariable] ?? '')
  return {
    ...declared,
    clock,
    secrets,
    ...(keyBytes && { fingerprintKey: fingerprintKey(keyBytes) }),
    driver: async () => driver.get(),
    openRegistrars: async () => openRegistrars.get(),
    close: async () => {
      const registrars = (await openRegistrars.made()) ?? new Map<string, Registrar>()
      await Promise.allSettled([
        (await driver.made())?.close?.(),
        ...[...registrars.values()].map((one) => one.close?.()),
      ])
    },
  }
}

/** Of the same name as for the CLI, so that both know the other's tags. */
export const fingerprintVariable = 'SENSORFORM_FINGERPRINT_KEY'

/** Secrets that were given by value first, then variables and files. */
export const secretsFrom = (given: ReadonlyMap<string, string>, env: ClientOptions['env']): Secrets => ({
  read: async (reference) => {
    const value = reference.fromEnv === undefined ? undefined : given.get(reference.fromEnv)
    if (value !== undefined) return value
    try {
      return readSecret(reference, { ...env })
    } catch (error) {
      if (!(error instanceof SecretMissingError)) throw error
      throw new DeviceError('SECRET_MISSING', `${error.message}.`, { advice: error.hint })
    }
  },
})

interface RegistrarDeps {
  clock: Clock
  readSecret(reference: LoadedSecret): Promise<string>
  signal: AbortSignal
}

async function openRegistrar(name: string, config: LoadedRegistrar, deps: RegistrarDeps): Promise<Registrar> {
  if ('directory' in config) {
    const { createDirectoryRegistrar } = await import('../../registrars/directory/registrar.ts')
    return createDirectoryRegistrar(name, config.directory, deps)
  }
  const { createAzureRegistrar } = await import('../../registrars/azure/registrar.ts')
  return createAzureRegistrar(name, config.azure, deps)
}

/** Made at the first call; `made` makes nothing. */
function once<T>(make: () => Promise<T>): { get(): Promise<T>; made(): Promise<T | undefined> } {
  let made: Promise<T> | undefined
  return { get: () => (made ??= make()), made: async () => made }
}
