import { readPackage } from '../../../load/package-file.ts'
import type { World } from '../../../reconcile/engine.ts'
import type { Memory } from '../../../reconcile/memory.ts'
import type { Registrar } from '../../../reconcile/registrar.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import type { Call } from '../../model/call.ts'
import { secretsFrom } from '../../../load/secrets.ts'
import type { Client } from '../client.ts'

/** Binds the engine to this call: the driver of the connection, the memory and the secrets of one sensor. */
export async function worldOf(
  { client, signal, log }: Call<Client>,
  memory: Memory,
  given: ReadonlyMap<string, string>,
): Promise<World> {
  const [driver, registrars] = [await client.driver(), await client.openRegistrars()]
  const { clock, fingerprintKey } = client
  const own = secretsFrom({}, given)
  const registrarOf = (name: string): Registrar => {
    const registrar = registrars.get(name)
    if (registrar) return registrar
    throw new TypeError(`the provider block declares no registrar ${name}`)
  }
  return {
    clock,
    memory,
    secrets: {
      read: async (reference) =>
        reference.fromEnv !== undefined && given.has(reference.fromEnv)
          ? own.read(reference)
          : client.secrets.read(reference),
    },
    packages: { find: readPackage },
    ...(fingerprintKey && { fingerprintKey }),
    driver: () => driver,
    registrarReader: registrarOf,
    registrar: registrarOf,
    onEvent: (event) => log('debug', event.type, { key: event.key }),
    toolVersion: packageJson.version,
    signal,
    stopping: () => signal.aborted,
  }
}
