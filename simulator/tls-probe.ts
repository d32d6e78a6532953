import { connect } from 'node:tls'

export type Probe = 'good' | 'unreachable' | 'certificate'

const timeoutMs = 3000

/**
 * A TLS handshake with another appliance. With authorities its certificate must come from one of them, or be one of
 * them, and be valid; the vendor's certificates carry a name and no address, so that no name is compared.
 */
export function probeTls(endpoint: string, authorities: string | null): Promise<Probe> {
  const { hostname: host, port } = new URL(endpoint)
  return new Promise((resolve) => {
    const trust = authorities === null ? { rejectUnauthorized: false } : { ca: authorities }
    const socket = connect({ host, port: Number(port), checkServerIdentity: () => undefined, ...trust })
    const end = (result: Probe) => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(timeoutMs, () => end('unreachable'))
    socket.once('secureConnect', () => end('good'))
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) =>
      end(/CERT|SIGNATURE|ISSUER|SELF_SIGNED/.test(code) ? 'certificate' : 'unreachable'),
    )
  })
}
