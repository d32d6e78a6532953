import { getResourceIdentitySchemas as messages } from '../wire/messages.ts'
import { fromIdentitySchema } from '../wire/to-wire.ts'
import { unary } from './rpc.ts'

export const getResourceIdentitySchemas = unary(messages, (_, { provider }) => ({
  identitySchemas: Object.fromEntries(
    Object.entries(provider.resources).flatMap(([name, { identity }]) =>
      identity ? [[name, fromIdentitySchema(identity)] as const] : [],
    ),
  ),
}))
