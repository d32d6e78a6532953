import { validateProviderConfig as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics } from '../wire/to-wire.ts'
import { guarded, offlineCall, unary } from './rpc.ts'

export const validateProviderConfig = unary(messages, async ({ config }, connection) =>
  guarded(connection, async () => {
    const { provider } = connection
    const found = await provider.validate?.(toPresentObject(provider.schema, config), offlineCall(connection))
    return { diagnostics: fromDiagnostics(found, provider.schema.attributes) }
  }),
)
