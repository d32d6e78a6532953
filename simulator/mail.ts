/** Sends one email over SMTP, as the mail server of an appliance is set. */
import { isIP } from 'node:net'
import { createTransport } from 'nodemailer'
import type { PeerLook } from './sensor/send.ts'

export interface MailServer {
  host: string
  port: number
  tls: 'none' | 'starttls' | 'implicit'
  sender: string
  username?: string
  password?: string
  /** Certificate validation is mandatory: a server that cannot be verified gets nothing. */
  validate: boolean
  /** Trusted authorities, PEM; those of the system without. */
  authorities?: string
}

export interface Mail {
  to: string
  subject: string
  text: string
  sentMs: number
}

const timeoutMs = 3000

/** Sends; gives a sentence when that failed, null when the server took it. */
export async function sendMail(server: MailServer, { to, subject, text, sentMs }: Mail): Promise<string | null> {
  const transport = openTransport(server)
  try {
    await transport.sendMail({ from: server.sender, to, subject, text, date: new Date(sentMs) })
    return null
  } catch (error) {
    return `The mail server ${server.host}:${server.port} ${reasonOf(error)}.`
  } finally {
    transport.close()
  }
}

/** Greets the mail server and begins encryption, signs in to nothing, and tells whether its certificate is valid. */
export async function lookAtMailServer(server: MailServer): Promise<PeerLook> {
  const { username: _, password: __, ...anonymous } = server
  const transport = openTransport({ ...anonymous, validate: true })
  try {
    await transport.verify()
    return { result: 'valid', message: 'Its certificate is valid.' }
  } catch (error) {
    if (isCertificateFault(error)) return { result: 'invalid', message: 'Its certificate could not be validated.' }
    return { result: 'unreachable', message: `It ${reasonOf(error)}.` }
  } finally {
    transport.close()
  }
}

const isCertificateFault = (error: unknown): boolean =>
  /self.signed|certificate|altnames/i.test((error as MailError).message ?? '')

function openTransport({ host, port, tls, username, password, validate, authorities }: MailServer) {
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(username !== undefined && { auth: { user: username, pass: password ?? '' } }),
    tls: {
      rejectUnauthorized: validate,
      ...(authorities !== undefined && { ca: authorities }),
      ...(isIP(host) === 0 && { servername: host }),
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  })
}

interface MailError {
  code?: string
  message?: string
  response?: string
  cause?: MailError
}

/** Nothing of what was sent comes back: a server may repeat a password in its answer. */
function reasonOf(error: unknown): string {
  const { code = '', message = '', response } = error as MailError
  if (isCertificateFault(error)) {
    return 'serves a certificate that could not be validated, so that forwarding to it stopped'
  }
  if (code === 'EAUTH') return 'refused user name or password'
  if (/ECONNREFUSED/.test(message)) return 'was not reached: the connection was refused'
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) return 'was not reached: its name is not known'
  if (code === 'ETIMEDOUT') return 'did not answer in time'
  if (code === 'ETLS') return 'offers no encryption'
  const status = /^[45][0-9]{2}/.exec(response ?? '')?.[0]
  return status === undefined
    ? `did not take the email (${code || 'no reason given'})`
    : `refused the email (${status})`
}
