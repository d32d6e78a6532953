/**
 * A Terraform schema as plain data: what the provider serves, what the reference docs are made from. Nothing here knows
 * the wire.
 *
 * @module
 */

/** A type constraint, as Terraform writes it in JSON. */
export type TerraformType =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | readonly ['list' | 'set' | 'map', TerraformType]
  | readonly ['tuple', readonly TerraformType[]]
  | readonly ['object', Readonly<Record<string, TerraformType>>]

interface AttributeFacts {
  /** Markdown. */
  description: string
  required?: true
  optional?: true
  /** The provider may say a value where the configuration says none. */
  computed?: true
  sensitive?: true
  /** Only ever in the configuration: null in plan and state. */
  writeOnly?: true
  /** What to use instead. */
  deprecated?: string
  /**
   * Of a computed attribute that the configuration leaves out, in a plan that changes something: its prior value stays.
   * Default: it becomes unknown until apply says it.
   */
  keepsPrior?: true
  /**
   * Of an optional and computed boolean that the configuration leaves out while it says something beside it: true, as
   * what is described is on.
   */
  implied?: true
  /** A changed value replaces the resource. Default: it is updated in place. */
  replaces?: true
  /** Which part of the spec it stands for. Absent: none; it is Terraform's alone. */
  spec?: SpecLink
}

/** Ties an attribute to the spec that it was projected from. */
export interface SpecLink {
  /** Key in the object of the spec. */
  key: string
  form: SpecForm
  /** A list of nothing but this word is the word itself in the spec. */
  word?: string
}

/** How the value is written in the spec: as it is; content of a file; a secret by value, by its version, by variable, by file. */
export type SpecForm = 'same' | 'file' | 'secret' | 'secretVersion' | 'secretFromEnv' | 'secretFromFile'

export interface ValueAttribute extends AttributeFacts {
  type: TerraformType
}

export interface NestedAttribute extends AttributeFacts {
  nesting: 'single' | 'list' | 'set' | 'map'
  /** One of its attributes is given; the others are then null, and keep nothing. */
  exactlyOne?: true
  attributes: Attributes
}

export type Attribute = ValueAttribute | NestedAttribute
export type Attributes = Readonly<Record<string, Attribute>>

/** Of a provider, a resource, a data source, an ephemeral resource, an action or a list resource. */
export interface TerraformSchema {
  /** Of the state's shape; only a resource's counts. */
  version: number
  /** Markdown. */
  description: string
  attributes: Attributes
  deprecated?: string
}

/** What tells one object from every other, so that it can be imported by it. */
export interface IdentitySchema {
  version: number
  attributes: Readonly<Record<string, IdentityAttribute>>
}

export interface IdentityAttribute {
  type: 'string' | 'number' | 'bool' | readonly ['list', 'string' | 'number' | 'bool']
  description: string
  /** An import by identity must give it. Default: it may. */
  requiredForImport?: true
}

export const isNested = (attribute: Attribute): attribute is NestedAttribute => 'nesting' in attribute

const types = new WeakMap<Attributes, TerraformType>()

/** The type of an object that has these attributes. */
export function objectType(attributes: Attributes): TerraformType {
  let type = types.get(attributes)
  if (!type) {
    const entries = Object.entries(attributes).map(([name, attribute]) => [name, attributeType(attribute)] as const)
    types.set(attributes, (type = ['object', Object.fromEntries(entries)]))
  }
  return type
}

export function attributeType(attribute: Attribute): TerraformType {
  if (!isNested(attribute)) return attribute.type
  const inner = objectType(attribute.attributes)
  return attribute.nesting === 'single' ? inner : [attribute.nesting, inner]
}

/** The type of an identity. */
export const identityType = ({ attributes }: IdentitySchema): TerraformType => [
  'object',
  Object.fromEntries(Object.entries(attributes).map(([name, { type }]) => [name, type])),
]
