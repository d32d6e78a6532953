import { getFunctions as messages } from '../wire/messages.ts'
import { fromFunction } from '../wire/to-wire.ts'
import { mapValues } from './get-provider-schema.ts'
import { unary } from './rpc.ts'

export const getFunctions = unary(messages, (_, { provider }) => ({
  functions: mapValues(provider.functions, fromFunction),
}))
