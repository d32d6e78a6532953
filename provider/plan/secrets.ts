import { isNested, type Attributes } from '../../schemas/terraform/schema.ts'
import { isEqual, isList, isObject, type Value } from '../model/value.ts'

/** True when the configuration names another secret, or another version of one, than the state does. */
export function namesOtherSecrets(attributes: Attributes, prior: Value, planned: Value): boolean {
  return Object.entries(attributes).some(([name, attribute]) => {
    const [before, after] = [member(prior, name), member(planned, name)]
    if (isEqual(before, after)) return false
    if (!isNested(attribute)) return attribute.spec?.form.startsWith('secret') === true
    if (attribute.nesting === 'single') return namesOtherSecrets(attribute.attributes, before, after)
    return keysOf(after).some((key) => namesOtherSecrets(attribute.attributes, member(before, key), member(after, key)))
  })
}

const keysOf = (value: Value): string[] => (isList(value) || isObject(value) ? Object.keys(value) : [])

function member(value: Value, key: string): Value {
  if (isList(value)) return value[Number(key)] ?? null
  return isObject(value) && Object.hasOwn(value, key) ? (value[key] ?? null) : null
}
