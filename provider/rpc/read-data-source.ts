import { readDataSource as messages } from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics, fromObject } from '../wire/to-wire.ts'
import { callOf, find, guarded, unary } from './rpc.ts'

export const readDataSource = unary(messages, async ({ typeName, config }, connection) =>
  guarded(connection, async () => {
    const source = find('data source', connection.provider.dataSources, typeName)
    const { state, diagnostics } = await source.read(toPresentObject(source.schema, config), callOf(connection))
    return {
      state: fromObject(source.schema, state),
      diagnostics: fromDiagnostics(diagnostics, source.schema.attributes),
    }
  }),
)
