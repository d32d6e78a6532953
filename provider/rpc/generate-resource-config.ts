import { generateResourceConfig as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics, fromObject } from '../wire/to-wire.ts'
import { find, guarded, unary } from './rpc.ts'

export const generateResourceConfig = unary(messages, async ({ typeName, state }, connection) =>
  guarded(connection, async () => {
    const resource = find('resource', connection.provider.resources, typeName)
    const object = toPresentObject(resource.schema, state)
    const answer = (await resource.generateConfig?.(object)) ?? { config: object }
    return { config: fromObject(resource.schema, answer.config), diagnostics: fromDiagnostics(answer.diagnostics) }
  }),
)
