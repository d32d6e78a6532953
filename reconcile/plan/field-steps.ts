/**
 * Steps that write fields: those of one group in one call.
 *
 * Beside the fields that differ, a step writes what belongs to them:
 *
 * | beside                       | is written                                                                    |
 * | ---------------------------- | ----------------------------------------------------------------------------- |
 * | any field of a rule's action | the whole action, as it is replaced whole: declared fields, and live ones of  |
 * |                              | the same type that nobody declares                                            |
 * | a sibling of a secret        | the secret, when nobody can verify it                                         |
 *
 * @module
 */
import type { Field, Flat } from '../../schemas/fields.ts'
import type { Change } from '../change.ts'
import { emptyDraft, mergeDrafts, type Draft } from './draft.ts'
import { problemOf, type Look } from '../compare/look.ts'
import { lostConnection, namesConsole } from './console-steps.ts'
import { manualStep, removalByHand } from './manual-steps.ts'
import type { PlannedValue, Step } from '../plan-types.ts'
import {
  abilityOf,
  actionPathOf,
  declaredFields,
  findField,
  isOwnSetting,
  liesBelow,
  ruleOf,
  segmentsOf,
} from '../compare/setting-fields.ts'
import { restoredValue } from '../compare/withdrawn-properties.ts'
import { knownFiles } from '../../schemas/known-properties.ts'
import { groupOf } from './step-groups.ts'
import { makeStep } from './step-facts.ts'
import { nameFields } from './step-titles.ts'

type Values = Record<string, PlannedValue>

/** Groups that have builders of their own. */
const special = new Set(['managementConsole.zone', 'certificate', 'network.address', 'software', 'activation'])

/** A console that a document declares is connected to by a step of its own; zones are assigned at the console. */
const isSpecial = (look: Look, group: string): boolean =>
  special.has(group) || (group.startsWith('managementConsole') && namesConsole(look))

/** Steps for all changed fields but those of certificate import, address and registration. */
export function fieldSteps(look: Look, changes: readonly Change[], unverifiable: readonly string[]): Draft {
  const groups = Map.groupBy(
    changes.filter(({ kind, path }) => kind === 'field' && !isSpecial(look, groupOf(path))),
    ({ path }) => groupOf(path),
  )
  const written = [...groups].map(([group, own]) => groupSteps(look, group, own, unverifiable))
  const removals = changes.filter((change) => change.kind === 'extraRule').map((change) => removalStep(look, change))
  return mergeDrafts([...written, ...removals])
}

function groupSteps(look: Look, group: string, changes: readonly Change[], unverifiable: readonly string[]): Draft {
  const problem = actionless(look, group)
  if (problem) return { steps: [], problems: [problem] }
  const paths = changes.map(({ path }) => path)
  const automatic = paths.filter((path) => writeOf(look, path) === 'automatic')
  const manual = paths.filter((path) => writeOf(look, path) === 'manual')
  const byHand = manual.length > 0 ? manualStep(look, group, manual) : undefined
  const steps = [
    ...(automatic.length > 0 ? [setStep(look, group, automatic, unverifiable)] : []),
    ...(byHand ? [byHand] : []),
  ]
  return { steps, problems: [] }
}

/** A rule without an action can be changed where it exists, and not be made. */
function actionless({ desired, live, support }: Look, group: string) {
  const rule = ruleOf(group)
  if (rule === undefined || !abilityOf(support, 'forwarding.rules.*').read) return undefined
  const isLive = [...live.keys()].some((path) => liesBelow(path, group))
  const declared = desired.settings.forwarding?.rules?.[rule]
  if (isLive || Object.keys(declared?.actions ?? {}).length > 0) return undefined
  return problemOf(desired, {
    severity: 'error',
    code: 'RULE_WITHOUT_ACTION',
    field: group,
    summary: `Forwarding rule ${rule} does not exist on the sensor and declares no action: it cannot be created`,
    hint: 'Declare actions; or drop the rule from the spec.',
  })
}

/** Who writes a field. */
export function writeOf({ support }: Look, path: string): 'automatic' | 'manual' | 'none' {
  const field = findField(path)
  return field ? abilityOf(support, field.pattern).write : 'none'
}

/** One call that writes fields of one aspect. */
export function setStep(look: Look, group: string, paths: readonly string[], unverifiable: readonly string[]): Step {
  const values = valuesToWrite(look, paths, unverifiable)
  const aspect = findField(paths[0] ?? '')?.aspect ?? group
  return makeStep({
    id: group,
    title: titleOf(look, group, paths),
    action: { type: 'set', aspect, values },
    changes: paths,
    disrupts: disruptionOf(look, group, values),
  })
}

