/**
 * Secrets are references until the moment they are sent. The tag of a secret says whether the appliance still has the
 * value without anybody knowing it.
 *
 * @module
 */
import { createHmac } from 'node:crypto'
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
