import { isNested, type Attribute, type Attributes } from '../../schemas/terraform/schema.ts'
import type { Path } from '../model/diagnostic.ts'
import { isList, isObject, type ObjectValue, type Value } from '../model/value.ts'

/** Takes every write-only value out: no plan and no state may hold one. */
export function withoutWriteOnly(attributes: Attributes, object: ObjectValue): ObjectValue {
  const strip = (name: string, value: Value): Value => {
    const attribute = attributes[name]
    return attribute ? strippedValue(attribute, value) : value
  }
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, strip(name, value)]))
}

function strippedValue(attribute: Attribute, value: Value): Value {
  if (attribute.writeOnly) return null
  if (!isNested(attribute)) return value
  const inner = (item: Value): Value => (isObject(item) ? withoutWriteOnly(attribute.attributes, item) : item)
  if (isList(value)) return value.map(inner)
  if (attribute.nesting !== 'map' || !isObject(value)) return inner(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]))
}

/** Where a configuration gives write-only values. */
export function writeOnlyPaths(attributes: Attributes, config: Value, above: Path = []): Path[] {
  if (!isObject(config)) return []
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const [value, path] = [config[name] ?? null, [...above, name]]
    if (value === null) return []
    if (attribute.writeOnly) return [path]
    return isNested(attribute) ? pathsBelow(attribute, value, path) : []
  })
}

function pathsBelow(attribute: Attribute & { attributes: Attributes; nesting: string }, value: Value, path: Path) {
  const { attributes, nesting } = attribute
  if (nesting === 'single') return writeOnlyPaths(attributes, value, path)
  if (isList(value)) return value.flatMap((item, index) => writeOnlyPaths(attributes, item, [...path, index]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => writeOnlyPaths(attributes, item, [...path, key]))
}
