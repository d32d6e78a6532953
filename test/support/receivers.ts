/** What forwarding rules send to: real listeners on loopback, each for the length of a test. */
import { createSocket } from 'node:dgram'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface Receiver {
  port: number
  received: Promise<string>
}

/** Takes one datagram. */
export async function listenUdp(): Promise<Receiver> {
  const socket = createSocket('udp4')
  const received = new Promise<string>((resolve) => socket.once('message', (message) => resolve(message.toString())))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  onTestFinished(() => void socket.close())
  return { port: socket.address().port, received }
}

export interface ServerKey {
  cert: string
  key: string
}

/** Takes what one connection sends, over TLS where a certificate is given. */
export async function listenStream(
  tls?: ServerKey & { requestCert?: boolean },
): Promise<Receiver & { clientSubject(): unknown }> {
  let subject: unknown
  const { promise: received, resolve: take } = Promise.withResolvers<string>()
  const read = (socket: Socket): void => {
    const parts: Buffer[] = []
    socket.on('data', (part) => parts.push(Buffer.from(part)))
    socket.on('error', () => undefined)
    socket.once('end', () => take(Buffer.concat(parts).toString()))
  }
  const server = tls
    ? createTlsServer({ ...tls, rejectUnauthorized: false }, (socket) => {
        subject = socket.getPeerCertificate().subject
        read(socket)
      })
    : createTcpServer(read)
  server.on('tlsClientError', () => undefined)
  const port = await listen(server)
  return { port, received, clientSubject: () => subject }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** An email as the server took it. */
export interface ReceivedMail {
  from: string
  to: string[]
  /** Headers and body. */
  source: string
  user: string | null
  secure: boolean
}

export interface MailListener {
  port: number
  mails: ReceivedMail[]
}

/** A mail server. Offers no encryption without a certificate; with a user, takes no email from anybody else. */
export async function listenMail({
  tls,
  user,
  refuseRecipients = false,
}: {
  tls?: ServerKey & { implicit?: boolean }
  user?: { name: string; password: string }
  refuseRecipients?: boolean
} = {}): Promise<MailListener> {
  const mails: ReceivedMail[] = []
  const server = new SMTPServer({
    ...tls,
    secure: tls?.implicit ?? false,
    disabledCommands: !tls || tls.implicit ? ['STARTTLS'] : [],
    authOptional: !user,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === user?.name && password === user?.password
        ? done(null, { user: username })
        : done(new Error(`Wrong: ${password ?? ''}`)),
    onRcptTo: (_address, _session, done) =>
      done(refuseRecipients ? Object.assign(new Error('No such user'), { responseCode: 550 }) : null),
    onData: (stream, session, done) => void take(stream, session, mails).then(() => done(null)),
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { port: (server.server.address() as AddressInfo).port, mails }
}

async function take(stream: SMTPServerDataStream, session: SMTPServerSession, mails: ReceivedMail[]): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part)
  const { mailFrom, rcptTo } = session.envelope
  mails.push({
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    source: Buffer.concat(parts).toString(),
    user: typeof session.user === 'string' ? session.user : null,
    secure: session.secure,
  })
}
