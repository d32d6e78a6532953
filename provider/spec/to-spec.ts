/**
 * A value of Terraform as a spec, the way a document would say it. The attributes tell how (`schemas/terraform/`), so that
 * no field is named here.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { secretNames } from '../../schemas/terraform/names.ts'
import {
  isNested,
  type Attribute,
  type Attributes,
  type NestedAttribute,
  type SpecLink,
} from '../../schemas/terraform/schema.ts'
import {
  isList,
  isObject,
  isWhollyKnown,
  numberOf,
  textOf,
  unknown,
  type ObjectValue,
  type Value,
} from '../model/value.ts'

/** Keys and places, as zod has them in its issues. */
export type SpecPath = readonly (string | number)[]

export interface SpecForm {
  /** What a document would say. What is unknown is left out. */
  spec: Readonly<Record<string, unknown>>
  /** Content of the files, by the path in which the spec names them. */
  files: ReadonlyMap<string, string>
  /** Secrets that were given by value, by the name of the variable in which the spec looks for them. */
  secrets: ReadonlyMap<string, string>
  /** Where the spec would say something that is not known yet. */
  unknowns: readonly SpecPath[]
}

/** The spec that a configuration, a plan or a state stands for. */
export function toSpec(attributes: Attributes, value: ObjectValue): SpecForm {
  const found: Found = { files: new Map(), secrets: new Map(), unknowns: [] }
  return { spec: objectSpec(attributes, value, [], found), ...found }
}

interface Found {
  files: Map<string, string>
  secrets: Map<string, string>
  unknowns: SpecPath[]
}

function objectSpec(attributes: Attributes, value: ObjectValue, path: SpecPath, found: Found): Record<string, unknown> {
  const spec: Record<string, unknown> = {}
  for (const [name, attribute] of Object.entries(attributes)) {
    const { spec: link } = attribute
    if (!link) continue
    const at = [...path, link.key]
    const item = isSecretByValue(link)
      ? secretByValue(value, link.key, at, found)
      : attributeSpec(attribute, value[name] ?? null, at, found)
    if (item !== undefined) spec[link.key] = merged(spec[link.key], item)
  }
  return spec
}

const isSecretByValue = ({ form }: SpecLink): boolean => form === 'secret' || form === 'secretVersion'

/** Two ways to say one secret stay two, so that the check of the spec refuses them. */
const merged = (before: unknown, said: unknown): unknown =>
  isGroup(before) && isGroup(said) ? { ...before, ...said } : said

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null

function attributeSpec(attribute: Attribute, value: Value, path: SpecPath, found: Found): unknown {
  if (value === null) return undefined
  if (value === unknown) {
    found.unknowns.push(path)
    return undefined
  }
  if (isNested(attribute)) return nestedSpec(attribute, value, path, found)
  const { form, word } = attribute.spec ?? {}
  if (form === 'secretFromEnv') return { fromEnv: value }
  if (form === 'secretFromFile') return { fromFile: value }
  return form === 'file' ? fileByContent(value, path, found) : plainOf(value, path, found, word)
}

/** A list with something unknown in it is unknown as a whole: its length says too little. */
function plainOf(value: Value, path: SpecPath, found: Found, word: string | undefined): unknown {
  if (isWhollyKnown(value)) return isList(value) && value.length === 1 && value[0] === word ? word : value
  found.unknowns.push(path)
  return undefined
}

function nestedSpec(attribute: NestedAttribute, value: Value, path: SpecPath, found: Found): unknown {
  const inner = (item: Value, key: string | number): unknown => {
    if (isObject(item)) return objectSpec(attribute.attributes, item, [...path, key], found)
    if (item === unknown) found.unknowns.push([...path, key])
    return undefined
  }
  if (isList(value)) return value.map(inner)
  if (!isObject(value)) return undefined
  if (attribute.nesting === 'single') return objectSpec(attribute.attributes, value, path, found)
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, inner(item, key)] as const)
      .filter(([, item]) => item !== undefined),
  )
}

/** Files are given by their content; the spec names them by where they stand. */
function fileByContent(value: Value, path: SpecPath, found: Found): { file: string } {
  const file = path.join('.')
  found.files.set(file, textOf(value) ?? '')
  return { file }
}

/** A state holds the version alone: that is enough to know that it is the same secret. */
function secretByValue(
  object: ObjectValue,
  key: string,
  path: SpecPath,
  found: Found,
): { fromEnv: string } | undefined {
  const { plain, writeOnly, version } = secretNames(key)
  const [secret, of] = [object[writeOnly] ?? object[plain] ?? null, object[version] ?? null]
  if (secret === null && of === null) return undefined
  const fromEnv = variableFor(path, numberOf(of))
  if (typeof secret === 'string') found.secrets.set(fromEnv, secret)
  return { fromEnv }
}

/** No variable of anybody's: readable, and told apart by a hash where names of users are spelled alike. */
export function variableFor(path: SpecPath, version = 0): string {
  const words = path
    .join('_')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .slice(0, 150)
  const hash = createHash('sha256').update(JSON.stringify(path)).digest('hex').slice(0, 8)
  return `SENSORFORM_WO_${words}_${hash}_V${version}`.replaceAll(/[^A-Za-z0-9_]/g, '_')
}
