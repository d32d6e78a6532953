/**
 * Steps that no public interface offers: the plan carries the exact console path and the values for a person.
 *
 * @module
 */
import { manualGroups, removalOf } from '../compare/confirmation.ts'
import type { Look } from '../compare/look.ts'
import type { ApplianceKind } from '../../schemas/documents.ts'
import type { PlannedValue, Step } from '../plan-types.ts'
import { ruleOf, findField } from '../compare/setting-fields.ts'
import { makeStep } from './step-facts.ts'
import { nameFields } from './step-titles.ts'

type Values = Readonly<Record<string, PlannedValue>>

/** A person sets fields of one group in the console. */
export function manualStep(look: Look, group: string, changes: readonly string[]): Step | undefined {
  const manual = manualGroups(look).get(group)
  return manual && stepByHand(look, manual.id, manual.values, changes)
}

/** A person sets these values in the console. */
export const stepByHand = (
  { desired: { kind } }: Pick<Look, 'desired'>,
  id: string,
  values: Values,
  changes: readonly string[],
): Step =>
  makeStep({
    id,
    title: `by hand: set ${nameFields(Object.keys(values))}`,
    action: { type: 'manual', values },
    changes,
    instructions: instructionsFor(kind, values),
    expectedSeconds: 0,
  })

/** A person removes a rule in the console. */
export function removalByHand(
  { desired: { kind } }: Pick<Look, 'desired'>,
  rule: string,
  changes: readonly string[],
): Step {
  const { id, values } = removalOf(rule)
  return makeStep({
    id,
    title: `by hand: remove forwarding rule ${rule}`,
    action: { type: 'manual', values },
    changes,
    instructions: `${whereTo[kind]}: Forwarding > ${rule} > Delete`,
    expectedSeconds: 0,
  })
}

const whereTo: Readonly<Record<ApplianceKind, string>> = {
  Sensor: 'In the console of the sensor',
  ManagementConsole: 'In the management console',
}

/** "In the console of the sensor: <path>, set …", one line for each place. */
function instructionsFor(kind: ApplianceKind, values: Values): string {
  const places = new Map<string, string[]>()
  for (const [path, value] of Object.entries(values)) {
    const place = placeOf(path)
    places.set(place, [...(places.get(place) ?? []), `${path} = ${spell(value)}`])
  }
  return [...places]
    .map(([place, lines]) => `${whereTo[kind]}: ${place}\n${lines.map((line) => `  ${line}`).join('\n')}`)
    .join('\n')
}

function placeOf(path: string): string {
  const field = findField(path)
  const rule = ruleOf(path)
  if (rule !== undefined) return `Forwarding > ${rule} (or Create new rule)`
  return field?.console ?? 'System settings'
}

/** A secret is named, never shown. */
function spell(value: PlannedValue): string {
  if (value === null) return '(empty)'
  if (typeof value !== 'object') return String(value)
  if ('file' in value) return `the file ${value.file}`
  if ('fromEnv' in value && value.fromEnv !== undefined) return `the secret in the variable ${value.fromEnv}`
  if ('fromFile' in value && value.fromFile !== undefined) return `the secret in the file ${value.fromFile}`
  return (value as readonly string[]).join(', ')
}
