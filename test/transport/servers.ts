/** Real servers for tests. Each counts what reached it. */
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import * as tls from 'node:tls'
import type { Identity } from './pki.ts'

export interface TestServer {
  origin: string
  /** Decrypted bytes that clients sent. */
  received(): number
  connections(): number
  setIdentity(identity: Identity): void
  close(): Promise<void>
}

/** TLS with a listener of raw bytes. */
export async function listenTls(
  identity: Identity,
  onData: (socket: tls.TLSSocket, text: string) => void,
  { host = '127.20.140.1', chain = '' }: { host?: string; chain?: string } = {},
): Promise<TestServer> {
  let received = 0
  const server = tls.createServer({ cert: identity.cert + chain, key: identity.key }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      received += data.length
      onData(socket, data.toString())
    })
  })
  return serve(server, host, () => received)
}

/** HTTPS. */
export async function listenHttps(
  identity: Identity,
  listener: RequestListener,
  { host = '127.20.140.1', ...options }: ServerOptions & { host?: string } = {},
): Promise<TestServer> {
  let received = 0
  const server = createHttpsServer({ cert: identity.cert, key: identity.key, ...options }, (request, response) => {
    received += 1
    listener(request, response)
  })
  return serve(server, host, () => received)
}

async function serve(server: tls.Server, host: string, received: () => number): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('tlsClientError', () => undefined)
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return {
    origin: `https://${host}:${(server.address() as AddressInfo).port}`,
    received,
    connections: () => connections,
    setIdentity: ({ cert, key }) => server.setSecureContext({ cert, key }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A clock whose sleeps take no time and are written down. */
export function createTestClock(start = Date.now()): {
  now(): number
  monotonic(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  slept: number[]
} {
  const slept: number[] = []
  let offset = 0
  return {
    slept,
    now: () => start + offset,
    monotonic: () => offset,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      slept.push(ms)
      offset += ms
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
