import type { JsonObject } from '../model/resource.ts'
import { withoutWriteOnly } from '../plan/write-only.ts'
import { parseLossless } from '../wire/json.ts'
import { moveResourceState as messages } from '../wire/messages.ts'
import { fromDiagnostics, fromIdentity, fromObject, fromPrivate } from '../wire/to-wire.ts'
import { find, guarded, unary } from './rpc.ts'

export const moveResourceState = unary(messages, async (wire, connection) =>
  guarded(connection, async () => {
    const resource = find('resource', connection.provider.resources, wire.targetTypeName)
    const { schema, identity } = resource
    const answer = await resource.move?.({
      sourceProvider: wire.sourceProviderAddress ?? '',
      sourceType: wire.sourceTypeName ?? '',
      sourceVersion: wire.sourceSchemaVersion ?? 0,
      state: parseLossless(wire.sourceState?.json ?? new Uint8Array()) as JsonObject,
      private: wire.sourcePrivate ?? new Uint8Array(),
    })
    if (!answer) return { diagnostics: fromDiagnostics([notMovable(wire.sourceTypeName, wire.targetTypeName)]) }
    return {
      targetState: fromObject(schema, answer.state && withoutWriteOnly(schema.attributes, answer.state)),
      targetPrivate: fromPrivate(answer.private ?? {}),
      targetIdentity: fromIdentity(identity, answer.identity),
      diagnostics: fromDiagnostics(answer.diagnostics),
    }
  }),
)

const notMovable = (from: string | undefined, to: string | undefined) =>
  ({
    severity: 'error',
    summary: `A ${from} cannot become a ${to}`,
    detail: 'Use a removed block for the old resource and an import block for the new one.',
  }) as const
