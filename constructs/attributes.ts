/**
 * A spec as the attributes of its resource. The generated schema tells how, so that no field is named here. A token passes as
 * it is, wherever it stands.
 *
 * @module
 */
import { Token } from 'cdktf'
import { suggestion } from '../load/nearest.ts'
import { parsePath } from '../schemas/fields.ts'
import { isNested, type Attribute, type Attributes, type NestedAttribute } from '../schemas/terraform/schema.ts'
import type { FileSource, SecretSource } from './sources.ts'

type Plain = Readonly<Record<string, unknown>>

/** How what a spec says is written. */
export interface Writing {
  /** Text and names of a map's entries. */
  text(text: string): string
  /** Content of a public file. */
  content(file: FileSource): string
  secret(source: SecretSource): SecretSource
  /** What is written was checked when it was made. */
  isChecked?: true
}

/** Attributes by name. What the spec leaves out is left out. Goes by the spec, which says little of what could be said. */
export function toAttributes(attributes: Attributes, spec: unknown, writing: Writing): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  if (!isPlain(spec)) return made
  const known = attributesByKey(attributes)
  for (const [key, said] of Object.entries(spec)) {
    if (said === undefined || said === null) continue
    for (const { name, attribute } of known.get(key) ?? []) {
      const value = attributeValue(attribute, said, writing)
      if (value !== undefined) made[name] = value
    }
  }
  return made
}

interface Named {
  name: string
  attribute: Attribute
}

const byKey = new WeakMap<Attributes, ReadonlyMap<string, readonly [Named, ...Named[]]>>()

/** Attributes by the key of the spec that they stand for; a secret has several. */
export function attributesByKey(attributes: Attributes): ReadonlyMap<string, readonly [Named, ...Named[]]> {
  const known = byKey.get(attributes)
  if (known) return known
  const made = new Map<string, [Named, ...Named[]]>()
  for (const [name, attribute] of Object.entries(attributes)) {
    const key = attribute.spec?.key
    if (key === undefined) continue
    const others = made.get(key)
    if (others) others.push({ name, attribute })
    else made.set(key, [{ name, attribute }])
  }
  byKey.set(attributes, made)
  return made
}

/**
 * Where Terraform finds what stands at a path of the spec, such as `network.address` or `forwarding.rules["to SIEM"].engines`.
 * Throws a RangeError where the spec has no such setting, and for a secret, which no resource tells.
 */
export function attributePath(attributes: Attributes, path: string): string {
  let group: Attributes | undefined = attributes
  let isEntry = false
  let written = ''
  for (const segment of parsePath(path)) {
    if (isEntry || !group) {
      written += /^\d+$/.test(segment) ? `[${segment}]` : `[${literal(JSON.stringify(segment))}]`
      isEntry = false
      continue
    }
    const { name, attribute } = settingIn(group, segment, path)
    written += written === '' ? name : `.${name}`
    group = isNested(attribute) ? attribute.attributes : undefined
    isEntry = isNested(attribute) && attribute.nesting !== 'single'
  }
  return written
}

function settingIn(group: Attributes, key: string, path: string): Named {
  const known = attributesByKey(group)
  const [found] = known.get(key) ?? []
  if (!found)
    throw new RangeError([`There is no setting ${path}.`, suggestion(key, [...known.keys()]) ?? []].flat().join(' '))
  const { form } = found.attribute.spec ?? {}
  if (form !== 'same' && form !== 'file') throw new RangeError(`${path} is a secret, which no resource tells.`)
  return found
}

function attributeValue(attribute: Attribute, said: unknown, writing: Writing): unknown {
  if (isToken(said)) return said
  if (isNested(attribute)) return nestedValue(attribute, said, writing)
  const { form } = attribute.spec ?? {}
  if (form === 'file') return writing.content(said as FileSource)
  if (form === undefined || form === 'same') return plainValue(attribute.type, said, writing)
  const { fromEnv, fromFile, value, version } = writing.secret(said as SecretSource)
  return { secret: value, secretVersion: version, secretFromEnv: fromEnv, secretFromFile: fromFile }[form]
}

/** A word that stands for a list is a list of that word. */
function plainValue(type: unknown, said: unknown, writing: Writing): unknown {
  const isAlone = Array.isArray(type) && typeof said !== 'object'
  return written(isAlone ? [said] : said, writing)
}

function written(said: unknown, writing: Writing): unknown {
  if (isToken(said)) return said
  if (typeof said === 'string') return writing.text(said)
  if (Array.isArray(said)) return said.map((item) => written(item, writing))
  return isPlain(said) ? mapped(said, writing, (item) => written(item, writing)) : said
}

function nestedValue({ nesting, attributes }: NestedAttribute, said: unknown, writing: Writing): unknown {
  const inner = (item: unknown): unknown => (isToken(item) ? item : toAttributes(attributes, item, writing))
  if (nesting === 'single') return inner(said)
  if (Array.isArray(said)) return said.map(inner)
  return isPlain(said) ? mapped(said, writing, inner) : undefined
}

const mapped = (said: Plain, writing: Writing, value: (item: unknown) => unknown): Plain =>
  Object.fromEntries(Object.entries(said).map(([key, item]) => [writing.text(key), value(item)]))

/** Text that is no template of Terraform. */
export const literal = (text: string): string => text.replaceAll('${', '$${').replaceAll('%{', '%%{')

/** Something that Terraform alone will know, or text with such a part. Most text is none, which is seen without the framework. */
export const isToken = (value: unknown): boolean =>
  typeof value === 'string' ? value.includes('TfToken[') && Token.isUnresolved(value) : Token.isUnresolved(value)

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
