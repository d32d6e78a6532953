/**
 * The plugin's server: services and methods by path over HTTP/2, with a configuration of its own for every connection.
 *
 * @module
 */
import { createSecureServer, createServer, type Http2Session, type ServerHttp2Stream } from 'node:http2'
import type { Server } from 'node:net'
import type { OwnCertificate } from './certificate.ts'
import { grpcStatus, hold, readMessage, refuse, sendMessage, sendMessages } from './grpc.ts'
import { shareSocket, type Address } from './handshake.ts'
import type { Log } from './model/call.ts'
import type { Provider } from './model/provider.ts'
import type { Connection, Rpc } from './rpc/rpc.ts'
import { rpcs } from './rpc/table.ts'
import { unary } from './rpc/rpc.ts'
import { empty, healthCheck, serving } from './wire/messages.ts'

export interface ServeOptions {
  provider: Provider<unknown>
  address: Address
  log: Log
  /** Absent: plain text, for a debugger and for tests. */
  tls?: { own: OwnCertificate; client: string }
  /** Terraform has asked for the end. */
  onShutdown(): void
}

/** A server that listens. */
export interface Serving {
  /** As in the handshake line: a path, or host and port. */
  address: string
  /** Ends every connection, and with it the calls under way. */
  close(): Promise<void>
}

/** Listens, and answers until it is closed. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const sessions = new Map<Http2Session, Connection>()
  const services = servicesOf(options)
  const server = makeServer(options)
  server.on('session', (session: Http2Session) => {
    sessions.set(session, { provider: options.provider, stop: new AbortController(), log: options.log })
    session.on('error', () => {})
    session.on('close', () => void endConnection(sessions, session))
  })
  server.on('stream', (stream: ServerHttp2Stream, headers: { ':path'?: string }) => {
    const connection = stream.session && sessions.get(stream.session)
    if (connection) void answer(stream, services.get(headers[':path'] ?? ''), connection)
  })
  const address = await listen(server, options.address)
  shareSocket(options.address)
  return { address, close: async () => closeAll(server, sessions) }
}

/** An RPC, perhaps with something to do once its answer has left; or a stream on which nothing is said. */
type Service = { rpc: Rpc; afterwards?: () => void } | 'hold'

function servicesOf(options: ServeOptions): ReadonlyMap<string, Service> {
  const shutdown = unary({ request: empty, response: empty }, () => ({}))
  return new Map<string, Service>([
    ...Object.entries(rpcs).map(([name, rpc]) => [`/tfplugin6.Provider/${name}`, { rpc }] as const),
    ['/plugin.GRPCController/Shutdown', { rpc: shutdown, afterwards: () => options.onShutdown() }],
    ['/plugin.GRPCStdio/StreamStdio', 'hold'],
    ['/plugin.GRPCBroker/StartStream', 'hold'],
    ['/grpc.health.v1.Health/Check', { rpc: unary(healthCheck, () => ({ status: serving })) }],
  ])
}

/** Only the client whose certificate Terraform gave us may speak. */
function makeServer({ tls }: ServeOptions) {
  if (!tls) return createServer()
  return createSecureServer({
    cert: tls.own.certificate,
    key: tls.own.privateKey,
    ca: [tls.client],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  })
}

async function answer(stream: ServerHttp2Stream, service: Service | undefined, connection: Connection): Promise<void> {
  stream.on('error', () => {})
  if (service === undefined) {
    stream.resume()
    return refuse(stream, grpcStatus.unimplemented, 'unimplemented')
  }
  if (service === 'hold') return hold(stream)
  const { rpc, afterwards } = service
  if (afterwards) stream.once('close', () => setImmediate(afterwards))
  try {
    const request = await readMessage(stream)
    if ('answer' in rpc) sendMessage(stream, await rpc.answer(request, connection))
    else await sendMessages(stream, rpc.stream(request, connection))
  } catch (error) {
    connection.log('error', 'a call failed', { kind: error instanceof Error ? error.name : typeof error })
    refuse(stream, grpcStatus.internal, 'the provider made a mistake')
  }
}

async function endConnection(sessions: Map<Http2Session, Connection>, session: Http2Session): Promise<void> {
  const connection = sessions.get(session)
  sessions.delete(session)
  connection?.stop.abort()
  if (!connection?.configured) return
  try {
    await connection.provider.close?.(connection.configured.client)
  } catch (error) {
    connection.log('warn', 'closing failed', { kind: error instanceof Error ? error.name : typeof error })
  }
}

async function listen(server: Server, address: Address): Promise<string> {
  if (address.network === 'unix') {
    await listenOn(server, { path: address.path })
    return address.path
  }
  const [first, last] = address.ports
  for (let port = first; port <= last; port++) {
    try {
      await listenOn(server, { host: address.host, port })
      return `${address.host}:${port}`
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
  throw new RangeError(`no port from ${first} to ${last} is free`)
}

const listenOn = async (server: Server, where: { path: string } | { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })

async function closeAll(server: Server, sessions: Map<Http2Session, Connection>): Promise<void> {
  server.close()
  const open = [...sessions.keys()]
  await Promise.all(open.map(async (session) => endConnection(sessions, session)))
  for (const session of open) session.destroy()
}
