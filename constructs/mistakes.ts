/**
 * What is wrong with a spec before Terraform sees it: what types do not tell (a spread object may hold any key), and what would
 * vanish in JSON without a word. Each mistake with its path; no value is ever quoted.
 *
 * @module
 */
import { Token, Tokenization } from 'cdktf'
import { suggestion } from '../load/nearest.ts'
import { isNested, type Attribute, type Attributes, type NestedAttribute } from '../schemas/terraform/schema.ts'
import { attributesByKey, isPlain, isToken } from './attributes.ts'
import type { FileSource, SecretSource } from './sources.ts'

/** What finding mistakes needs to ask. */
export interface Asking {
  /** Reads a public file. Throws when it cannot. */
  content: (file: FileSource) => string
  /** What a token will be in the JSON. */
  resolve: (token: unknown) => unknown
}

/** Every mistake of a spec. A token is right wherever it stands, but for a secret's source. */
export function mistakesIn(attributes: Attributes, spec: unknown, asking: Asking, above = ''): string[] {
  if (isToken(spec)) return []
  if (!isPlain(spec)) return [`${above} must be a map, but is ${kindOf(spec)}.`]
  const known = attributesByKey(attributes)
  return Object.entries(spec).flatMap(([key, said]) => {
    const path = above === '' ? key : `${above}.${key}`
    if (said === undefined || said === null) return []
    const [named] = known.get(key) ?? []
    return named ? valueMistakes(named.attribute, said, asking, path) : [unknownKey(path, key, [...known.keys()])]
  })
}

function unknownKey(path: string, key: string, known: readonly string[]): string {
  return [`There is no setting ${path}.`, suggestion(key, known) ?? []].flat().join(' ')
}

function valueMistakes(attribute: Attribute, said: unknown, asking: Asking, path: string): string[] {
  const { form } = attribute.spec ?? {}
  if (form === 'file') return fileMistakes(said, asking, path)
  if (form !== undefined && form !== 'same') return secretMistakes(attribute, said, asking, path)
  if (isToken(said)) return []
  return isNested(attribute) ? nestedMistakes(attribute, said, asking, path) : unwritable(said, path)
}

function nestedMistakes({ nesting, attributes }: NestedAttribute, said: unknown, asking: Asking, path: string) {
  if (nesting === 'single') return mistakesIn(attributes, said, asking, path)
  const [fits, wanted] = nesting === 'map' ? [isPlain(said), 'a map'] : [Array.isArray(said), 'a list']
  if (!fits) return [`${path} must be ${wanted}, but is ${kindOf(said)}.`]
  return Object.entries(said as object).flatMap(([key, item]) => mistakesIn(attributes, item, asking, `${path}.${key}`))
}

function fileMistakes(said: unknown, asking: Asking, path: string): string[] {
  if (isToken(said)) return []
  const { file, content } = isPlain(said) ? (said as unknown as FileSource) : {}
  if (content !== undefined) return []
  if (typeof file !== 'string') return [`${path} must be { file: 'PATH' } or { content }.`]
  try {
    asking.content({ file })
    return []
  } catch {
    return [`${path}: the file ${file} cannot be read. Paths begin at the working directory.`]
  }
}

const plainSecret = (path: string): string =>
  `${path} is a secret in plain text, which would stand in the synthesised JSON. Give { fromEnv: 'NAME' }, or the value of a secretVariable.`

function secretMistakes(attribute: Attribute, said: unknown, asking: Asking, path: string): string[] {
  if (!isPlain(said) || isToken(said)) return [plainSecret(path)]
  const { fromEnv, fromFile, value, version } = said as unknown as SecretSource
  if (value === undefined) {
    return fromEnv === undefined && fromFile === undefined
      ? [`${path} names no secret. Give { fromEnv: 'NAME' }, or the value of a secretVariable.`]
      : []
  }
  if (!isReferenceOnly(value, asking)) return [plainSecret(path)]
  return attribute.writeOnly === true && version === undefined
    ? [
        `${path} is given by value without a version: nothing would tell that it has changed. Add version: 1, and another number with each new secret.`,
      ]
    : []
}

/** True for tokens with no text beside them, which become expressions of Terraform. */
function isReferenceOnly(value: string, { resolve }: Asking): boolean {
  if (!Token.isUnresolved(value)) return false
  if (typeof value === 'string' && Tokenization.reverseString(value).literals.some(Boolean)) return false
  const written = resolve(value)
  return typeof written !== 'string' || written.startsWith('${')
}

/** Deeper than any spec, so that what holds itself comes to an end. */
const maxDepth = 100

/** Cheap, and true of nearly all: values that JSON writes as they are, and no token. */
export function isData(said: unknown, depth = 0): boolean {
  if (typeof said === 'string') return !isToken(said)
  if (typeof said === 'number') return Number.isFinite(said) && !isToken(said)
  if (typeof said !== 'object' || said === null) return said === null || ['boolean', 'undefined'].includes(typeof said)
  return depth < maxDepth && !isToken(said) && Object.values(said).every((item) => isData(item, depth + 1))
}

/** What JSON would leave out, or write as null, which is another word for leaving it out. */
export function unwritable(said: unknown, path: string, above: readonly unknown[] = []): string[] {
  if (isToken(said)) return []
  if (typeof said === 'number' && !Number.isFinite(said)) return [`${path} is ${said}, which is no number to set.`]
  if (['bigint', 'function', 'symbol'].includes(typeof said)) return [`${path} is ${kindOf(said)}, which is no value.`]
  if (typeof said !== 'object' || said === null) return []
  if (above.includes(said)) return [`${path} holds itself.`]
  return Object.entries(said).flatMap(([key, item]) => unwritable(item, `${path}.${key}`, [...above, said]))
}

const kinds: Readonly<Record<string, string>> = { string: 'text', bigint: 'a bigint', boolean: 'true or false' }

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return kinds[typeof value] ?? (typeof value === 'object' ? 'a map' : `a ${typeof value}`)
}
