import type { ImportRequest, Resource } from '../model/resource.ts'
import { withoutWriteOnly } from '../plan/write-only.ts'
import { importResourceState as messages } from '../wire/messages.ts'
import { toIdentity } from '../wire/from-wire.ts'
import type { TypeOf } from '../wire/protobuf.ts'
import { fromDiagnostics, fromIdentity, fromObject, fromPrivate } from '../wire/to-wire.ts'
import { callOf, find, guarded, unary } from './rpc.ts'

export const importResourceState = unary(messages, async (wire, connection) =>
  guarded(connection, async () => {
    const { typeName } = wire
    const resource = find('resource', connection.provider.resources, typeName)
    const { schema, identity } = resource
    if (!resource.import) return { diagnostics: fromDiagnostics([notImportable]) }
    const answer = await resource.import(toRequest(resource, wire), callOf(connection))
    const diagnostics = fromDiagnostics(answer.diagnostics)
    if (!answer.state) return { diagnostics }
    const imported = {
      typeName,
      state: fromObject(schema, withoutWriteOnly(schema.attributes, answer.state)),
      private: fromPrivate(answer.private ?? {}),
      identity: fromIdentity(identity, answer.identity),
    }
    return { importedResources: [imported], diagnostics }
  }),
)

const notImportable = {
  severity: 'error',
  summary: 'This resource cannot be imported',
  detail: 'Declare it, and apply creates it.',
} as const

function toRequest(resource: Resource<unknown>, wire: TypeOf<(typeof messages)['request']>): ImportRequest {
  const identity = toIdentity(resource.identity, wire.identity)
  return identity ? { identity } : { id: wire.id ?? '' }
}
