import { configureProvider as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics } from '../wire/to-wire.ts'
import { guarded, offlineCall, unary } from './rpc.ts'

export const configureProvider = unary(messages, async ({ config, terraformVersion = '' }, connection) =>
  guarded(connection, async () => {
    const { provider } = connection
    const request = { config: toPresentObject(provider.schema, config), terraformVersion }
    const { client, diagnostics } = await provider.configure(request, offlineCall(connection))
    if (client !== undefined) connection.configured = { client }
    return { diagnostics: fromDiagnostics(diagnostics, provider.schema.attributes) }
  }),
)
