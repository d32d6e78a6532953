/** An ephemeral resource is opened, renewed and closed in one process; its note never leaves it. */
import type { OpenResponse } from '../model/provider.ts'
import {
  closeEphemeralResource as closeMessages,
  openEphemeralResource as openMessages,
  renewEphemeralResource as renewMessages,
} from '../wire/messages.ts'
import { toPresentObject } from '../wire/from-wire.ts'
import { fromDiagnostics, fromObject } from '../wire/to-wire.ts'
import { callOf, find, guarded, unary } from './rpc.ts'

export const openEphemeralResource = unary(openMessages, async ({ typeName, config }, connection) =>
  guarded(connection, async () => {
    const resource = find('ephemeral resource', connection.provider.ephemeralResources, typeName)
    const answer = await resource.open(toPresentObject(resource.schema, config), callOf(connection))
    return {
      ...fromAnswer(answer),
      ...(answer.result && { result: fromObject(resource.schema, answer.result) }),
      diagnostics: fromDiagnostics(answer.diagnostics, resource.schema.attributes),
    }
  }),
)

export const renewEphemeralResource = unary(renewMessages, async ({ typeName, private: note }, connection) =>
  guarded(connection, async () => {
    const resource = find('ephemeral resource', connection.provider.ephemeralResources, typeName)
    const answer = (await resource.renew?.(toNote(note), callOf(connection))) ?? {}
    return { ...fromAnswer(answer), diagnostics: fromDiagnostics(answer.diagnostics) }
  }),
)

export const closeEphemeralResource = unary(closeMessages, async ({ typeName, private: note }, connection) =>
  guarded(connection, async () => {
    const resource = find('ephemeral resource', connection.provider.ephemeralResources, typeName)
    const answer = await resource.close?.(toNote(note), callOf(connection))
    return { diagnostics: fromDiagnostics(answer?.diagnostics) }
  }),
)

const fromAnswer = ({ note, renewAt }: OpenResponse) => ({
  ...(note !== undefined && { private: Buffer.from(JSON.stringify(note)) }),
  ...(renewAt && { renewAt: toTimestamp(renewAt) }),
})

const toTimestamp = (date: Date) => ({
  seconds: Math.floor(date.getTime() / 1000),
  nanos: (date.getTime() % 1000) * 1_000_000,
})

const toNote = (bytes: Uint8Array | undefined): unknown =>
  bytes && bytes.length > 0 ? JSON.parse(Buffer.from(bytes).toString('utf8')) : undefined
