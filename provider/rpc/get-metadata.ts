import { getMetadata as messages } from '../wire/messages.ts'
import { serverCapabilitiesOf } from './get-provider-schema.ts'
import { unary } from './rpc.ts'

export const getMetadata = unary(messages, (_, { provider }) => ({
  serverCapabilities: serverCapabilitiesOf(provider),
  resources: typeNames(provider.resources),
  dataSources: typeNames(provider.dataSources),
  ephemeralResources: typeNames(provider.ephemeralResources),
  listResources: typeNames(provider.listResources),
  actions: typeNames(provider.actions),
  functions: Object.keys(provider.functions).map((name) => ({ name })),
}))

const typeNames = (table: object) => Object.keys(table).map((typeName) => ({ typeName }))
