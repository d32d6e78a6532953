/**
 * Forwarding rules and actions that are there and must not be. What a declared rule or action holds is compared field
 * by field; this is about what nobody declared.
 *
 * | live                                            | declared                  | becomes                        |
 * | ----------------------------------------------- | ------------------------- | ------------------------------ |
 * | a rule                                          | `absent: true`            | an extra rule                  |
 * | a rule                                          | not, `unmanagedRules: remove` | an extra rule              |
 * | a rule                                          | not, otherwise            | listed as not managed          |
 * | an action of one type, such as email            | the action with another type | fields that are withdrawn   |
 * | an action                                       | not, though its rule is   | listed as not managed          |
 *
 * @module
 */
import { appliedValue, isApplied } from './applied.ts'
import type { Cause, Change } from '../change.ts'
import { isRemovalConfirmed } from './confirmation.ts'
import { noFindings, problemOf, type Findings, type Look } from './look.ts'
import {
  abilityOf,
  actionPathOf,
  declaredFields,
  findField,
  liesBelow,
  ruleOf,
  rulePath,
  segmentsOf,
} from './setting-fields.ts'
import { showValue } from './shown.ts'

const rulePattern = 'forwarding.rules.*'

/** Names of the rules that are live. */
export function liveRules(look: Pick<Look, 'live'>): Set<string> {
  const rules = new Set<string>()
  for (const path of look.live.keys()) {
    const rule = ruleOf(path)
    if (rule !== undefined) rules.add(rule)
  }
  return rules
}

/** Compares which rules exist, and of which type the actions are. */
export function compareRules(look: Look): Findings {
  const { forwarding } = look.desired.settings
  const findings = noFindings()
  if (!forwarding) return findings
  const declared = Object.entries(forwarding.rules ?? {})
  const absent = declared.filter(([, rule]) => rule.absent).map(([name]) => name)
  const live = liveRules(look)
  if (!abilityOf(look.support, rulePattern).read) return compareBlindly(look, absent)
  const names = new Set(declared.map(([name]) => name))
  const unmanaged = forwarding.unmanagedRules === 'remove' ? [...live].filter((rule) => !names.has(rule)) : []
  const extra = [...absent.filter((rule) => live.has(rule)), ...unmanaged].map((rule) =>
    extraRule(rule, causeOfExtra(look, rule)),
  )
  findings.changes.push(...extra, ...otherActionTypes(look))
  if (extra.length > 0) findings.problems.push(...notRemovable(look))
  return findings
}

/** Rules that cannot be read: whether one is gone is known from memory or from a person alone. */
function compareBlindly(look: Look, absent: readonly string[]): Findings {
  const findings = noFindings()
  const { write } = abilityOf(look.support, rulePattern)
  const removes = look.desired.settings.forwarding?.unmanagedRules === 'remove'
  if (removes) findings.unverifiable.push('forwarding.unmanagedRules')
  for (const rule of absent) {
    const path = `${rulePath(rule)}.absent`
    findings.unverifiable.push(path)
    const done = write === 'automatic' ? look.remembered?.lastApplied?.[path] === true : isRemovalConfirmed(look, rule)
    if (!done) findings.changes.push(extraRule(rule, 'spec'))
  }
  if (absent.length > 0) findings.problems.push(...notRemovable(look))
  return findings
}

const extraRule = (rule: string, cause: Cause): Change => ({
  kind: 'extraRule',
  rule,
  path: rulePath(rule),
  aspect: 'forwarding',
  before: 'present',
  after: undefined,
  cause,
  sensitive: false,
})

/**
 * | the rule must go because it is | as of the last apply   | cause    |
 * | ------------------------------ | ---------------------- | -------- |
 * | `absent: true`                 | so it was then         | `sensor` |
 * | `absent: true`                 | it was not             | `spec`   |
 * | not declared                   | it was declared        | `spec`   |
 * | not declared                   | it was not             | `sensor` |
 */
function causeOfExtra({ remembered, desired }: Look, rule: string): Cause {
  const applied = remembered?.lastApplied
  if (!applied) return 'undetermined'
  const path = rulePath(rule)
  if (desired.settings.forwarding?.rules?.[rule]) return applied[`${path}.absent`] === true ? 'sensor' : 'spec'
  return Object.keys(applied).some((one) => liesBelow(one, path)) ? 'spec' : 'sensor'
}

function* otherActionTypes(look: Look): Generator<Change> {
  const types = new Map<string, string>()
  for (const path of declaredFields(look.desired).keys()) {
    const action = actionPathOf(path)
    if (action) types.set(action, segmentsOf(path)[5] ?? '')
  }
  if (types.size === 0) return
  for (const [path, value] of look.live) {
    const type = types.get(actionPathOf(path) ?? '')
    if (type !== undefined && type !== segmentsOf(path)[5]) yield withdrawn(look, path, value)
  }
}

function withdrawn(look: Look, path: string, value: unknown): Change {
  const field = findField(path)
  const sensitive = field?.type === 'secret'
  const before = sensitive ? ({ secret: 'set' } as const) : field && showValue(field, value)
  return {
    kind: 'field',
    path,
    aspect: 'forwarding',
    before,
    after: undefined,
    cause: causeOfWithdrawn(look, path, value),
    sensitive,
  }
}

function causeOfWithdrawn({ remembered }: Look, path: string, live: unknown): Cause {
  const applied = remembered?.lastApplied
  if (!applied) return 'undetermined'
  const before = applied[path]
  if (before === undefined) return 'sensor'
  const field = findField(path)
  if (!field || field.type === 'secret') return 'spec'
  return isApplied(before, appliedValue(field, live)) ? 'spec' : 'both'
}

function notRemovable({ support, desired }: Look) {
  if (abilityOf(support, rulePattern).write !== 'none') return []
  return [
    problemOf(desired, {
      severity: 'warning',
      code: 'NOT_SUPPORTED_BY_DRIVER',
      field: 'forwarding.rules',
      summary: `The driver ${desired.access.driver} cannot remove forwarding rules`,
      hint: 'Remove the rule in the console of the sensor.',
    }),
  ]
}
