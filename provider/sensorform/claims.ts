/**
 * Which resources of one run lay claim to the same thing. Holds what this process has planned: another configuration, or
 * another alias of the provider, is not seen.
 *
 * @module
 */
import type { Diagnostic, Path } from '../model/diagnostic.ts'
import { isObject, textOf, type ObjectValue, type Value } from '../model/value.ts'

export interface Claims {
  /** Lays claim for a resource of this type; answers the type of another that has done so before. */
  claim(thing: string, type: string): string | undefined
}

export function createClaims(): Claims {
  const holders = new Map<string, string>()
  return {
    claim(thing, type) {
      const holder = holders.get(thing) ?? type
      holders.set(thing, holder)
      return holder === type ? undefined : holder
    },
  }
}

/** Two resources for one thing would undo each other's work. */
const sharedWith = (other: string, type: string, what: string, path: Path): Diagnostic => ({
  severity: 'error',
  summary: `${what} is managed by a ${other} and by a ${type}`,
  detail: `Each would undo what the other does. Leave it to one of them: take it out of the ${type}, or out of the ${other} (with a "removed" block, so that it stays).`,
  path,
})

/** Something that one resource alone may manage. */
export interface Thing {
  key: string
  /** In a message. */
  name: string
  /** Where the configuration says so. */
  path: Path
}

/** A registration. Resource Manager compares names without regard to case. */
export const registrationThing = (registrar: string, name: string, path: Path): Thing => ({
  key: JSON.stringify(['registration', registrar, name.toLowerCase()]),
  name: `The registration ${name}`,
  path,
})

/** A forwarding rule of an appliance. */
export const ruleThing = (endpoint: string, rule: string, path: Path): Thing => ({
  key: JSON.stringify(['rule', hostOf(endpoint), rule]),
  name: `The forwarding rule ${JSON.stringify(rule)}`,
  path,
})

/** Every rule that an appliance has beside those that are declared for it. */
export const otherRules = (endpoint: string, path: Path): Thing => ({
  key: JSON.stringify(['other rules', hostOf(endpoint)]),
  name: `What becomes of forwarding rules that are not declared for ${hostOf(endpoint)}`,
  path,
})

const hostOf = (endpoint: string): string => (URL.canParse(endpoint) ? new URL(endpoint).host : endpoint)

/** What a whole appliance lays claim to, as far as it is known. */
export function thingsOf({ access, name, registration, forwarding }: ObjectValue): Thing[] {
  const [endpoint, registrar, registered] = [at(access, 'endpoint'), at(registration, 'registrar'), textOf(name)]
  const things =
    registrar !== undefined && registered !== undefined
      ? [registrationThing(registrar, registered, ['registration'])]
      : []
  if (endpoint === undefined || !isObject(forwarding)) return things
  const rules = isObject(forwarding['rules']) ? Object.keys(forwarding['rules']) : []
  return [
    ...things,
    ...rules.map((rule) => ruleThing(endpoint, rule, ['forwarding', 'rules', rule])),
    ...(forwarding['unmanaged_rules'] === 'remove' ? [otherRules(endpoint, ['forwarding', 'unmanaged_rules'])] : []),
  ]
}

const at = (value: Value | undefined, name: string): string | undefined =>
  isObject(value) ? textOf(value[name]) : undefined

/** Lays claim to all of them; tells of the first that another holds. */
export function claimAll(claims: Claims, type: string, things: readonly Thing[]): Diagnostic[] {
  const shared = things.flatMap(({ key, name, path }) => {
    const other = claims.claim(key, type)
    return other === undefined ? [] : [sharedWith(other, type, name, path)]
  })
  return shared.slice(0, 1)
}
