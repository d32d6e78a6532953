import type { DesiredAppliance, LoadedSecret } from '../../schemas/fleet.ts'
import type { SecretTag } from '../driver.ts'
import type { World } from '../engine.ts'
import { tagOf } from '../secrets.ts'
import { declaredFields, findField } from '../compare/setting-fields.ts'

/** Tags of the declared secrets by path; `null` where the key or the secret is not at hand. */
export async function tagsOf(
  desired: DesiredAppliance,
  identity: string,
  { secrets, fingerprintKey }: Pick<World, 'secrets' | 'fingerprintKey'>,
): Promise<Map<string, SecretTag | null>> {
  const tags = new Map<string, SecretTag | null>()
  for (const [path, value] of declaredFields(desired)) {
    if (findField(path)?.type !== 'secret') continue
    const secret = fingerprintKey && (await secrets.read(value as LoadedSecret).catch(() => undefined))
    tags.set(path, fingerprintKey && secret !== undefined ? tagOf(fingerprintKey, identity, path, secret) : null)
  }
  return tags
}
