import type { TerraformSchema } from '../../schemas/terraform/schema.ts'
import type { Awaitable, OfflineCall } from '../model/call.ts'
import type { Diagnostics } from '../model/diagnostic.ts'
import type { Provider } from '../model/provider.ts'
import type { ObjectValue } from '../model/value.ts'
import { validateConfig as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics } from '../wire/to-wire.ts'
import { find, guarded, offlineCall, unary, type Rpc } from './rpc.ts'

interface Validated {
  schema: TerraformSchema
  validate?(config: ObjectValue, call: OfflineCall): Awaitable<Diagnostics>
}

/** ValidateDataResourceConfig and its like, which differ only in where the name is looked up. */
const validating = (kind: string, table: (provider: Provider<unknown>) => Readonly<Record<string, Validated>>): Rpc =>
  unary(messages, async ({ typeName, config }, connection) =>
    guarded(connection, async () => {
      const one = find(kind, table(connection.provider), typeName)
      const found = await one.validate?.(toPresentObject(one.schema, config), offlineCall(connection))
      return { diagnostics: fromDiagnostics(found, one.schema.attributes) }
    }),
  )

export const validateDataResourceConfig = validating('data source', ({ dataSources }) => dataSources)
export const validateEphemeralResourceConfig = validating(
  'ephemeral resource',
  (provider) => provider.ephemeralResources,
)
export const validateListResourceConfig = validating('list resource', ({ listResources }) => listResources)
export const validateActionConfig = validating('action', ({ actions }) => actions)
