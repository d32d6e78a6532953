import { createServer } from 'node:net'

/** Says whether the system has more loopback addresses than one, so that a sensor can move. Linux has; macOS has not. */
export function canMoveOnLoopback(): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen({ host: '127.20.255.253', port: 0 }, () => server.close(() => resolve(true)))
  })
}

/** An address that only this machine reaches. */
export const isLoopback = (host: string): boolean => host === 'localhost' || /^127(\.[0-9]{1,3}){3}$/.test(host)
