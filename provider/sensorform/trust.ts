/**
 * How an appliance is signed in to and known where its `access` does not say it: neither an import nor the read after it
 * sees a configuration, so the provider block decides.
 *
 * @module
 */
import type { ReferenceReader } from '../../load/read-reference.ts'
import { followTrust, type ReferenceContext } from '../../load/references.ts'
import type { Access } from '../../schemas/access.ts'
import type { LoadedTrust } from '../../schemas/fleet.ts'

/** Name of the credentials of an appliance whose `access` names none. */
export const defaultCredentials = 'default'

/** The pin file is the runner's own, so it may lie anywhere; everything else lies below its folder. */
export const withPinFile = (reader: ReferenceReader, pinFile: string | undefined): ReferenceReader => ({
  ...reader,
  confine: (reference, folder) => (reference === pinFile ? reference : reader.confine(reference, folder)),
})

/** Whom to trust: what `access` at `path` says, else the entry of `key`, or of `otherKey`, in the pin file. */
export function trustOf(
  context: ReferenceContext,
  { trust }: Pick<Access, 'trust'>,
  path: readonly string[],
  pinFile: string | undefined,
  key: string,
  otherKey?: string,
): LoadedTrust[] {
  if (trust) return followTrust(context, trust, [...path, 'trust'], key, otherKey)
  if (pinFile !== undefined) return followTrust(context, [{ pinFile }], path, key, otherKey)
  context.report(
    'REQUIRED',
    [...path, 'trust'],
    'trust is missing: the appliance cannot be recognised',
    'Give a pin or a ca_file, or name a pin file in the provider block.',
  )
  return []
}
