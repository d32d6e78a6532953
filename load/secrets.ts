/**
 * Reads secrets at the moment they are needed. The value goes to the caller and nowhere else.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { LoadedSecret } from '../schemas/fleet.ts'

/** A secret that is not at hand. The message names the reference, never a value. */
export class SecretMissingError extends Error {
  readonly code = 'SECRET_MISSING'
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.name = 'SecretMissingError'
    this.hint = hint
  }
}

/** A reference as a person reads it: `environment variable NAME` or `file PATH`. */
export const secretName = ({ fromEnv, fromFile }: LoadedSecret): string =>
  fromEnv === undefined ? `file ${fromFile ?? ''}` : `environment variable ${fromEnv}`

/** Reads a secret, one newline at its end left out. Throws a SecretMissingError; an empty secret is a missing one. */
export function readSecret(reference: LoadedSecret, env: NodeJS.ProcessEnv = process.env): string {
  const text = reference.fromEnv === undefined ? readSecretFile(reference.fromFile ?? '') : env[reference.fromEnv]
  const value = text?.replace(/\r?\n$/, '')
  if (value) return value
  throw new SecretMissingError(
    `The secret of ${secretName(reference)} is ${text === undefined ? 'not at hand' : 'empty'}`,
    reference.fromEnv === undefined
      ? 'Put the secret into that file, or name its folder with --secrets-dir.'
      : 'Set that variable where the command runs.',
  )
}

/** Reads a secret for checks that are left out without it. */
export function readSecretIfAny(reference: LoadedSecret, env: NodeJS.ProcessEnv): string | null {
  try {
    return readSecret(reference, env)
  } catch {
    return null
  }
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
