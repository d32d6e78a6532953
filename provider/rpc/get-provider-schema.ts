import type { TerraformSchema } from '../../schemas/terraform/schema.ts'
import type { Provider } from '../model/provider.ts'
import { getProviderSchema as messages } from '../wire/messages.ts'
import { fromFunction, fromSchema } from '../wire/to-wire.ts'
import { unary } from './rpc.ts'

/** No call depends on this one having been made, so Terraform may leave it out in later processes. */
export const serverCapabilitiesOf = ({ resources }: Provider<unknown>) => ({
  planDestroy: true,
  getProviderSchemaOptional: true,
  moveResourceState: Object.values(resources).some((resource) => resource.move !== undefined),
  generateResourceConfig: Object.values(resources).some((resource) => resource.generateConfig !== undefined),
})

export const getProviderSchema = unary(messages, (_, { provider }) => ({
  provider: fromSchema(provider.schema),
  resourceSchemas: schemasOf(provider.resources),
  dataSourceSchemas: schemasOf(provider.dataSources),
  ephemeralResourceSchemas: schemasOf(provider.ephemeralResources),
  listResourceSchemas: schemasOf(provider.listResources),
  functions: mapValues(provider.functions, fromFunction),
  actionSchemas: mapValues(provider.actions, ({ schema }) => ({ schema: fromSchema(schema) })),
  serverCapabilities: serverCapabilitiesOf(provider),
}))

const schemasOf = (table: Readonly<Record<string, { schema: TerraformSchema }>>) =>
  mapValues(table, ({ schema }) => fromSchema(schema))

export const mapValues = <From, To>(table: Readonly<Record<string, From>>, make: (value: From) => To) =>
  Object.fromEntries(Object.entries(table).map(([name, value]) => [name, make(value)]))
