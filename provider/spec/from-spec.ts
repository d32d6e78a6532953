/**
 * A spec, or what was read of an appliance, as a value of Terraform.
 *
 * @module
 */
import { parsePath } from '../../schemas/fields.ts'
import { isNested, type Attribute, type Attributes, type NestedAttribute } from '../../schemas/terraform/schema.ts'
import type { ObjectValue, Value } from '../model/value.ts'

type Plain = Record<string, unknown>

/** The value that stands for a spec. What the spec does not say is null; what Terraform alone knows is too. */
export function fromSpec(attributes: Attributes, spec: unknown): ObjectValue {
  const said = isPlain(spec) ? spec : {}
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      const { spec: link } = attribute
      return [name, link && Object.hasOwn(said, link.key) ? attributeValue(attribute, said[link.key]) : null]
    }),
  )
}

/** Settings by field path, as the engine reads them, as a spec. */
export function nestFlat(flat: ReadonlyMap<string, unknown>): Plain {
  const root: Record<string, unknown> = {}
  for (const [path, value] of flat) {
    const segments = parsePath(path)
    const last = segments.pop() ?? ''
    setOwn(segments.reduce(below, root), last, value)
  }
  return root
}

function below(object: Record<string, unknown>, key: string): Record<string, unknown> {
  const inner = Object.hasOwn(object, key) ? object[key] : undefined
  if (isPlain(inner)) return inner
  const made: Record<string, unknown> = {}
  setOwn(object, key, made)
  return made
}

/** Names of rules are a user's to choose, `__proto__` included. */
const setOwn = (object: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

function attributeValue(attribute: Attribute, said: unknown): Value {
  if (said === null || said === undefined) return null
  if (isNested(attribute)) return nestedValue(attribute, said)
  const part = (key: string): Value => (isPlain(said) ? ((said[key] as Value | undefined) ?? null) : null)
  const { form } = attribute.spec ?? {}
  if (form === 'secret' || form === 'secretVersion') return null
  if (form === 'secretFromEnv') return part('fromEnv')
  if (form === 'secretFromFile') return part('fromFile')
  return form === 'file' ? part('content') : listed(attribute.type, said as Value)
}

const listed = (type: unknown, said: Value): Value => (Array.isArray(type) && !isListOrMap(said) ? [said] : said)
const isListOrMap = (value: Value): boolean => typeof value === 'object' && value !== null

function nestedValue({ nesting, attributes }: NestedAttribute, said: unknown): Value {
  if (nesting === 'single') return isPlain(said) ? fromSpec(attributes, said) : null
  if (Array.isArray(said)) return said.map((item) => fromSpec(attributes, item))
  if (!isPlain(said)) return null
  return Object.fromEntries(Object.entries(said).map(([key, item]) => [key, fromSpec(attributes, item)]))
}
