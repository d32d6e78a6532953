/**
 * A rule as a part of its appliance, and back: the engine knows appliances, the configuration says one rule.
 *
 * @module
 */
import { consoleAttributes } from '../../../schemas/terraform/generated.ts'
import type { Path } from '../../model/diagnostic.ts'
import type { Diagnostics } from '../../model/diagnostic.ts'
import { isObject, textOf, unknown, type ObjectValue, type Value } from '../../model/value.ts'
import type { ApplianceType } from '../appliance/type.ts'
import { idFact } from '../appliance/facts.ts'
import { kindOf } from '../appliance/kinds.ts'
import { ruleNames } from './schema.ts'

/** The appliance as far as one rule of it goes. */
export function typeOf(rule: ObjectValue): ApplianceType {
  const { access, forwarding } = consoleAttributes
  return {
    name: 'sensorform_forwarding_rule',
    kind: kindOf(rule['appliance']),
    isPart: true,
    schema: {
      version: 0,
      description: '',
      attributes: { ...idFact, ...(access && { access }), ...(forwarding && { forwarding }) },
    },
    facts: ({ identity }) => ({ id: identity }),
    factsChangedBy: {},
  }
}

/** The appliance that has this rule. */
export function widen({ id, access, name, ...said }: ObjectValue, absent: true | null = null): ObjectValue {
  const rule = Object.fromEntries(ruleNames.map((one) => [one, said[one] ?? null]))
  const named = textOf(name)
  return {
    id: textOf(id)?.split('/')[0] ?? id ?? null,
    access: access ?? null,
    forwarding: named === undefined ? unknown : { rules: { [named]: { ...rule, absent } }, unmanaged_rules: null },
  }
}

/** The rule of an appliance. Null: it has none of this name. */
export function narrow(whole: ObjectValue | null, rule: ObjectValue): ObjectValue | null {
  const found = member(member(whole?.['forwarding'], 'rules'), textOf(rule['name']) ?? '')
  if (!whole || !isObject(found)) return null
  const { absent: _, ...said } = found
  const { appliance = null, name = null, adopt_existing = null } = rule
  const serial = textOf(whole['id'])
  return {
    id: serial === undefined ? null : `${serial}/${textOf(name)}`,
    access: whole['access'] ?? null,
    appliance,
    name,
    adopt_existing,
    ...said,
  }
}

const member = (value: Value | undefined, name: string): Value =>
  isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null

/** Diagnostics of the appliance, at the lines of the rule. */
export const atRule = (diagnostics: Diagnostics = []): Diagnostics =>
  diagnostics.map(({ path, ...one }) => (path ? { ...one, path: pathInRule(path) } : one))

function pathInRule([group, rules, , ...rest]: Path): Path {
  if (group !== 'forwarding') return group === undefined ? [] : [group]
  return rules === undefined || rest.length === 0 ? ['name'] : rest
}
