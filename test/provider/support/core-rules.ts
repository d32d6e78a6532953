/**
 * What Terraform's core does with a provider's answers, written from the description of its rules: how it proposes a new
 * state, and what it refuses in a plan and in the result of an apply. Each check answers with the paths that break a rule.
 */
import { isEqual, isList, isObject, unknown, type ObjectValue, type Value } from '../../../provider/model/value.ts'
import { isNested, type Attribute, type Attributes, type NestedAttribute } from '../../../schemas/terraform/schema.ts'

const at = (value: Value | undefined, name: string | number): Value => {
  if (isList(value)) return value[Number(name)] ?? null
  return isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null
}

/** Core's merge of prior state and configuration. */
export function proposeNew(attributes: Attributes, prior: Value, config: ObjectValue): ObjectValue {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      proposeAttribute(attribute, at(prior, name), at(config, name)),
    ]),
  )
}

function proposeAttribute(attribute: Attribute, prior: Value, config: Value): Value {
  if (config === null && attribute.computed) {
    return isNested(attribute) && attribute.optional && holdsConfigured(attribute, prior) ? null : prior
  }
  return isNested(attribute)
    ? mapElements(attribute, config, (item, key) =>
        proposeNew(attribute.attributes, element(attribute, prior, key), item),
      )
    : config
}

const element = ({ nesting }: NestedAttribute, value: Value, key: string | number): Value =>
  nesting === 'single' ? value : at(value, key)

/** True when a part is set that only a configuration can have set. */
function holdsConfigured(attribute: NestedAttribute, prior: Value): boolean {
  return elementsOf(attribute, prior).some(([, item]) =>
    Object.entries(attribute.attributes).some(([name, inner]) => {
      const value = at(item, name)
      if (value === null) return false
      return inner.computed ? isNested(inner) && holdsConfigured(inner, value) : true
    }),
  )
}

function elementsOf({ nesting }: NestedAttribute, value: Value): [string | number, Value][] {
  if (nesting === 'single') return value === null ? [] : [['', value]]
  if (isList(value)) return value.map((item, index) => [index, item])
  return isObject(value) ? Object.entries(value) : []
}

function mapElements(
  { nesting }: NestedAttribute,
  value: Value,
  make: (item: ObjectValue, key: string | number) => Value,
): Value {
  const one = (item: Value, key: string | number): Value => (isObject(item) ? make(item, key) : item)
  if (nesting === 'single') return one(value, '')
  if (isList(value)) return value.map(one)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, one(item, key)])) : value
}

/** Where a plan breaks the rules. */
export function invalidPlan(attributes: Attributes, prior: Value, config: Value, planned: Value, path = ''): string[] {
  return Object.entries(attributes).flatMap(([name, attribute]) =>
    invalidAttribute(attribute, at(prior, name), at(config, name), at(planned, name), `${path}.${name}`),
  )
}

function invalidAttribute(attribute: Attribute, prior: Value, config: Value, planned: Value, path: string): string[] {
  if (attribute.writeOnly) return planned === null ? [] : [`${path}: write-only value in a plan`]
  if (config === null && attribute.computed) return []
  if (isNested(attribute) && config !== null && config !== unknown)
    return invalidNested(attribute, prior, config, planned, path)
  if (isEqual(planned, config) || (config !== null && prior !== null && isEqual(planned, prior))) return []
  return [`${path}: neither configured nor prior`]
}

function invalidNested(
  attribute: NestedAttribute,
  prior: Value,
  config: Value,
  planned: Value,
  path: string,
): string[] {
  const [wanted, got] = [elementsOf(attribute, config), elementsOf(attribute, planned)]
  if (
    !isEqual(
      wanted.map(([key]) => key),
      got.map(([key]) => key),
    )
  )
    return [`${path}: other elements than configured`]
  return wanted.flatMap(([key, item]) => {
    const [before, after] = [element(attribute, prior, key), element(attribute, planned, key)]
    if (item === unknown) return after === unknown ? [] : [`${path}[${key}]: known, but configured as unknown`]
    return invalidPlan(attribute.attributes, before, item, after, `${path}[${key}]`)
  })
}

/** Where a result is not what was planned. Also holds a second plan to the first. */
export function inconsistent(planned: Value, result: Value, path = ''): string[] {
  if (planned === unknown) return []
  if (isList(planned) && isList(result)) {
    if (planned.length !== result.length) return [`${path}: another length`]
    return planned.flatMap((item, index) => inconsistent(item, result[index] ?? null, `${path}[${index}]`))
  }
  if (isObject(planned) && isObject(result)) {
    if (!isEqual(Object.keys(planned).toSorted(), Object.keys(result).toSorted())) return [`${path}: other keys`]
    return Object.keys(planned).flatMap((key) => inconsistent(at(planned, key), at(result, key), `${path}.${key}`))
  }
  return isEqual(planned, result) ? [] : [`${path}: not as planned`]
}
