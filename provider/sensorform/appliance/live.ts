/**
 * What was seen of an appliance as a value of Terraform. A value that only differs in its spelling keeps the one that is
 * stored, so that no plan shows a difference that is none.
 *
 * @module
 */
import { sameValue } from '../../../reconcile/compare/canonical.ts'
import { findField } from '../../../reconcile/compare/setting-fields.ts'
import type { Observation } from '../../../reconcile/driver.ts'
import type { RecordLookup } from '../../../reconcile/registrar.ts'
import { formatPath } from '../../../schemas/fields.ts'
import { isNested, type Attribute, type Attributes, type NestedAttribute } from '../../../schemas/terraform/schema.ts'
import { isEqual, isList, isObject, type ObjectValue, type Value } from '../../model/value.ts'
import { fromSpec, nestFlat } from '../../spec/from-spec.ts'
import type { SeenSight } from './kept.ts'
import type { ApplianceType } from './type.ts'

/** What only the registrar tells of a registration. */
const placing = ['site', 'zone', 'tiAutomaticUpdates'] as const

/** Everything that was read, configured or not. What of a registration cannot be read is as it was `stored`. */
export function liveValue(
  { schema, facts }: ApplianceType,
  { records }: SeenSight,
  observation: Observation,
  stored: ObjectValue | null = null,
): ObjectValue {
  const flat = new Map<string, unknown>(observation.live)
  const record = records.live?.state === 'present' ? records.live.record : undefined
  for (const key of placing) if (record?.[key] !== undefined) flat.set(`registration.${key}`, record[key])
  const value = { ...fromSpec(schema.attributes, nestFlat(flat)), ...facts(observation) }
  return isPlaceTold(records.live) ? value : withPlaceOf(schema.attributes, value, stored)
}

/** The record of a locally managed sensor carries no place, and some registrars have no record to read. */
const isPlaceTold = (lookup: RecordLookup | undefined): boolean =>
  lookup?.state === 'absent' || (lookup?.state === 'present' && lookup.record.mode === 'cloud')

function withPlaceOf({ registration: group }: Attributes, value: ObjectValue, stored: ObjectValue | null): ObjectValue {
  const registration = stored?.['registration'] ?? null
  if (!group || !isNested(group) || !isObject(registration)) return value
  const kept = Object.entries(group.attributes)
    .filter(([, { spec }]) => placing.some((key) => key === spec?.key))
    .map(([name]) => [name, registration[name] ?? null])
  const live = value['registration'] ?? null
  return { ...value, registration: { ...(isObject(live) && live), ...Object.fromEntries(kept) } }
}

/** What Terraform has stored, brought up to date. */
export const refreshed = (attributes: Attributes, stored: ObjectValue, live: ObjectValue): ObjectValue =>
  mapAttributes(attributes, (attribute, name) =>
    refreshedValue(attribute, stored[name] ?? null, live[name] ?? null, [attribute.spec?.key ?? name]),
  )

const mapAttributes = (attributes: Attributes, make: (attribute: Attribute, name: string) => Value): ObjectValue =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, make(attribute, name)]))

function refreshedValue(attribute: Attribute, stored: Value, live: Value, path: readonly string[]): Value {
  if (!attribute.computed && !attribute.required) return stored
  if (path.length === 1 && attribute.required) return stored
  if (isNested(attribute)) return refreshedGroup(attribute, stored, live, path)
  if (isEqual(stored, live)) return stored
  const field = findField(formatPath(path))
  const means = (value: Value): unknown =>
    isList(value) ? value : attribute.spec?.form === 'file' ? { content: value } : value
  return field && stored !== null && live !== null && sameValue(field, means(stored), means(live)) ? stored : live
}

function refreshedGroup(attribute: NestedAttribute, stored: Value, live: Value, path: readonly string[]): Value {
  const merge = (before: Value, now: Value, at: readonly string[]): Value =>
    isOff(before) && (now === null || isOff(now))
      ? before
      : mapAttributes(attribute.attributes, (inner, name) =>
          refreshedValue(inner, member(before, name), member(now, name), [...at, inner.spec?.key ?? name]),
        )
  if (attribute.nesting === 'list' || isList(live)) return stored
  if (attribute.nesting === 'single') return isNothing(live) && stored === null ? null : merge(stored, live, path)
  if (!isObject(live)) return isObject(stored) ? withoutMissing(stored, {}) : stored
  const keys = isObject(stored) ? Object.keys(withoutMissing(stored, live)) : Object.keys(live)
  return Object.fromEntries(keys.map((key) => [key, merge(member(stored, key), member(live, key), [...path, key])]))
}

/** Of what is switched off, or is declared not to be there, nothing else is compared: whatever is said beside it stands. */
const isOff = (group: Value): boolean => member(group, 'enabled') === false || member(group, 'absent') === true

/** Of entries that are declared one by one, those that are there, and those that are declared not to be. */
const withoutMissing = (stored: ObjectValue, live: ObjectValue): ObjectValue =>
  Object.fromEntries(
    Object.entries(stored).filter(([key, item]) => Object.hasOwn(live, key) || member(item, 'absent') === true),
  )

const member = (value: Value, name: string): Value =>
  isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null

const isNothing = (value: Value): boolean =>
  value === null || (isObject(value) && Object.values(value).every((item) => isNothing(item)))
