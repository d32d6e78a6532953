import type { Path } from '../model/diagnostic.ts'
import type { PlanRequest, Resource } from '../model/resource.ts'
import type { ObjectValue } from '../model/value.ts'
import { draftPlan } from '../plan/draft.ts'
import { replacedBy } from '../plan/replaces.ts'
import { withoutWriteOnly } from '../plan/write-only.ts'
import { planResourceChange as messages } from '../wire/messages.ts'
import { toIdentity, toObject, toPrivate } from '../wire/from-wire.ts'
import type { TypeOf } from '../wire/protobuf.ts'
import { fromDiagnostics, fromIdentity, fromObject, fromPath, fromPrivate } from '../wire/to-wire.ts'
import { callOf, find, guarded, unary } from './rpc.ts'

export const planResourceChange = unary(messages, async (wire, connection) =>
  guarded(connection, async () => {
    const resource = find('resource', connection.provider.resources, wire.typeName)
    const { schema, identity } = resource
    const request = toRequest(resource, wire)
    const answer = (await resource.plan?.(request, callOf(connection))) ?? {}
    const planned = answer.planned === undefined ? request.planned : answer.planned
    const stripped = planned && withoutWriteOnly(schema.attributes, planned)
    const paths = [...(answer.requiresReplace ?? []), ...replacing(resource, request.prior, stripped)]
    return {
      plannedState: fromObject(schema, stripped),
      plannedPrivate: fromPrivate(answer.private ?? request.private),
      requiresReplace: distinct(paths).map((path) => fromPath(path, schema.attributes)),
      plannedIdentity: fromIdentity(identity, answer.identity ?? request.identity),
      diagnostics: fromDiagnostics(answer.diagnostics, schema.attributes),
    }
  }),
)

/** The request with the draft in it. No configuration is a destroy. */
function toRequest({ schema, identity }: Resource<unknown>, wire: TypeOf<(typeof messages)['request']>): PlanRequest {
  const [prior, config, proposed] = [wire.priorState, wire.config, wire.proposedNewState].map((one) =>
    toObject(schema, one),
  )
  const planned = config && proposed ? draftPlan(schema.attributes, { prior: prior ?? null, config, proposed }) : null
  return {
    prior: prior ?? null,
    config: config ?? null,
    planned,
    private: toPrivate(wire.priorPrivate),
    identity: toIdentity(identity, wire.priorIdentity),
  }
}

function replacing(resource: Resource<unknown>, prior: ObjectValue | null, planned: ObjectValue | null): Path[] {
  if (!prior || !planned) return []
  if (resource.update) return replacedBy(resource.schema.attributes, prior, planned)
  return Object.keys(resource.schema.attributes).map((name) => [name])
}

const distinct = (paths: readonly Path[]): Path[] => [
  ...new Map(paths.map((path) => [JSON.stringify(path), path])).values(),
]
