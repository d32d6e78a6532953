/**
 * The schemas of a provider as `terraform providers schema -json` prints them, without a Terraform: what bindings are
 * generated from. Functions are left out, as no generator of bindings reads them.
 *
 * @module
 */
import { isNested, type Attribute, type Attributes, type TerraformSchema } from '../schemas/terraform/schema.ts'
import type { Provider } from './model/provider.ts'

interface AttributeJson {
  type?: unknown
  nested_type?: { attributes: Record<string, AttributeJson>; nesting_mode: string }
  description: string
  description_kind: 'markdown'
  deprecated?: true
  required?: true
  optional?: true
  computed?: true
  sensitive?: true
  write_only?: true
}

export interface SchemaJson {
  version: number
  block: {
    attributes: Record<string, AttributeJson>
    description: string
    description_kind: 'markdown'
    deprecated?: true
  }
}

export interface ProviderSchemaJson {
  provider: SchemaJson
  resource_schemas: Record<string, SchemaJson>
  data_source_schemas: Record<string, SchemaJson>
  ephemeral_resource_schemas: Record<string, SchemaJson>
}

export interface ProvidersSchemaJson {
  format_version: '1.0'
  provider_schemas: Record<string, ProviderSchemaJson>
}

/** `source` is the full address, such as `registry.terraform.io/sensorform/sensorform`. */
export function providersSchemaJson<Client>(provider: Provider<Client>, source: string): ProvidersSchemaJson {
  const schemas = {
    provider: schemaJson(provider.schema),
    resource_schemas: schemasJson(provider.resources),
    data_source_schemas: schemasJson(provider.dataSources),
    ephemeral_resource_schemas: schemasJson(provider.ephemeralResources),
  }
  return { format_version: '1.0', provider_schemas: { [source]: schemas } }
}

const schemasJson = (described: Readonly<Record<string, { schema: TerraformSchema }>>): Record<string, SchemaJson> =>
  Object.fromEntries(Object.entries(described).map(([name, { schema }]) => [name, schemaJson(schema)]))

const schemaJson = ({ version, description, attributes, deprecated }: TerraformSchema): SchemaJson => ({
  version,
  block: {
    attributes: attributesJson(attributes),
    description,
    description_kind: 'markdown',
    ...(deprecated !== undefined && { deprecated: true }),
  },
})

const attributesJson = (attributes: Attributes): Record<string, AttributeJson> =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, attributeJson(attribute)]))

const attributeJson = (attribute: Attribute): AttributeJson => ({
  ...(isNested(attribute)
    ? { nested_type: { attributes: attributesJson(attribute.attributes), nesting_mode: attribute.nesting } }
    : { type: attribute.type }),
  description: attribute.description,
  description_kind: 'markdown',
  ...(attribute.deprecated !== undefined && { deprecated: true }),
  ...(attribute.required && { required: true }),
  ...(attribute.optional && { optional: true }),
  ...(attribute.computed && { computed: true }),
  ...(attribute.sensitive && { sensitive: true }),
  ...(attribute.writeOnly && { write_only: true }),
})
