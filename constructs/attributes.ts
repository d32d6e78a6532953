/**
 * A spec as the attributes of its resource. The generated schema tells how, so that no field is named here. A token passes as
 * it is, wherever it stands.
 *
 * @module
 */
import { Token } from 'cdktf'
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
}

/** Attributes by name. What the spec leaves out is left out. */
export function toAttributes(attributes: Attributes, spec: unknown, writing: Writing): Record<string, unknown> {
  const said = isPlain(spec) ? spec : {}
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, attribute]) => {
      const item = attribute.spec && Object.hasOwn(said, attribute.spec.key) ? said[attribute.spec.key] : undefined
      const value = item === undefined || item === null ? undefined : attributeValue(attribute, item, writing)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** A secret that is given by value, and whether another value would need another version to be noticed. */
export interface GivenSecret {
  path: string
  source: SecretSource
  needsVersion: boolean
}

/** Every secret of a spec that is given by value. */
export function givenSecrets(attributes: Attributes, spec: unknown, above = ''): GivenSecret[] {
  if (!isPlain(spec) || isToken(spec)) return []
  return Object.values(attributes).flatMap((attribute) => {
    const { spec: link } = attribute
    const said = link ? spec[link.key] : undefined
    if (!link || said === undefined || said === null) return []
    const path = above === '' ? link.key : `${above}.${link.key}`
    if (link.form === 'secret') {
      const source = said as SecretSource
      return source.value === undefined ? [] : [{ path, source, needsVersion: attribute.writeOnly === true }]
    }
    return isNested(attribute) ? nestedSecrets(attribute, said, path) : []
  })
}

function nestedSecrets({ nesting, attributes }: NestedAttribute, said: unknown, path: string): GivenSecret[] {
  if (nesting === 'single') return givenSecrets(attributes, said, path)
  return Object.entries(said as object).flatMap(([key, item]) => givenSecrets(attributes, item, `${path}.${key}`))
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

/** Something that Terraform alone will know, or text with such a part. */
const isToken = (value: unknown): boolean => Token.isUnresolved(value)

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)
