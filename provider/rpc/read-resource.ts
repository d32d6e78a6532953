import { withoutWriteOnly } from '../plan/write-only.ts'
import { readResource as messages } from '../wire/messages.ts'
import { toIdentity, toPresentObject, toPrivate } from '../wire/from-wire.ts'
import { fromDiagnostics, fromIdentity, fromObject, fromPrivate } from '../wire/to-wire.ts'
import { callOf, find, guarded, unary } from './rpc.ts'

export const readResource = unary(messages, async (wire, connection) =>
  guarded(connection, async () => {
    const resource = find('resource', connection.provider.resources, wire.typeName)
    const { schema, identity } = resource
    const request = {
      state: toPresentObject(schema, wire.currentState),
      private: toPrivate(wire.private),
      identity: toIdentity(identity, wire.currentIdentity),
    }
    const answer = await resource.read(request, callOf(connection))
    return {
      newState: fromObject(schema, answer.state && withoutWriteOnly(schema.attributes, answer.state)),
      private: fromPrivate(answer.private ?? request.private),
      newIdentity: fromIdentity(identity, answer.identity ?? request.identity),
      diagnostics: fromDiagnostics(answer.diagnostics, schema.attributes),
    }
  }),
)
