/**
 * The field table of the spec of every appliance as the engine looks things up in it. A path means the same in each kind. Everything is kept once computed: a plan for
 * thousands of sensors asks the same questions of the same few fields.
 *
 * @module
 */
import { fieldTable, flatten, formatPath, parsePath, type Field, type Flat } from '../../schemas/fields.ts'
import type { DesiredAppliance } from '../../schemas/fleet.ts'
import { applianceSchemas } from '../../schemas/documents.ts'
import { registeredAspects } from '../../schemas/sensor.ts'
import type { Ability, Support } from '../driver.ts'

const tables = Object.values(applianceSchemas).map(({ settings }) => fieldTable(settings))
const found = new Map<string, Field | undefined>()

/** The field at a path, if the spec has one. */
export function findField(path: string): Field | undefined {
  if (!found.has(path)) found.set(path, findIn(path))
  return found.get(path)
}

function findIn(path: string): Field | undefined {
  for (const table of tables) {
    const field = table.find(path)
    if (field) return field
  }
  return undefined
}

/** True for the path of a field, or of a group of fields, of any appliance. */
export function isSettingPath(path: string): boolean {
  const segments = parsePath(path)
  return tables.some(({ fields }) => fields.some(({ pattern }) => isAtOrAbove(segments, pattern.split('.'))))
}

const isAtOrAbove = (segments: readonly string[], parts: readonly string[]): boolean =>
  segments.length > 0 &&
  segments.length <= parts.length &&
  segments.every((segment, index) => parts[index] === '*' || parts[index] === segment)

const flats = new WeakMap<object, Flat>()

/** Every declared field of an appliance by path. */
export function declaredFields({ kind, settings }: Pick<DesiredAppliance, 'kind' | 'settings'>): Flat {
  let flat = flats.get(settings)
  if (!flat) flats.set(settings, (flat = flatten(applianceSchemas[kind].settings, settings)))
  return flat
}

/** What registration and activation decide together is not compared field by field. */
const registered = new Set<string>(registeredAspects)

/** True for what is a setting of the appliance itself, compared and written field by field. */
export const isOwnSetting = (field: Field): boolean =>
  !registered.has(field.aspect) && !field.facts['x-not-a-setting'] && !field.pattern.endsWith('.absent')

const abilities = new WeakMap<Support, Map<string, Ability>>()

/** What a driver can do with a field: of the patterns that match the path or a prefix of it, the longest decides. */
export function abilityOf(support: Support, pattern: string): Ability {
  let known = abilities.get(support)
  if (!known) abilities.set(support, (known = new Map()))
  let ability = known.get(pattern)
  if (!ability) known.set(pattern, (ability = findAbility(support, pattern.split('.'))))
  return ability
}

function findAbility(support: Support, segments: readonly string[]): Ability {
  let best: { length: number; ability: Ability } = { length: 0, ability: support.default }
  for (const [pattern, ability] of Object.entries(support.fields)) {
    const parts = pattern.split('.')
    if (parts.length <= best.length || parts.length > segments.length) continue
    if (parts.every((part, index) => part === '*' || part === segments[index])) best = { length: parts.length, ability }
  }
  return best.ability
}

const parsed = new Map<string, readonly string[]>()

/** Segments of a path. */
export function segmentsOf(path: string): readonly string[] {
  let segments = parsed.get(path)
  if (!segments) parsed.set(path, (segments = parsePath(path)))
  return segments
}

/** True when a path lies at or below another. */
export const liesBelow = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) &&
  (path.length === prefix.length || path[prefix.length] === '.' || path[prefix.length] === '[')

/** Path of a forwarding rule, or of one of its actions. */
export const rulePath = (rule: string): string => formatPath(['forwarding', 'rules', rule])

/** The rule that a path lies in. */
export function ruleOf(path: string): string | undefined {
  if (!path.startsWith('forwarding.rules')) return undefined
  return segmentsOf(path)[2]
}

const actions = new Map<string, string | undefined>()

/** Path of the rule's action that a path lies in; an action is written whole. */
export function actionPathOf(path: string): string | undefined {
  if (!path.startsWith('forwarding.rules')) return undefined
  if (!actions.has(path)) actions.set(path, findAction(segmentsOf(path)))
  return actions.get(path)
}

const findAction = (segments: readonly string[]): string | undefined =>
  segments[3] === 'actions' ? formatPath(segments.slice(0, 5)) : undefined
