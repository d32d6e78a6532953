/**
 * The draft of a plan, by the rules that Terraform holds a provider to: what the user configured stays, write-only
 * values are null, and what the provider is to say is unknown as soon as anything changes.
 *
 * @module
 */
import { isNested, type Attribute, type Attributes, type NestedAttribute } from '../../schemas/terraform/schema.ts'
import { isEqual, isList, isObject, unknown, type ObjectValue, type Value } from '../model/value.ts'

/** What Terraform hands over to plan with. */
export interface Proposal {
  prior: ObjectValue | null
  config: ObjectValue
  /** Terraform's own merge of the two. */
  proposed: ObjectValue
}

/** Drafts a plan. Equal to `prior` when nothing changes, so that the plan is empty. */
export function draftPlan(attributes: Attributes, { prior, config, proposed }: Proposal): ObjectValue {
  const kept = mapAttributes(attributes, (attribute, name) =>
    keepAttribute(attribute, at(proposed, name), at(config, name), at(prior, name)),
  )
  if (prior && isEqual(kept, prior)) return kept
  return mapAttributes(attributes, (attribute, name) =>
    markUnknown(attribute, { kept: at(kept, name), config: at(config, name), prior: at(prior, name), isNew: !prior }),
  )
}

const at = (object: Value | undefined, name: string): Value => (isObject(object) ? (object[name] ?? null) : null)

const mapAttributes = (attributes: Attributes, make: (attribute: Attribute, name: string) => Value): ObjectValue =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, make(attribute, name)]))

/** Nulls write-only values, and keeps the prior value of what the configuration leaves to the provider. */
function keepAttribute(attribute: Attribute, proposed: Value, config: Value, prior: Value): Value {
  if (attribute.writeOnly) return null
  if (config === null && attribute.computed) return isNested(attribute) ? unconfigured(attribute, prior) : prior
  if (!isNested(attribute)) return proposed
  return mapElements(attribute, proposed, (object, key) => {
    const [said, before] = [elementOf(config, key), elementOf(prior, key)]
    return mapAttributes(attribute.attributes, (inner, name) => {
      const decided = decidedBySiblings(attribute, name, said)
      return decided === undefined ? keepAttribute(inner, at(object, name), at(said, name), at(before, name)) : decided
    })
  })
}

/** What a group's configured attributes say of one that is not. Undefined: nothing. */
function decidedBySiblings(
  { attributes, exactlyOne }: NestedAttribute,
  name: string,
  config: Value,
): Value | undefined {
  if (!isObject(config) || at(config, name) !== null) return undefined
  if (Object.keys(config).every((sibling) => at(config, sibling) === null)) return undefined
  if (exactlyOne) return null
  return attributes[name]?.implied ? true : undefined
}

/** Of a group that the configuration leaves out, only what the provider says stays: the rest was configured before. */
function unconfigured(attribute: NestedAttribute, prior: Value): Value {
  return mapElements(attribute, prior, (object) =>
    mapAttributes(attribute.attributes, (inner, name) => {
      if (!inner.computed && !inner.required) return null
      return isNested(inner) ? unconfigured(inner, at(object, name)) : at(object, name)
    }),
  )
}

interface Place {
  kept: Value
  config: Value
  prior: Value
  /** The object around it was not there before, so that nobody knows its values. */
  isNew: boolean
}

/** Makes unknown what the configuration leaves to the provider, unless it keeps its prior value; null is one. */
function markUnknown(attribute: Attribute, { kept, config, prior, isNew }: Place): Value {
  if (config === null && attribute.computed) return attribute.keepsPrior && !isNew ? kept : unknown
  if (!isNested(attribute)) return kept
  return mapElements(attribute, kept, (object, key) => {
    const [said, before] = [elementOf(config, key), elementOf(prior, key)]
    return mapAttributes(attribute.attributes, (inner, name) => {
      const decided = decidedBySiblings(attribute, name, said)
      if (decided !== undefined) return decided
      const place = { kept: at(object, name), config: at(said, name), prior: at(before, name), isNew: before === null }
      return markUnknown(inner, place)
    })
  })
}

/** The objects of a nested attribute; null and unknown stay what they are. Elements of a set have no key of their own. */
function mapElements(
  { nesting }: NestedAttribute,
  value: Value,
  make: (object: ObjectValue, key: string | number | undefined) => Value,
): Value {
  const makeOne = (item: Value, key: string | number | undefined) => (isObject(item) ? make(item, key) : item)
  if (nesting === 'single') return makeOne(value, undefined)
  if (isList(value)) return nesting === 'set' ? value : value.map((item, index) => makeOne(item, index))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, makeOne(item, key)]))
}

function elementOf(collection: Value, key: string | number | undefined): Value {
  if (key === undefined) return collection
  if (isList(collection)) return collection[Number(key)] ?? null
  return isObject(collection) && Object.hasOwn(collection, key) ? (collection[key] ?? null) : null
}
