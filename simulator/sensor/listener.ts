/** The listening side of an appliance: TLS at one address and port, both of which can be taken away. */
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { ServedKey } from '../keys.ts'

export interface Listener {
  /** Listens at an address, and nowhere else. Port 0 becomes any port, and stays that port from then on. */
  open(address: string): Promise<void>
  /** Stops listening and cuts every connection. */
  close(): Promise<void>
  /** Serves another certificate to new connections. */
  serveCertificate(served: ServedKey): void
  port(): number
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

const contextOf = ({ certificate, chain, privateKey }: ServedKey) => ({
  cert: chain === null ? certificate : `${certificate.trimEnd()}\n${chain}`,
  key: privateKey,
})

/** Makes a listener that is closed. */
export function createListener(port: number, served: ServedKey, handle: Handle): Listener {
  const sockets = new Set<Socket>()
  let current = served
  let wantedPort = port
  let server: Server | undefined
  const make = (): Server => {
    const made = createServer({ ...contextOf(current), keepAliveTimeout: 30_000 }, handle)
    made.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    made.on('tlsClientError', (_error, socket) => socket.destroy())
    return made
  }
  const close = async (): Promise<void> => {
    const closing = server
    server = undefined
    if (!closing) return
    await new Promise<void>((resolve) => {
      closing.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  }
  return {
    close,
    open: async (address) => {
      if (server && (server.address() as AddressInfo).address === address) return
      await close()
      const opening = make()
      await listenAt(opening, address, wantedPort)
      server = opening
      wantedPort = (opening.address() as AddressInfo).port
    },
    serveCertificate: (next) => {
      current = next
      server?.setSecureContext(contextOf(next))
      server?.closeIdleConnections()
    },
    port: () => wantedPort,
  }
}

function listenAt(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
