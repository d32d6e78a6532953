import type { TerraformType } from '../../schemas/terraform/schema.ts'

/** A value that Terraform will know only when something else has been applied. There is one of it. */
class Unknown {
  readonly isUnknown = true
}
export const unknown: Unknown = new Unknown()

/** A number that a double would change; the text is what Terraform sent. */
export class Decimal {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** The value of a `dynamic` attribute with the type that Terraform gave it. */
export class Dynamic {
  readonly type: TerraformType
  readonly value: Value
  constructor(type: TerraformType, value: Value) {
    this.type = type
    this.value = value
  }
}

/** Objects and maps are plain objects, lists and sets are arrays. Null is what the user left out. */
export type Value = null | boolean | number | string | Decimal | Dynamic | Unknown | readonly Value[] | ObjectValue

export interface ObjectValue {
  readonly [name: string]: Value
}

export const isObject = (value: Value | undefined): value is ObjectValue =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Unknown) &&
  !(value instanceof Decimal) &&
  !(value instanceof Dynamic)

export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value)

/** The text of a value that is known and not null. */
export const textOf = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

/** The number of a value that is known, not null, and no larger than a double holds. */
export const numberOf = (value: Value | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined

/** True when nothing in it is unknown. */
export function isWhollyKnown(value: Value): boolean {
  if (value === unknown) return false
  if (isList(value)) return value.every(isWhollyKnown)
  if (value instanceof Dynamic) return isWhollyKnown(value.value)
  return !isObject(value) || Object.values(value).every(isWhollyKnown)
}

/** Equal in every part; keys that are null and keys that are not there count as the same. */
export function isEqual(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index]))
  if (a instanceof Decimal) return b instanceof Decimal && a.text === b.text
  if (a instanceof Dynamic) {
    return b instanceof Dynamic && JSON.stringify(a.type) === JSON.stringify(b.type) && isEqual(a.value, b.value)
  }
  if (!isObject(a) || !isObject(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isEqual(a[key], b[key]))
}
