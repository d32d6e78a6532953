/** Sends one message over UDP, TCP or TLS. */
import { createSocket } from 'node:dgram'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface Destination {
  host: string
  port: number
  protocol: 'udp' | 'tcp' | 'tls'
  tls?: {
    /** Certificate validation is mandatory: a server that cannot be verified gets nothing. */
    validate: boolean
    /** Trusted authorities, PEM; those of the system without. */
    authorities?: string
    certificate?: string
    key?: string
    passphrase?: string
  }
}

const timeoutMs = 3000

/** Sends; gives a sentence when that failed, null when it was sent. */
export async function send(destination: Destination, message: string): Promise<string | null> {
  try {
    await (destination.protocol === 'udp' ? sendUdp(destination, message) : sendStream(destination, message))
    return null
  } catch (error) {
    return `${destination.host}:${destination.port} was not reached: ${reasonOf(error)}.`
  }
}

/** What a peer makes of a look at its certificate. */
export interface PeerLook {
  result: 'valid' | 'invalid' | 'unreachable'
  message: string
}

/** Shakes hands, sends nothing, and tells whether the certificate of the server is valid. */
export function lookAtServer({ host, port, authorities }: LookOptions): Promise<PeerLook> {
  return new Promise((resolve) => {
    const tell = (result: PeerLook['result'], message: string): void => {
      resolve({ result, message })
      socket.destroy()
    }
    const destination = {
      host,
      port,
      protocol: 'tls',
      tls: { validate: true, ...(authorities && { authorities }) },
    } as const
    const socket = openStream(destination, () => tell('valid', 'Its certificate is valid.'))
    socket.setTimeout(timeoutMs, () => tell('unreachable', 'It did not answer in time.'))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      isCertificateFault(error.code ?? '')
        ? tell('invalid', `Its certificate could not be validated (${error.code}).`)
        : tell('unreachable', `It was not reached: ${reasonOf(error)}.`),
    )
  })
}

interface LookOptions extends Pick<Destination, 'host' | 'port'> {
  /** Trusted authorities, PEM; those of the system without. */
  authorities: string | null
}

const isCertificateFault = (code: string): boolean => /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ECONNREFUSED') return 'the connection was refused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known'
  return isCertificateFault(code ?? '')
    ? `its certificate could not be validated (${code}), so that forwarding to it stopped`
    : message
}

function sendUdp({ host, port }: Destination, message: string): Promise<void> {
  const socket = createSocket('udp4')
  return new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.send(message, port, host, (error) => (error ? reject(error) : resolve()))
  }).finally(() => socket.close())
}

function sendStream(destination: Destination, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = openStream(destination, () => socket.end(`${message}\n`, () => resolve()))
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('it did not answer in time')))
    socket.once('error', reject)
  })
}

function openStream({ host, port, tls }: Destination, connected: () => void): Socket {
  if (!tls) return connectTcp({ host, port }, connected)
  const { validate, authorities, certificate, key, passphrase } = tls
  const client = { ...(certificate && { cert: certificate }), ...(key && { key }), ...(passphrase && { passphrase }) }
  const trust = { rejectUnauthorized: validate, ...(authorities && { ca: authorities }) }
  return connectTls({ host, port, ...trust, ...client }, connected)
}
