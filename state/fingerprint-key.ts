/** The key under which secrets are tagged: from the environment, else a file of the state folder. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FingerprintKey } from '../reconcile/secrets.ts'
import { StateError } from './state-error.ts'

const variable = 'SENSORFORM_FINGERPRINT_KEY'
const shortest = 32

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
  if (given !== undefined && given !== '') return { key: keyOf(keyFromText(given, variable)) }
  if (folder === undefined) return {}
  const file = join(folder, 'fingerprint.key')
  const known = readKeyFile(file)
  if (known) return { key: keyOf(known) }
  if (!create || underCi(env)) return {}
  const made = makeKeyFile(file)
  const key = readKeyFile(file)
  return { ...(key && { key: keyOf(key) }), ...(made && { madeAt: file }) }
}

const underCi = (env: KeyOptions['env']): boolean => !['', 'false', '0'].includes(env['CI'] ?? '')

/** The id does not tell the key. */
const keyOf = (key: Uint8Array): FingerprintKey => ({
  id: createHash('sha256').update('sensorform fingerprint key\n').update(key).digest('hex').slice(0, 16),
  key,
})

/** Hexadecimal or base64 of 32 bytes or more, else the text itself. */
function keyFromText(text: string, source: string): Uint8Array {
  const trimmed = text.trim()
  const bytes = [bytesOf(trimmed, 'hex'), bytesOf(trimmed, 'base64'), Buffer.from(trimmed, 'utf8')].find(
    (one) => one !== undefined && one.length >= shortest,
  )
  if (bytes) return bytes
  throw new StateError(
    'FINGERPRINT_KEY',
    `${source} is shorter than ${shortest} bytes`,
    'Make one with "openssl rand -base64 32".',
  )
}

function bytesOf(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  const pattern = encoding === 'hex' ? /^([0-9a-f]{2})+$/i : /^[A-Za-z0-9+/]+={0,2}$/
  return pattern.test(text) ? Buffer.from(text, encoding) : undefined
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
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(draft, `${randomBytes(shortest).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new StateError('FINGERPRINT_KEY', `${file} cannot be made`, 'Mend the permissions of its folder.', {
      cause: error,
    })
  } finally {
    rmSync(draft, { force: true })
  }
}
