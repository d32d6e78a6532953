/** Which changed attributes replace a resource, because their schema says so. */
import { isNested, type Attributes } from '../../schemas/terraform/schema.ts'
import type { Path } from '../model/diagnostic.ts'
import { isEqual, isObject, type ObjectValue, type Value } from '../model/value.ts'

/** Paths of changed attributes that replace. */
export function replacedBy(attributes: Attributes, prior: ObjectValue, planned: ObjectValue): Path[] {
  return pathsOf(attributes, prior, planned, [])
}

function pathsOf(attributes: Attributes, prior: Value, planned: Value, above: Path): Path[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const [before, after] = [member(prior, name), member(planned, name)]
    if (isEqual(before, after)) return []
    const path = [...above, name]
    if (attribute.replaces) return [path]
    if (!isNested(attribute) || attribute.nesting !== 'single') return []
    return pathsOf(attribute.attributes, before, after, path)
  })
}

const member = (value: Value, name: string): Value => (isObject(value) ? (value[name] ?? null) : null)
