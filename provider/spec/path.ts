/** A path of the spec as one of Terraform, so that the user's own line is shown. */
import { parsePath } from '../../schemas/fields.ts'
import { isNested, type Attribute, type Attributes } from '../../schemas/terraform/schema.ts'
import type { Path } from '../model/diagnostic.ts'
import { isObject, type ObjectValue } from '../model/value.ts'
import type { SpecPath } from './to-spec.ts'

/** As far as the attributes know the path. Of the ways to give a secret, the one that the configuration uses. */
export function toAttributePath(attributes: Attributes, path: SpecPath, config?: ObjectValue | null): Path {
  const [key, ...rest] = path
  const candidates = Object.entries(attributes).filter(([, { spec }]) => spec?.key === key)
  const found = candidates.find(([name]) => (config?.[name] ?? null) !== null) ?? candidates[0]
  if (!found) return []
  const [name, attribute] = found
  return [name, ...inner(attribute, rest, config?.[name])]
}

/** The same for a field of the engine, `network.proxy.port`. */
export const fieldPath = (attributes: Attributes, field: string, config?: ObjectValue | null): Path =>
  toAttributePath(attributes, parsePath(field), config)

function inner(attribute: Attribute, rest: SpecPath, config: ObjectValue[string] | undefined): Path {
  const [key, ...deeper] = rest
  if (key === undefined) return []
  if (!isNested(attribute)) return attribute.spec?.form === 'same' ? rest : []
  if (attribute.nesting === 'single')
    return toAttributePath(attribute.attributes, rest, isObject(config) ? config : null)
  const element = Array.isArray(config) ? config[Number(key)] : isObject(config) ? config[key] : undefined
  return [key, ...toAttributePath(attribute.attributes, deeper, isObject(element) ? element : null)]
}
