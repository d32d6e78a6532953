/**
 * The spec as a Terraform schema. Takes any zod object of settings: what it says of a field (secret, file, not a
 * setting, leaf) decides what becomes of it.
 *
 * | in the spec                  | in Terraform                                                                      |
 * | ---------------------------- | --------------------------------------------------------------------------------- |
 * | object                       | nested attribute                                                                  |
 * | record                       | map, of nested attributes where its values are objects                            |
 * | list, or a word or a list    | list                                                                              |
 * | secret                       | `x_wo` with `x_wo_version`, or `x_from_env`, or `x_from_file`                      |
 * | file                         | its content                                                                       |
 * | setting that can be read     | optional and computed: left out is not managed, and keeps what was read            |
 *
 * @module
 */
import * as z from 'zod'
import { factsOf, unwrapped } from '../layered.ts'
import { describeAttribute } from './describe.ts'
import { rootName, secretNames, toSnakeCase } from './names.ts'
import type { Attribute, Attributes, SpecForm, TerraformType } from './schema.ts'

/**
 * What the attributes are for: a resource keeps what it reads and stores no secret; `input` is what a provider block
 * takes, secrets by value included; `output` is what was read of an appliance, so without secrets and without what only
 * says how the tool behaves; `document` is what a document says, secrets by reference.
 */
export type Purpose = 'resource' | 'input' | 'output' | 'document'

/** Attributes of an object of the spec. */
export function projectAttributes(schema: z.ZodType, purpose: Purpose): Attributes {
  return attributesOf(objectOf(schema), { purpose, name: rootName })
}

interface Context {
  purpose: Purpose
  name: (key: string) => string
}

function objectOf(schema: z.ZodType): z.ZodObject {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) return inner
  throw new TypeError('only an object has attributes')
}

function attributesOf(object: z.ZodObject, context: Context): Attributes {
  const shape = Object.entries<z.ZodType>(object.shape)
  return Object.fromEntries(shape.flatMap(([key, field]) => projectField(key, field, context)))
}

/** One field is one attribute, a secret is several. */
function projectField(key: string, field: z.ZodType, context: Context): [string, Attribute][] {
  if (factsOf(field)?.['x-sensitive']) return secretAttributes(key, field, context.purpose)
  if (context.purpose === 'output' && !isReadable(field)) return []
  const inner = { ...context, name: toSnakeCase }
  return [[context.name(key), projectValue(key, field, inner)]]
}

function projectValue(key: string, field: z.ZodType, context: Context): Attribute {
  const inner = unwrapped(field)
  const facts = { description: describeAttribute(field), ...presence(key, field, context.purpose) }
  const link = (form: SpecForm) => ({ spec: { key, form } })
  if (factsOf(field)?.['x-file'] && inner instanceof z.ZodObject) return { ...facts, type: 'string', ...link('file') }
  const nested = nestedOf(inner)
  if (nested) {
    const attributes = attributesOf(
      nested.object,
      isReference(nested.object, context) ? { ...context, purpose: 'input' } : context,
    )
    const oneOf = factsOf(nested.object)?.['x-exactly-one'] ? ({ exactlyOne: true } as const) : {}
    return { ...facts, nesting: nested.nesting, ...oneOf, attributes, ...link('same') }
  }
  const word = wordOf(inner)
  const type = typeOf(inner)
  return {
    ...facts,
    ...(isAnswer(context.purpose) && isMapOfMaps(type) && answeredMapOfMaps),
    type,
    spec: { key, form: 'same', ...(word !== undefined && { word }) },
  }
}

/** Where a secret of a record is taken from: nobody reads that of an appliance. */
const isReference = (object: z.ZodObject, { purpose }: Context): boolean =>
  purpose === 'resource' && factsOf(object)?.['x-sensitive'] === true

function nestedOf(schema: z.ZodType): { nesting: 'single' | 'list' | 'map'; object: z.ZodObject } | undefined {
  if (schema instanceof z.ZodObject) return { nesting: 'single', object: schema }
  const element = elementOf(schema)
  if (!(element instanceof z.ZodObject)) return undefined
  return { nesting: schema instanceof z.ZodArray ? 'list' : 'map', object: element }
}

function elementOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return unwrapped(schema.element as z.ZodType)
  return schema instanceof z.ZodRecord ? unwrapped(schema.valueType as z.ZodType) : undefined
}

