/** What Terraform is answered, from our own types. */
import {
  identityType,
  isNested,
  objectType,
  type Attribute,
  type Attributes,
  type IdentitySchema,
  type TerraformSchema,
  type TerraformType,
} from '../../schemas/terraform/schema.ts'
import type { Diagnostic, Diagnostics, Path } from '../model/diagnostic.ts'
import type { Parameter, ProviderFunction } from '../model/provider.ts'
import type { Private } from '../model/resource.ts'
import type { ObjectValue, Value } from '../model/value.ts'
import { markdown, nestedObject, nestings, severities } from './messages.ts'
import type * as messages from './messages.ts'
import { encodeValue } from './msgpack.ts'
import type { TypeOf } from './protobuf.ts'

type Wire<Name extends keyof typeof messages> = TypeOf<(typeof messages)[Name]>

export const fromValue = (type: TerraformType, value: Value): Wire<'dynamicValue'> => ({
  msgpack: encodeValue(type, value),
})

export const fromObject = (schema: TerraformSchema, value: ObjectValue | null): Wire<'dynamicValue'> =>
  fromValue(objectType(schema.attributes), value)

export const fromIdentity = (
  schema: IdentitySchema | undefined,
  identity: ObjectValue | null | undefined,
): Wire<'identityData'> | undefined =>
  schema && identity ? { identityData: fromValue(identityType(schema), identity) } : undefined

/** Nothing kept is no bytes. */
export const fromPrivate = (kept: Private): Uint8Array =>
  Object.keys(kept).length === 0 ? new Uint8Array() : Buffer.from(JSON.stringify(kept))

/** Diagnostics about a configuration of a schema, or about nothing in it. */
export const fromDiagnostics = (diagnostics: Diagnostics = [], attributes: Attributes = {}): Wire<'diagnostic'>[] =>
  diagnostics.map((one) => fromDiagnostic(one, attributes))

/**
 * Terraform finds the line of an attribute of the resource, and of nothing inside one: with a longer path it shows the
 * head of the resource. So the path ends there, and the rest of it is told in words.
 */
function fromDiagnostic({ severity, summary, detail, path }: Diagnostic, attributes: Attributes): Wire<'diagnostic'> {
  const { steps = [] } = fromPath(path ?? [], attributes)
  const words = [...(detail === undefined ? [] : [detail]), ...(steps.length > 1 ? [`At ${textOfSteps(steps)}.`] : [])]
  return {
    severity: severities[severity],
    summary,
    ...(words.length > 0 && { detail: words.join('\n') }),
    ...(steps.length > 0 && { attribute: { steps: steps.slice(0, 1) } }),
  }
}

/** As the user would refer to it. */
const textOfSteps = (steps: readonly Wire<'pathStep'>[]): string =>
  steps
    .map(({ attributeName, elementKeyString, elementKeyInt }, index) => {
      if (attributeName !== undefined) return index === 0 ? attributeName : `.${attributeName}`
      return `[${elementKeyString === undefined ? elementKeyInt : JSON.stringify(elementKeyString)}]`
    })
    .join('')

/** As far as the schema knows the path: one step too many, and Terraform shows no line at all. */
export function fromPath(path: Path, attributes: Attributes): Wire<'attributePath'> {
  const steps: Wire<'pathStep'>[] = []
  let at: Place = { within: attributes }
  for (const segment of path) {
    const next = stepInto(at, segment)
    if (!next) break
    steps.push(next.step)
    at = next.place
  }
  return { steps }
}

/** Attributes by name, elements of a collection, or what has no parts. */
type Place = { within: Attributes } | { elements: Place; by: 'key' | 'index' } | undefined

function stepInto(at: Place, segment: string | number): { step: Wire<'pathStep'>; place: Place } | undefined {
  if (!at) return undefined
  if ('within' in at) {
    const attribute = Object.hasOwn(at.within, segment) ? at.within[segment] : undefined
    return attribute && { step: { attributeName: String(segment) }, place: placeOf(attribute) }
  }
  const step = at.by === 'key' ? { elementKeyString: String(segment) } : { elementKeyInt: Number(segment) }
  return { step, place: at.elements }
}

function placeOf(attribute: Attribute): Place {
  if (!isNested(attribute)) return placeOfType(attribute.type)
  if (attribute.nesting === 'single') return { within: attribute.attributes }
  if (attribute.nesting === 'set') return undefined
  return { elements: { within: attribute.attributes }, by: attribute.nesting === 'map' ? 'key' : 'index' }
}

function placeOfType(type: TerraformType): Place {
  if (typeof type === 'string') return undefined
  if (type[0] === 'list') return { elements: placeOfType(type[1]), by: 'index' }
  return type[0] === 'map' ? { elements: placeOfType(type[1]), by: 'key' } : undefined
}

const typeBytes = (type: TerraformType): Uint8Array => Buffer.from(JSON.stringify(type))

export const fromSchema = ({ version, description, attributes, deprecated }: TerraformSchema): Wire<'schema'> => ({
  version,
  block: {
    attributes: fromAttributes(attributes),
    description,
    descriptionKind: markdown,
    ...(deprecated !== undefined && { deprecated: true, deprecationMessage: deprecated }),
  },
})

const fromAttributes = (attributes: Attributes): Wire<'attribute'>[] =>
  Object.entries(attributes).map(([name, attribute]) => ({
    name,
    ...(isNested(attribute) ? { nestedType: nestedBytes(attribute) } : { type: typeBytes(attribute.type) }),
    description: attribute.description,
    descriptionKind: markdown,
    required: attribute.required,
    optional: attribute.optional,
    computed: attribute.computed,
    sensitive: attribute.sensitive,
    writeOnly: attribute.writeOnly,
    ...(attribute.deprecated !== undefined && { deprecated: true, deprecationMessage: attribute.deprecated }),
  }))

const nestedBytes = ({ attributes, nesting }: Attribute & { nesting: keyof typeof nestings; attributes: Attributes }) =>
  nestedObject.encode({ attributes: fromAttributes(attributes), nesting: nestings[nesting] })

export const fromIdentitySchema = ({ version, attributes }: IdentitySchema): Wire<'identitySchema'> => ({
  version,
  identityAttributes: Object.entries(attributes).map(([name, { type, description, requiredForImport }]) => ({
    name,
    type: typeBytes(type),
    description,
    ...(requiredForImport ? { requiredForImport } : { optionalForImport: true }),
  })),
})

export const fromFunction = (one: ProviderFunction): Wire<'functionSignature'> => ({
  parameters: one.parameters.map(fromParameter),
  ...(one.variadic && { variadicParameter: fromParameter(one.variadic) }),
  return: { type: typeBytes(one.returns) },
  summary: one.summary,
  description: one.description,
  descriptionKind: markdown,
})

const fromParameter = ({ name, type, description, allowNull, allowUnknown }: Parameter) => ({
  name,
  type: typeBytes(type),
  allowNullValue: allowNull,
  allowUnknownValues: allowUnknown,
  description,
  descriptionKind: markdown,
})
