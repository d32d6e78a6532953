/**
 * Opens TLS connections. The handshake itself accepts any certificate, because OpenSSL knows neither pins nor exactly
 * trusted certificates; the certificate is judged before the connection is handed out, so nothing is ever sent to a
 * peer that is not trusted.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import * as tls from 'node:tls'
import { sanitise } from './sanitise.ts'
import { TransportError } from './transport-error.ts'
import {
  authoritiesOf,
  describeCertificate,
  expectedName,
  judgeCertificate,
  type Handshake,
  type ServedCertificate,
  type TrustPolicy,
} from './trust.ts'

export interface ConnectOptions {
  /** As in `https://10.20.0.5:8443`. */
  origin: string
  trust: TrustPolicy
  timeoutMs: number
  /** Wall clock, ms. */
  now: () => number
  signal?: AbortSignal
}

export interface Connection {
  socket: tls.TLSSocket
  served: ServedCertificate
}

/** Opens a connection to a trusted peer. Throws `UNREACHABLE`, `TLS_UNTRUSTED` or `ABORTED`; nothing was sent then. */
export async function connectTrusted(options: ConnectOptions): Promise<Connection> {
  const { origin, trust, timeoutMs, now, signal } = options
  const host = hostOf(origin)
  const servername = expectedName(trust, host)
  const socket = await shakeHands(origin, {
    timeoutMs,
    ca: authoritiesOf(trust),
    ...(servername && { servername }),
    ...(signal && { signal }),
  })
  const handshake = handshakeOf(socket)
  const verdict = handshake && judgeCertificate(handshake, trust, host, now())
  if (verdict?.trusted) return { socket, served: describeCertificate(handshake!.leaf, verdict.expired) }
  socket.destroy()
  throw untrusted(origin, handshake, verdict?.reasons ?? ['it showed none'])
}

/** Which certificate an endpoint serves. Only shakes hands: nothing is sent, nothing is trusted. */
export async function fetchFingerprint(
  endpoint: string,
  options: { timeoutMs?: number; now?: () => number; serverName?: string } = {},
): Promise<ServedCertificate> {
  const { timeoutMs = 5000, now = Date.now, serverName } = options
  const name = expectedName({ anchors: [], ...(serverName && { serverName }) }, hostOf(endpoint))
  const socket = await shakeHands(endpoint, { timeoutMs, ca: [], ...(name && { servername: name }) })
  const leaf = socket.getPeerX509Certificate()
  socket.destroy()
  if (!leaf) throw untrusted(endpoint, undefined, ['it showed none'])
  return describeCertificate(leaf, leaf.validToDate.getTime() < now())
}

const hostOf = (origin: string): string => new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1')

function shakeHands(
  origin: string,
  options: { timeoutMs: number; ca: string[]; servername?: string; signal?: AbortSignal },
): Promise<tls.TLSSocket> {
  const { timeoutMs, ca, servername, signal } = options
  const { port } = new URL(origin)
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(origin, signal.reason))
    const socket = tls.connect({
      host: hostOf(origin),
      port: Number(port || 443),
      secureContext: contextFor(ca),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: false,
      // The name is judged with the rest; here it would hide what OpenSSL found about the chain.
      checkServerIdentity: () => undefined,
      ...(servername && isIP(servername) === 0 && { servername }),
    })
    const end = (error: TransportError) => {
      settle()
      socket.destroy()
      reject(error)
    }
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const fail = (why: string, cause?: unknown) => end(unreachable(origin, why, cause))
    const onAbort = () => end(aborted(origin, signal?.reason))
    signal?.addEventListener('abort', onAbort, { once: true })
    const timer = setTimeout(() => fail(`no connection within ${timeoutMs / 1000} s`), timeoutMs)
    socket.on('error', (error) => fail(reasonOf(error), error))
    socket.once('close', () => fail('it closed the connection before the TLS handshake was done'))
    socket.once('secureConnect', () => {
      settle()
      socket.removeAllListeners('error').removeAllListeners('close')
      socket.on('error', () => socket.destroy())
      socket.disableRenegotiation()
      socket.setNoDelay(true).setKeepAlive(true, 60_000)
      resolve(socket)
    })
  })
}

/** Reading a hundred authorities takes longer than a handshake, and the connections of a fleet mostly trust the same ones. */
let lastContext: { authorities: string; context: tls.SecureContext } | undefined

function contextFor(ca: readonly string[]): tls.SecureContext {
  const authorities = ca.join('\n')
  if (lastContext?.authorities !== authorities) {
    const context = tls.createSecureContext({ ca: [...ca], allowPartialTrustChain: true, minVersion: 'TLSv1.2' })
    lastContext = { authorities, context }
  }
  return lastContext.context
}

function handshakeOf(socket: tls.TLSSocket): Handshake | undefined {
  const leaf = socket.getPeerX509Certificate()
  if (!leaf) return undefined
  const error = socket.authorizationError as Error | string | null | undefined
  const authorizationError = typeof error === 'string' ? error : error?.message
  return {
    leaf,
    get presented() {
      return issuersOf(socket)
    },
    authorized: socket.authorized,
    ...(authorizationError !== undefined && { authorizationError }),
  }
}

function issuersOf(socket: tls.TLSSocket): X509Certificate[] {
  const seen = new Map<string, X509Certificate>()
  let current: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (current?.raw && !seen.has(current.fingerprint256) && seen.size < 16) {
    seen.set(current.fingerprint256, new X509Certificate(current.raw))
    current = current.issuerCertificate
  }
  return [...seen.values()]
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to its network',
  ENOTFOUND: 'its name is not known to DNS',
  EAI_AGAIN: 'DNS did not answer',
  ETIMEDOUT: 'it did not answer',
  ECONNRESET: 'it cut the connection during the TLS handshake',
  EPROTO: 'what listens there does not speak TLS as expected',
}

const reasonOf = (error: NodeJS.ErrnoException & { errors?: readonly NodeJS.ErrnoException[] }): string => {
  const code = error.code ?? error.errors?.[0]?.code ?? ''
  if (code.startsWith('ERR_SSL')) return words['EPROTO'] ?? ''
  return words[code] ?? sanitise(error.message || code)
}

/** Called off by the caller. */
export const aborted = (origin: string, cause: unknown): TransportError =>
  new TransportError('ABORTED', `the request to ${sanitise(origin)} was called off`, { cause })

const unreachable = (origin: string, why: string, cause?: unknown): TransportError =>
  new TransportError('UNREACHABLE', `${sanitise(origin)} cannot be reached: ${why}`, {
    cause,
    advice: 'Check the address, the port, and that the network between here and there lets the connection through.',
  })

function untrusted(origin: string, handshake: Handshake | undefined, reasons: readonly string[]): TransportError {
  const served = handshake && describeCertificate(handshake.leaf, false)
  const shown = served ? ` (${served.subject}; public key ${served.pin}; SHA-256 ${served.sha256})` : ''
  const why = reasons.length > 0 ? reasons.join('; ') : 'nothing that is trusted matches it'
  return new TransportError(
    'TLS_UNTRUSTED',
    `the certificate that ${sanitise(origin)} shows${shown} is not trusted: ${why}`,
    {
      advice: `Nothing was sent. If this is the right appliance, compare the public key with what its console shows and run \`sensorform trust ${sanitise(origin)} --key KEY\`.`,
      facts: served ? { served } : {},
    },
  )
}
