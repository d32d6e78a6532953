/**
 * Terraform's side of the plugin protocol, in TypeScript: starts a provider as Terraform does, reads its handshake,
 * shows a certificate, and calls. Also speaks to a provider that was attached to.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, type ClientHttp2Session } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { makeCertificate, type OwnCertificate } from '../../../provider/certificate.ts'
import type { Message } from '../../../provider/wire/protobuf.ts'

export const cookie = {
  TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
  PLUGIN_PROTOCOL_VERSIONS: '5,6',
  PLUGIN_MIN_PORT: '10000',
  PLUGIN_MAX_PORT: '25000',
}

export interface Answer {
  status: number
  messages: Buffer[]
}

export interface Connected extends AsyncDisposable {
  /** Calls by the path of the method. */
  raw(path: string, request: Uint8Array): Promise<Answer>
  /** Calls a method of the provider that answers once. */
  call<Request, Response>(
    method: string,
    messages: { request: Message<Request>; response: Message<Response> },
    request: Request,
  ): Promise<Response>
}

/** Every answer of a method that streams. */
export async function stream<Request, Response>(
  connected: Connected,
  method: string,
  messages: { request: Message<Request>; response: Message<Response> },
  request: Request,
): Promise<Response[]> {
  const answer = await connected.raw(`/tfplugin6.Provider/${method}`, messages.request.encode(request))
  if (answer.status !== 0) throw new Error(`${method} answered with status ${answer.status}`)
  return answer.messages.map((one) => messages.response.decode(one))
}

/** Speaks over an open session. */
function speakOver(session: ClientHttp2Session): Connected {
  const raw = async (path: string, request: Uint8Array): Promise<Answer> => callOver(session, path, request)
  return {
    raw,
    call: async (method, { request, response }, value) => {
      const { status, messages } = await raw(`/tfplugin6.Provider/${method}`, request.encode(value))
      if (status !== 0 || !messages[0]) throw new Error(`${method} answered with status ${status}`)
      return response.decode(messages[0])
    },
    [Symbol.asyncDispose]: async () => {
      if (session.destroyed) return
      const closed = once(session, 'close')
      session.destroy()
      await closed
    },
  }
}

async function callOver(session: ClientHttp2Session, path: string, request: Uint8Array): Promise<Answer> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  const head = Buffer.alloc(5)
  head.writeUInt32BE(request.length, 1)
  stream.end(Buffer.concat([head, request]))
  let status = -1
  const note = (headers: Record<string, unknown>) => {
    if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status'])
  }
  stream.on('response', note)
  stream.on('trailers', note)
  const parts: Buffer[] = []
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part)
  return { status, messages: messagesIn(Buffer.concat(parts)) }
}

function messagesIn(bytes: Buffer): Buffer[] {
  if (bytes.length === 0) return []
  const end = 5 + bytes.readUInt32BE(1)
  return [bytes.subarray(5, end), ...messagesIn(bytes.subarray(end))]
}

/** Attaches in plain text. */
export async function attach(path: string): Promise<Connected> {
  const session = connect('http://localhost', { createConnection: () => connectSocket(path) })
  await once(session, 'connect')
  return speakOver(session)
}

export interface Plugin extends Connected {
  child: ChildProcess
  /** Fields of the handshake line. */
  handshake: string[]
  /** What it wrote to stderr so far. */
  stderr(): string
  exited: Promise<number | null>
  /** Another connection, with a certificate of one's choice. */
  connect(own: OwnCertificate | undefined): Promise<Connected>
}

export interface StartOptions {
  /** Arguments of this Node. */
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Default: both sides show certificates. */
  plainText?: boolean
}

/** Starts a provider as Terraform does. */
export async function startPlugin({ args, env = {}, plainText = false }: StartOptions): Promise<Plugin> {
  const own = makeCertificate()
  const started = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...cookie, ...(!plainText && { PLUGIN_CLIENT_CERT: own.certificate }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(started, 'exit').then(([code]) => code as number | null)
  let stderr = ''
  started.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const handshake = (await firstLine(started, exited, () => stderr)).split('|')
  const open = async (certificate: OwnCertificate | undefined) => speakOver(await openSession(handshake, certificate))
  const connected = await open(plainText ? undefined : own)
  return {
    ...connected,
    child: started,
    handshake,
    stderr: () => stderr,
    exited,
    connect: open,
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      started.kill()
      await exited
    },
  }
}

async function firstLine(child: ChildProcess, exited: Promise<unknown>, stderr: () => string): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    void exited.then(() => reject(new Error(`the provider ended before its handshake: ${stderr()}`)))
  })
}

/** Trusts exactly the certificate of the handshake, as Terraform does. */
async function openSession(handshake: readonly string[], own: OwnCertificate | undefined): Promise<ClientHttp2Session> {
  const [, , network, address = '', , certificate = ''] = handshake
  const [host = '', port] = address.split(':')
  const where = network === 'unix' ? { path: address } : { host, port: Number(port) }
  if (certificate === '') {
    const session = connect('http://localhost', { createConnection: () => connectSocket(where) })
    await once(session, 'connect')
    return session
  }
  const ca = new X509Certificate(Buffer.from(certificate, 'base64')).toString()
  const socket = connectTls({
    ...where,
    ca,
    servername: 'localhost',
    ALPNProtocols: ['h2'],
    ...(own && { cert: own.certificate, key: own.privateKey }),
  })
  await once(socket, 'secureConnect')
  const session = connect('https://localhost', { createConnection: () => socket })
  session.on('error', () => {})
  await Promise.race([
    once(session, 'remoteSettings'),
    once(socket, 'close').then(() => Promise.reject(new Error('the provider closed the connection'))),
  ])
  return session
}
