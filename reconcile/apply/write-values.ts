import { readCertificate } from '../../formats/certificate-facts.ts'
import type { LoadedFile, LoadedSecret } from '../../schemas/fleet.ts'
import type { SecretTag, WriteValue } from '../driver.ts'
import type { World } from '../engine.ts'
import type { PlannedValue } from '../plan-types.ts'
import { tagOf } from '../secrets.ts'
import { findField } from '../compare/setting-fields.ts'

export interface WriteValues {
  values: ReadonlyMap<string, WriteValue>
  /** Tags of the secrets among them. */
  tags: ReadonlyMap<string, SecretTag | null>
}

/** Reads the secrets of a step at the moment they are sent, and tags them. Throws `SECRET_MISSING`. */
export async function toWriteValues(
  planned: Readonly<Record<string, PlannedValue>>,
  identity: string,
  { secrets, fingerprintKey }: Pick<World, 'secrets' | 'fingerprintKey'>,
): Promise<WriteValues> {
  const values = new Map<string, WriteValue>()
  const tags = new Map<string, SecretTag | null>()
  for (const [path, value] of Object.entries(planned)) {
    if (value !== null && findField(path)?.type === 'secret') {
      const secret = await secrets.read(value as LoadedSecret)
      const tag = fingerprintKey ? tagOf(fingerprintKey, identity, path, secret) : null
      tags.set(path, tag)
      values.set(path, { secret, tag })
    } else values.set(path, isFile(value) ? { content: textOf(value) } : (value as WriteValue))
  }
  return { values, tags }
}

const isFile = (value: PlannedValue): value is LoadedFile =>
  typeof value === 'object' && value !== null && 'content' in value

/** Appliances take PEM; a certificate in DER is rewritten. */
const textOf = ({ content, encoding }: LoadedFile): string =>
  encoding === 'base64' ? readCertificate(Buffer.from(content, 'base64')).toString() : content