function titleOf(look: Look, group: string, paths: readonly string[]): string {
  const rule = ruleOf(group)
  if (rule === undefined) return `set ${nameFields(paths)}`
  const exists = [...look.live.keys()].some((path) => liesBelow(path, group))
  return `${exists ? 'change' : 'add'} forwarding rule ${rule}`
}

function disruptionOf({ live }: Look, group: string, values: Values): string | undefined {
  if (group === 'certificate.validation' && values[group] === 'mandatory') {
    return 'connections to other components whose certificate fails validation'
  }
  if (group === 'systemProperties') return restartsOf(values)
  if (group === 'managementConsole') {
    return live.get('managementConsole.enabled') === true ? lostConnection : undefined
  }
  const connected = live.get('activation.mode') !== 'local' && live.has('name')
  return group === 'network.proxy' && connected ? 'the connection to the cloud while the proxy changes' : undefined
}

/** What restarts when these properties are written, as far as that is documented. */
const restartsOf = (values: Values): string | undefined =>
  Object.keys(values)
    .map((path) => knownFiles[segmentsOf(path)[2] ?? '']?.restarts)
    .find((restarts) => restarts !== undefined)

function valuesToWrite(look: Look, paths: readonly string[], unverifiable: readonly string[]): Values {
  const declared = declaredFields(look.desired) as Flat<PlannedValue>
  const values = new Map<string, PlannedValue>()
  for (const path of [...paths, ...companionsOf(look, paths, unverifiable)]) {
    if (writeOf(look, path) === 'automatic') values.set(path, declared.get(path) ?? restored(look, path))
  }
  for (const action of actionsOf(paths)) keepUndeclared(look, action, values)
  return Object.fromEntries(values)
}

/** What nobody declares is unset, but for a property that is brought back. */
const restored = (look: Look, path: string): PlannedValue => restoredValue(look, path) ?? null

/** Declared fields that are written because a field that they belong to is. */
function companionsOf(look: Look, paths: readonly string[], unverifiable: readonly string[]): string[] {
  const parents = new Set(paths.map(parentOf))
  const actions = actionsOf(paths)
  const secrets = unverifiable.filter((path) => findField(path)?.type === 'secret' && parents.has(parentOf(path)))
  if (actions.size === 0) return secrets
  const whole = [...declaredFields(look.desired).keys()].filter((path) => actions.has(actionPathOf(path) ?? ''))
  return [...secrets, ...whole]
}

const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('[')))

const actionsOf = (paths: readonly string[]): Set<string> =>
  new Set(paths.map(actionPathOf).filter((action) => action !== undefined))

/** What nobody declares stays as it is; only secrets cannot be kept, as nobody can read them. */
function keepUndeclared({ live }: Look, action: string, values: Map<string, PlannedValue>): void {
  const types = new Set(
    [...values]
      .filter(([path, value]) => value !== null && liesBelow(path, action))
      .map(([path]) => typeOf(path, action)),
  )
  for (const [path, value] of live) {
    const field = findField(path)
    if (!liesBelow(path, action) || values.has(path) || !field || !isKept(field)) continue
    if (types.has(typeOf(path, action))) values.set(path, asPlanned(value))
  }
}

const typeOf = (path: string, action: string): string => path.slice(action.length + 1).split('.')[0] ?? ''
const isKept = (field: Field): boolean => isOwnSetting(field) && field.type !== 'secret'

const asPlanned = (value: unknown): PlannedValue =>
  typeof value === 'object' && value !== null && 'content' in value
    ? { file: '(as it is on the sensor)', content: String(value.content) }
    : (value as PlannedValue)

function removalStep(look: Look, change: Change & { kind: 'extraRule' }): Draft {
  const { rule, path } = change
  const { write } = abilityOf(look.support, 'forwarding.rules.*')
  if (write === 'none') return emptyDraft
  if (write === 'manual') return { steps: [removalByHand(look, rule, [path])], problems: [] }
  const step = makeStep({
    id: path,
    title: `remove forwarding rule ${rule}`,
    action: { type: 'removeRule', rule },
    changes: [path],
    risk: 'medium',
    undo: 'no',
    pointOfNoReturn: 'the rule is removed: secrets in its actions cannot be read back',
  })
  return { steps: [step], problems: [] }
}
