/**
 * What an RPC is: messages and a handler. One file per RPC makes one of these; `table.ts` lists them.
 *
 * @module
 */
import type { Call, Log, OfflineCall } from '../model/call.ts'
import type { Diagnostics } from '../model/diagnostic.ts'
import type { Provider } from '../model/provider.ts'
import { fromDiagnostics } from '../wire/to-wire.ts'
import type { diagnostic } from '../wire/messages.ts'
import type { Message, TypeOf } from '../wire/protobuf.ts'

/** One connection of Terraform: a configuration of its own. */
export interface Connection {
  provider: Provider<unknown>
  /** Set by ConfigureProvider. */
  configured?: { client: unknown }
  stop: AbortController
  log: Log
}

/** Answers of an RPC as bytes: one, or many as they come. */
export type Rpc =
  | { answer(request: Uint8Array, connection: Connection): Promise<Uint8Array> }
  | { stream(request: Uint8Array, connection: Connection): AsyncIterable<Uint8Array> }

interface Messages<Request, Response> {
  request: Message<Request>
  response: Message<Response>
}

/** An RPC with one answer. */
export const unary = <Request, Response>(
  { request, response }: Messages<Request, Response>,
  handler: (request: Request, connection: Connection) => Response | Promise<Response>,
): Rpc => ({
  answer: async (bytes, connection) => response.encode(await handler(request.decode(bytes), connection)),
})

/** An RPC with any number of answers. */
export const streaming = <Request, Response>(
  { request, response }: Messages<Request, Response>,
  handler: (request: Request, connection: Connection) => AsyncIterable<Response>,
): Rpc => ({
  async *stream(bytes, connection) {
    for await (const one of handler(request.decode(bytes), connection)) yield response.encode(one)
  },
})

type WireDiagnostics = readonly TypeOf<typeof diagnostic>[]

/** Turns what a handler throws into a diagnostic: an error of gRPC would lose the resource that it belongs to. */
export async function guarded<Response>(
  { log }: Connection,
  work: () => Promise<Response>,
): Promise<Response | { diagnostics: WireDiagnostics }> {
  try {
    return await work()
  } catch (error) {
    log('error', 'a call failed', { reason: describe(error) })
    return { diagnostics: fromDiagnostics(mishap(error)) }
  }
}

/** Kind and place only: a message may quote a value, and a value may be a secret. */
const describe = (error: unknown): string =>
  error instanceof Error ? [error.name, ...(error.stack?.split('\n').slice(1, 4) ?? [])].join(' ') : typeof error

function mishap(error: unknown): Diagnostics {
  const kind = error instanceof Error ? error.name : typeof error
  return [
    {
      severity: 'error',
      summary: `The provider made a mistake (${kind})`,
      detail: 'This is no fault of the configuration. TF_LOG_PROVIDER=ERROR shows where it happened; please report it.',
    },
  ]
}

/** Finds what a name of the configuration stands for. */
export function find<T>(kind: string, table: Readonly<Record<string, T>>, name: string | undefined): T {
  const found = name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
  if (found === undefined) throw new TypeError(`there is no ${kind} ${name}`)
  return found
}

export const offlineCall = ({ stop, log }: Connection): OfflineCall => ({ signal: stop.signal, log })

/** What a configured call is handed. */
export function callOf(connection: Connection): Call<unknown> {
  if (!connection.configured) throw new TypeError('the provider is not configured')
  return { ...offlineCall(connection), client: connection.configured.client }
}
