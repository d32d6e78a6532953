/** The state that an apply may answer: the plan to the letter, and what was read where the plan knows nothing. */
import { isNested, type Attribute, type Attributes, type NestedAttribute } from '../../schemas/terraform/schema.ts'
import { isList, isObject, isWhollyKnown, unknown, type ObjectValue, type Value } from '../model/value.ts'

/**
 * Fills what a plan leaves open from `live`; what that does not know either is null. What the plan knows stays as it was
 * spelled there: Terraform refuses another spelling.
 */
export function settle(attributes: Attributes, planned: ObjectValue, live: ObjectValue): ObjectValue {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      settleValue(attribute, planned[name] ?? null, live[name] ?? null),
    ]),
  )
}

function settleValue(attribute: Attribute, planned: Value, live: Value): Value {
  if (attribute.writeOnly) return null
  if (planned === unknown) return isWhollyKnown(live) ? live : null
  if (isNested(attribute)) return settleNested(attribute, planned, live)
  return isWhollyKnown(planned) ? planned : live
}

function settleNested({ nesting, attributes }: NestedAttribute, planned: Value, live: Value): Value {
  const inner = (item: Value, found: Value | undefined): Value => {
    if (item === unknown) return found ?? null
    return isObject(item) ? settle(attributes, item, isObject(found) ? found : {}) : item
  }
  if (nesting === 'single') return inner(planned, live)
  if (isList(planned)) return planned.map((item, index) => inner(item, isList(live) ? live[index] : undefined))
  if (!isObject(planned)) return planned
  const found = isObject(live) ? live : {}
  return Object.fromEntries(
    Object.entries(planned).map(([key, item]) => [
      key,
      inner(item, Object.hasOwn(found, key) ? found[key] : undefined),
    ]),
  )
}
