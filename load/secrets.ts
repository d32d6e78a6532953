/**
 * Reads secrets at the moment they are needed. The value goes to the caller and nowhere else.
 *
 * @module
 */
import { readFileSync, statSync } from 'node:fs'
import { DeviceError } from '../reconcile/device-error.ts'
import type { Secrets } from '../reconcile/secrets.ts'
import type { LoadedSecret } from '../schemas/fleet.ts'
import { maxFileBytes } from './file-checks.ts'

/** A reference as a person reads it: `environment variable NAME` or `file PATH`. */
export const secretName = ({ fromEnv, fromFile }: LoadedSecret): string =>
  fromEnv === undefined ? `file ${fromFile ?? ''}` : `environment variable ${fromEnv}`

type Environment = Readonly<Record<string, string | undefined>>

/** The secrets of a run: what was given by value, by its variable, then variables of the environment and files. */
export const secretsFrom = (env: Environment, given: ReadonlyMap<string, string> = new Map()): Secrets => ({
  read: async (reference) =>
    (reference.fromEnv === undefined ? undefined : given.get(reference.fromEnv)) ?? readSecret(reference, env),
})

/** Reads a secret, one newline at its end left out. Throws `SECRET_MISSING`; an empty secret is a missing one. */
export function readSecret(reference: LoadedSecret, env: Environment): string {
  const text = reference.fromEnv === undefined ? readSecretFile(reference.fromFile ?? '') : env[reference.fromEnv]
  const value = text?.replace(/\r?\n$/, '')
  if (value) return value
  throw new DeviceError(
    'SECRET_MISSING',
    `The secret of ${secretName(reference)} is ${text === undefined ? 'not at hand' : 'empty'}.`,
    {
      advice:
        reference.fromEnv === undefined
          ? 'Put the secret into that file, of 1 MiB at most, or name its folder with --secrets-dir.'
          : 'Set that variable where the command runs.',
    },
  )
}

/** Reads a secret for checks that are left out without it. */
export function readSecretIfAny(reference: LoadedSecret, env: Environment): string | null {
  try {
    return readSecret(reference, env)
  } catch {
    return null
  }
}

/** A pipe or a device in the place of a file would never end. */
function readSecretFile(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats?.isFile() || stats.size > maxFileBytes) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
