/** Random values by a schema. */
import * as fc from 'fast-check'
import { unknown, Decimal, type ObjectValue, type Value } from '../../../provider/model/value.ts'
import { isNested, type Attribute, type Attributes, type TerraformType } from '../../../schemas/terraform/schema.ts'

export interface ArbitraryOptions {
  /** Whether unknown values occur. */
  unknowns?: boolean
  /** Whether the attribute is left out, where the schema lets it. */
  leaveOut?: (attribute: Attribute) => boolean
}

const texts = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('any', 'Caf\u00e9', 'Cafe\u0301', '\ud83d\ude80', '__proto__', ''),
)
const names = fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom('__proto__', 'constructor', 'a b'))
const numbers: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.constantFrom(0.1, 0.5, -1.25, 2 ** 53 - 1, 5_000_000_000),
  fc
    .constantFrom('9007199254740993', '18446744073709551616', '0.12345678901234567890123')
    .map((text) => new Decimal(text)),
)

/** A value of a type, never null. */
function ofType(type: TerraformType): fc.Arbitrary<Value> {
  if (type === 'string') return texts.map((text) => text.normalize('NFC'))
  if (type === 'number') return numbers
  if (type === 'bool') return fc.boolean()
  if (typeof type !== 'string' && type[0] === 'map') return entriesOf(ofType(type[1]))
  if (typeof type !== 'string' && (type[0] === 'list' || type[0] === 'set')) {
    return fc.array(ofType(type[1]), { maxLength: 3 })
  }
  throw new TypeError(`no values of ${JSON.stringify(type)}`)
}

const entriesOf = (values: fc.Arbitrary<Value>): fc.Arbitrary<ObjectValue> =>
  fc
    .uniqueArray(
      fc.tuple(
        names.map((name) => name.normalize('NFC')),
        values,
      ),
      { maxLength: 3, selector: ([name]) => name },
    )
    .map((entries) => Object.fromEntries(entries))

/** A configuration: what is computed only is null, what is required is there. */
export function configurations(attributes: Attributes, options: ArbitraryOptions = {}): fc.Arbitrary<ObjectValue> {
  return fc.record(
    Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, configured(attribute, options)])),
    { noNullPrototype: true },
  )
}

function configured(attribute: Attribute, options: ArbitraryOptions): fc.Arbitrary<Value> {
  if (!attribute.required && !attribute.optional) return fc.constant(null)
  if (options.leaveOut?.(attribute)) return fc.constant(null)
  const known = isNested(attribute) ? nested(attribute, options) : ofType(attribute.type)
  const said = options.unknowns ? fc.oneof({ arbitrary: known, weight: 6 }, fc.constant(unknown)) : known
  return attribute.required ? said : fc.oneof({ arbitrary: said, weight: 2 }, fc.constant(null))
}

function nested(
  { nesting, attributes }: Attribute & { nesting: string; attributes: Attributes },
  options: ArbitraryOptions,
) {
  const object = configurations(attributes, options)
  if (nesting === 'single') return object
  return nesting === 'map' ? entriesOf(object) : fc.array(object, { maxLength: 2 })
}
