/**
 * What is remembered of an apply, so that the next run can tell who moved: values in their one spelling, secrets as
 * tags, files as digests. No secret, and nothing that a secret could be guessed from without the fingerprint key.
 *
 * @module
 */
import type { Field } from '../../schemas/fields.ts'
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import { canonicalJson } from './canonical-json.ts'
import { canonical, type Canonical } from './canonical.ts'
import type { SecretTag } from '../driver.ts'
import type { AppliedValue } from '../memory.ts'
import { declaredFields, findField } from './setting-fields.ts'

/** The declared values of a sensor as they are remembered after an apply. A secret without a tag is left out. */
export function appliedValues(
  desired: DesiredAppliance,
  tags: ReadonlyMap<string, SecretTag | null>,
): Record<string, AppliedValue> {
  const result: Record<string, AppliedValue> = {}
  for (const [path, value] of declaredFields(desired)) {
    const field = findField(path)
    const applied = field && isRemembered(field) ? appliedValue(field, value, tags.get(path)) : undefined
    if (applied !== undefined) result[path] = applied
  }
  return result
}

/** How the tool behaves is not remembered; where a sensor was registered and connected is, as only memory knows. */
const isRemembered = ({ facts, pattern }: Field): boolean => !facts['x-not-a-setting'] || places.has(pattern)

const places = new Set(['registration.registrar', 'managementConsole.console', 'managementConsole.zone'])

/** One value as it is remembered. */
export function appliedValue(field: Field, value: unknown, tag?: SecretTag | null): AppliedValue | undefined {
  if (field.type === 'secret') return tag ? { tag } : undefined
  const spelled = canonical(field, value)
  return field.type === 'file' ? { sha256: String(spelled) } : spelled
}

/** True when a remembered value is this one. Tags of different keys cannot be compared: they count as different. */
export const isApplied = (applied: AppliedValue | undefined, value: AppliedValue | undefined): boolean =>
  applied !== undefined && value !== undefined && canonicalJson(applied) === canonicalJson(value)

/** True when a remembered value is a field's (canonical) value. */
export const isAppliedSpelling = (applied: AppliedValue, spelled: Canonical | undefined): boolean =>
  spelled !== undefined && canonicalJson(applied) === canonicalJson(spelled)
