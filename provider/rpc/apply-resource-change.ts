import type { Call } from '../model/call.ts'
import { hasErrors } from '../model/diagnostic.ts'
import type { Resource, StateResponse } from '../model/resource.ts'
import { withoutWriteOnly } from '../plan/write-only.ts'
import { applyResourceChange as messages } from '../wire/messages.ts'
import { toIdentity, toObject, toPrivate } from '../wire/from-wire.ts'
import type { TypeOf } from '../wire/protobuf.ts'
import { fromDiagnostics, fromIdentity, fromObject, fromPrivate } from '../wire/to-wire.ts'
import { callOf, find, guarded, unary } from './rpc.ts'

type Wire = TypeOf<(typeof messages)['request']>

export const applyResourceChange = unary(messages, async (wire, connection) =>
  guarded(connection, async () => {
    const resource = find('resource', connection.provider.resources, wire.typeName)
    const { schema, identity } = resource
    const kept = { private: toPrivate(wire.plannedPrivate), identity: toIdentity(identity, wire.plannedIdentity) }
    const answer = await carryOut(resource, wire, kept, callOf(connection))
    return {
      newState: fromObject(schema, answer.state && withoutWriteOnly(schema.attributes, answer.state)),
      private: fromPrivate(answer.private ?? kept.private),
      newIdentity: fromIdentity(identity, answer.identity ?? kept.identity),
      diagnostics: fromDiagnostics(answer.diagnostics, schema.attributes),
    }
  }),
)

type Kept = Required<Pick<StateResponse, 'private'>> & { identity: NonNullable<StateResponse['identity']> | null }

/** Create, update or delete: which one, Terraform says by what is null. */
async function carryOut(
  resource: Resource<unknown>,
  wire: Wire,
  kept: Kept,
  call: Call<unknown>,
): Promise<StateResponse> {
  const [prior, planned, config] = [wire.priorState, wire.plannedState, wire.config].map((one) =>
    toObject(resource.schema, one),
  )
  if (planned && config) {
    if (!prior) return resource.create({ planned, config, ...kept }, call)
    if (!resource.update) throw new TypeError('this resource has no update')
    return resource.update({ prior, planned, config, ...kept }, call)
  }
  if (!prior) throw new TypeError('there is nothing to delete')
  const { diagnostics = [] } = await resource.delete({ prior, ...kept }, call)
  return { state: hasErrors(diagnostics) ? prior : null, diagnostics }
}
