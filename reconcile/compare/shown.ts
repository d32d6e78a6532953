/** Values as people see them: the user's own spelling, never a secret, files as fingerprints. */
import type { Field } from '../../schemas/fields.ts'
import { readFile, type PublicFile } from './certificate-reading.ts'
import type { Shown } from '../change.ts'

/** Shows a value of a field that is no secret. */
export function showValue(field: Field, value: unknown): Shown | undefined {
  if (value === undefined) return undefined
  if (field.type === 'file') return showFile(value as PublicFile)
  return value as Shown
}

function showFile(file: PublicFile): Shown {
  const { leaf, digest } = readFile(file)
  if (!leaf) return { sha256: digest }
  return { certificate: leaf.subject, sha256: leaf.sha256, notAfter: leaf.notAfter }
}
