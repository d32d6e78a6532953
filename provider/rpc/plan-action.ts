import { planAction as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics } from '../wire/to-wire.ts'
import { callOf, find, guarded, unary } from './rpc.ts'

/** The name stands in the field in which other requests have their type's. */
export const planAction = unary(messages, async ({ typeName, config }, connection) =>
  guarded(connection, async () => {
    const action = find('action', connection.provider.actions, typeName)
    const found = await action.plan?.(toPresentObject(action.schema, config), callOf(connection))
    return { diagnostics: fromDiagnostics(found, action.schema.attributes) }
  }),
)
