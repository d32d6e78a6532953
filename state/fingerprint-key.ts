/** The key under which secrets are tagged: from the environment, else a file of the state folder. */
import { randomBytes, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fewestKeyBytes, fingerprintBytes, fingerprintKey, type FingerprintKey } from '../reconcile/secrets.ts'
import { makeFolder } from './make-folder.ts'
import { StateError } from './state-error.ts'

const variable = 'SENSORFORM_FINGERPRINT_KEY'
export interface KeyOptions {
  /** State folder; absent when nothing is remembered. */
  folder: string | undefined
  env: Readonly<Record<string, string | undefined>>
  /** Make one where there is none: at an apply, and never under CI. */
  create: boolean
}

/** Finds the key. `madeAt` names the file when it was made just now. Throws a StateError for one that is unusable. */
export function findFingerprintKey({ folder, env, create }: KeyOptions): { key?: FingerprintKey; madeAt?: string } {
  const given = env[variable]
  if (given !== undefined && given !== '') return { key: fingerprintKey(keyFromText(given, variable)) }
  if (folder === undefined) return {}
  const file = join(folder, 'fingerprint.key')
  const known = readKeyFile(file)
  if (known) return { key: fingerprintKey(known) }
  if (!create || underCi(env)) return {}
  const made = makeKeyFile(file)
  const key = readKeyFile(file)
  return { ...(key && { key: fingerprintKey(key) }), ...(made && { madeAt: file }) }
}

const underCi = (env: KeyOptions['env']): boolean => !['', 'false', '0'].includes(env['CI'] ?? '')

function keyFromText(text: string, source: string): Uint8Array {
  const key = fingerprintBytes(text)
  if (key) return key
  throw new StateError(
    'FINGERPRINT_KEY',
    `${source} is shorter than ${fewestKeyBytes} bytes`,
    'Make one with "openssl rand -base64 32".',
  )
}

function readKeyFile(file: string): Uint8Array | undefined {
  try {
    if ((statSync(file).mode & 0o077) !== 0) {
      throw new StateError('FINGERPRINT_KEY', `${file} can be read by others`, `Run "chmod 600 ${file}".`)
    }
    return keyFromText(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof StateError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StateError('FINGERPRINT_KEY', `${file} cannot be read`, 'Mend its permissions.', { cause: error })
  }
}

/** True when this process made it; when another was quicker, that one's key stands. */
function makeKeyFile(file: string): boolean {
  const draft = `${file}.${randomUUID()}`
  try {
    makeFolder(dirname(file))
    writeFileSync(draft, `${randomBytes(fewestKeyBytes).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    })
    linkSync(draft, file)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    const isFull = code === 'ENOSPC' || code === 'EDQUOT'
    throw new StateError(
      'FINGERPRINT_KEY',
      `${file} cannot be made${isFull ? ': the disk is full' : ''}`,
      isFull ? 'Make room on it, or give another folder with --state.' : 'Mend the permissions of its folder.',
      { cause: error },
    )
  } finally {
    rmSync(draft, { force: true })
  }
}
