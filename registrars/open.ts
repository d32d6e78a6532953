/** The registrars of a fleet. Only what is declared is loaded. */
import type { Clock } from '../reconcile/clock.ts'
import type { Registrar } from '../reconcile/registrar.ts'
import type { Fleet, LoadedRegistrar, LoadedSecret } from '../schemas/fleet.ts'

export interface RegistrarDeps {
  clock: Clock
  readSecret(reference: LoadedSecret): Promise<string>
  signal: AbortSignal
}

export async function openRegistrars(
  { registrars }: Pick<Fleet, 'registrars'>,
  deps: RegistrarDeps,
): Promise<ReadonlyMap<string, Registrar>> {
  const opened = await Promise.all(
    [...registrars].map(async ([name, config]) => [name, await openRegistrar(name, config, deps)] as const),
  )
  return new Map(opened)
}

async function openRegistrar(name: string, config: LoadedRegistrar, deps: RegistrarDeps): Promise<Registrar> {
  if ('directory' in config) {
    const { createDirectoryRegistrar } = await import('./directory/registrar.ts')
    return createDirectoryRegistrar(name, config.directory, deps)
  }
  const { createAzureRegistrar } = await import('./azure/registrar.ts')
  return createAzureRegistrar(name, config.azure, deps)
}