function typeOf(schema: z.ZodType): TerraformType {
  const inner = unwrapped(schema)
  const element = elementOf(inner)
  if (element) return [inner instanceof z.ZodArray ? 'list' : 'map', typeOf(element)]
  if (inner instanceof z.ZodUnion) return typeOfUnion(inner)
  if (inner instanceof z.ZodBoolean) return 'bool'
  if (inner instanceof z.ZodNumber) return 'number'
  if (inner instanceof z.ZodLiteral) return typeof inner.value === 'boolean' ? 'bool' : 'string'
  if (inner instanceof z.ZodString || inner instanceof z.ZodStringFormat || inner instanceof z.ZodEnum) return 'string'
  throw new TypeError(`Terraform has no type for ${inner.type}`)
}

const isMapOfMaps = (type: TerraformType): boolean => type[0] === 'map' && type[1][0] === 'map'

/**
 * An answered map of maps is marked optional as well. Nobody can give it, as all above it is computed. But for one that is computed
 * alone, `cdktf get` writes a class that no version of cdktf has.
 */
const answeredMapOfMaps = { optional: true } as const

const optionsOf = (union: z.ZodUnion): readonly z.ZodType[] => union.options as readonly z.ZodType[]

/** Of a choice between a word and a list: the word. */
function wordOf(schema: z.ZodType): string | undefined {
  const options = schema instanceof z.ZodUnion ? optionsOf(schema) : []
  const word = options.find((option) => option instanceof z.ZodLiteral)?.value
  return typeof word === 'string' && options.some((option) => option instanceof z.ZodArray) ? word : undefined
}

/** A word or a list of words is a list; several kinds of text are text. */
function typeOfUnion(union: z.ZodUnion): TerraformType {
  const types = optionsOf(union).map(typeOf)
  const list = types.find((type) => typeof type !== 'string')
  if (list) return list
  if (new Set(types).size === 1 && types[0]) return types[0]
  throw new TypeError('Terraform has no type for a choice of different types')
}

/** True where the provider says every value and the configuration none. */
const isAnswer = (purpose: Purpose): boolean => purpose === 'output' || purpose === 'document'

type Presence = Pick<Attribute, 'required' | 'optional' | 'computed' | 'keepsPrior' | 'implied'>

/** What can be read may be left out; what only says how the tool behaves is never filled in. */
function presence(key: string, field: z.ZodType, purpose: Purpose): Presence {
  if (isAnswer(purpose)) return { computed: true }
  if (!field.isOptional()) return { required: true }
  if (purpose === 'input' || !isReadable(field)) return { optional: true }
  return { optional: true, computed: true, keepsPrior: true, ...(key === 'enabled' && { implied: true }) }
}

/** A mark that can only be set (`absent: true`) is an instruction, not a setting. */
function isReadable(field: z.ZodType): boolean {
  const facts = factsOf(field)
  return (
    !facts?.['x-not-a-setting'] &&
    !facts?.['x-write-only'] &&
    !(unwrapped(field) instanceof z.ZodLiteral) &&
    !isBehaviour(field)
  )
}

/** A group of nothing but the tool's own behaviour, such as how to reach the appliance. */
function isBehaviour(field: z.ZodType): boolean {
  const inner = unwrapped(field)
  if (inner instanceof z.ZodArray || inner instanceof z.ZodRecord) {
    const element = elementOf(inner)
    return element instanceof z.ZodObject && isBehaviour(element)
  }
  if (!(inner instanceof z.ZodObject)) return false
  const shape = Object.values<z.ZodType>(inner.shape)
  return shape.every((one) => factsOf(one)?.['x-not-a-setting'] === true || isBehaviour(one))
}

function secretAttributes(key: string, field: z.ZodType, purpose: Purpose): [string, Attribute][] {
  if (purpose === 'output') return []
  const names = secretNames(key)
  const description = describeAttribute(field)
  const given = isAnswer(purpose) ? ({ computed: true } as const) : ({ optional: true } as const)
  const beside = (form: SpecForm) => ({ ...given, spec: { key, form } }) as const
  const ways: [string, Attribute][] = [
    [
      names.fromEnv,
      {
        type: 'string',
        description: `${description} Name of the environment variable that holds it.`,
        ...beside('secretFromEnv'),
      },
    ],
    [
      names.fromFile,
      { type: 'string', description: `${description} Path of the file that holds it.`, ...beside('secretFromFile') },
    ],
  ]
  if (purpose === 'document') return ways
  if (purpose === 'input')
    return [[names.plain, { type: 'string', description, sensitive: true, ...beside('secret') }], ...ways]
  const writeOnly = { sensitive: true, writeOnly: true } as const
  return [
    [
      names.writeOnly,
      { type: 'string', description: `${description} Never stored.`, ...writeOnly, ...beside('secret') },
    ],
    [
      names.version,
      {
        type: 'number',
        description: `Another number says that \`${names.writeOnly}\` has changed.`,
        ...beside('secretVersion'),
      },
    ],
    ...ways,
  ]
}
