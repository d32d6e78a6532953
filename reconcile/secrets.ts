/**
 * Secrets are references until the moment they are sent. The tag of a secret says whether the appliance still has the
 * value without anybody knowing it.
 *
 * @module
 */
import { createHash, createHmac } from 'node:crypto'
import type { LoadedSecret } from '../schemas/fleet.ts'
import type { SecretTag } from './driver.ts'

/** Reads secrets. Throws a DeviceError `SECRET_MISSING` that names the reference. */
export interface Secrets {
  read(reference: LoadedSecret): Promise<string>
}

/** A key for tags: made at a first apply or given as SENSORFORM_FINGERPRINT_KEY. */
export interface FingerprintKey {
  /** Derived from the key; a tag under another id cannot be compared. */
  id: string
  key: Uint8Array
}

/** The tag of a secret: HMAC-SHA-256 over identity, path and value, each with its length before it. */
export function tagOf({ id, key }: FingerprintKey, identity: string, path: string, value: string): SecretTag {
  const hmac = createHmac('sha256', key)
  for (const part of [identity, path, value]) hmac.update(`${Buffer.byteLength(part)}:${part}`)
  return { keyId: id, mac: hmac.digest('base64') }
}

/** A shorter key could be guessed. */
export const fewestKeyBytes = 32

/** The id does not tell the key. */
export const fingerprintKey = (key: Uint8Array): FingerprintKey => ({
  id: createHash('sha256').update('sensorform fingerprint key\n').update(key).digest('hex').slice(0, 16),
  key,
})

/** Hexadecimal or base64 of enough bytes, else the text itself; undefined for a text that is too short. */
export function fingerprintBytes(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  return [bytesOf(trimmed, 'hex'), bytesOf(trimmed, 'base64'), Buffer.from(trimmed, 'utf8')].find(
    (one) => one !== undefined && one.length >= fewestKeyBytes,
  )
}

function bytesOf(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  const pattern = encoding === 'hex' ? /^([0-9a-f]{2})+$/i : /^[A-Za-z0-9+/]+={0,2}$/
  return pattern.test(text) ? Buffer.from(text, encoding) : undefined
}
