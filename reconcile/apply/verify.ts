/**
 * Success is read back equal, never a status code.
 *
 * @module
 */
import { canonicalJson } from '../compare/canonical-json.ts'
import { sameValue } from '../compare/canonical.ts'
import type { LiveSecret, LiveValue, Observation, SecretTag, Support } from '../driver.ts'
import type { PlannedValue } from '../plan-types.ts'
import { abilityOf, findField } from '../compare/setting-fields.ts'

type Values = Readonly<Record<string, PlannedValue>>

/** Paths whose live value is not what was written. What the driver cannot read back is not among them. */
export function differingPaths(
  { live }: Pick<Observation, 'live'>,
  values: Values,
  tags: ReadonlyMap<string, SecretTag | null>,
  support: Support,
): string[] {
  return Object.entries(values)
    .filter(
      ([path, value]) => !isThere(live.get(path), path, value, support.tags ? tags.get(path) : undefined, support),
    )
    .map(([path]) => path)
}

function isThere(
  live: LiveValue | undefined,
  path: string,
  value: PlannedValue,
  tag: SecretTag | null | undefined,
  support: Support,
): boolean {
  const field = findField(path)
  if (field && !abilityOf(support, field.pattern).read) return true
  if (field?.type === 'secret') return secretIsThere(live as LiveSecret | undefined, value, tag)
  if (value === null) return live === undefined
  return field ? sameValue(field, live, value) : canonicalJson(live) === canonicalJson(value)
}

function secretIsThere(live: LiveSecret | undefined, value: PlannedValue, tag: SecretTag | null | undefined): boolean {
  if (value === null) return !live?.set
  return live?.set === true && (!tag || (live.tag?.keyId === tag.keyId && live.tag.mac === tag.mac))
}

/** Paths among these whose value is another than before. */
export const movedPaths = (
  before: Pick<Observation, 'live'>,
  now: Pick<Observation, 'live'>,
  paths: readonly string[],
): string[] => paths.filter((path) => canonicalJson(before.live.get(path)) !== canonicalJson(now.live.get(path)))
