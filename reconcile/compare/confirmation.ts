/**
 * What a person confirms: the declared values of a manual step. A confirmation holds as long as the declaration stays
 * what it was; where the values can be read back, reading decides instead.
 *
 * @module
 */
import { digestOf } from './canonical-json.ts'
import { readFile } from './certificate-reading.ts'
import type { Support } from '../driver.ts'
import type { Look } from './look.ts'
import type { PlannedValue, Step } from '../plan-types.ts'
import { abilityOf, declaredFields, findField, isOwnSetting, rulePath } from './setting-fields.ts'
import { groupOf } from '../plan/step-groups.ts'
import type { DesiredAppliance } from '../../schemas/fleet.ts'

type Values = Readonly<Record<string, PlannedValue>>

/** What to remember as `confirmed[step.id]` when a person says that a manual step is done. */
export const confirmationOf = (step: Step): string | undefined =>
  step.action.type === 'manual' ? digestOfValues(step.action.values) : undefined

/** Digest of what a person sets: equal on every machine, wherever its files lie. */
export const digestOfValues = (values: Values): string =>
  digestOf(Object.fromEntries(Object.entries(values).map(([path, value]) => [path, portable(value)])))

function portable(value: PlannedValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if ('content' in value) return { sha256: readFile(value).digest }
  if ('fromFile' in value && value.fromFile !== undefined) return { fromFile: value.fromFile.split(/[\\/]/).at(-1) }
  return value
}

export interface ManualGroup {
  /** Id of the step. */
  id: string
  /** All that a person sets there, whether it differs or not: so the digest moves with the declaration alone. */
  values: Values
}

const groups = new WeakMap<object, WeakMap<Support, ReadonlyMap<string, ManualGroup>>>()

/** The manual part of each group of fields, by group. */
export function manualGroups({
  desired,
  support,
}: Pick<Look, 'desired' | 'support'>): ReadonlyMap<string, ManualGroup> {
  const bySupport = groups.get(desired.settings) ?? new WeakMap<Support, ReadonlyMap<string, ManualGroup>>()
  groups.set(desired.settings, bySupport)
  let known = bySupport.get(support)
  if (!known) bySupport.set(support, (known = findManualGroups(desired, support)))
  return known
}

function findManualGroups(desired: DesiredAppliance, support: Support): ReadonlyMap<string, ManualGroup> {
  const values = new Map<string, Record<string, PlannedValue>>()
  const mixed = new Set<string>()
  for (const [path, value] of declaredFields(desired)) {
    const field = findField(path)
    if (!field || !isOwnSetting(field)) continue
    const group = groupOf(path)
    const { write } = abilityOf(support, field.pattern)
    if (write === 'automatic') mixed.add(group)
    if (write !== 'manual') continue
    const entries = values.get(group) ?? {}
    entries[path] = value as PlannedValue
    values.set(group, entries)
  }
  return new Map(
    [...values].map(([group, entries]) => [
      group,
      { id: mixed.has(group) ? `${group}.manual` : group, values: entries },
    ]),
  )
}

/** Id and values of the manual step that removes a rule. */
export const removalOf = (rule: string): ManualGroup => ({
  id: rulePath(rule),
  values: { [`${rulePath(rule)}.absent`]: true },
})

/** True when a person confirmed that a rule is gone. */
export function isRemovalConfirmed({ remembered }: Look, rule: string): boolean {
  const { id, values } = removalOf(rule)
  return remembered?.confirmed?.[id] === digestOfValues(values)
}

/** True when a person confirmed the declared values of the manual step that a field belongs to. */
export function isConfirmed(look: Look, path: string): boolean {
  const group = manualGroups(look).get(groupOf(path))
  return group !== undefined && look.remembered?.confirmed?.[group.id] === digestOfValues(group.values)
}
