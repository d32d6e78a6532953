/** gRPC as far as a plugin needs it: one message in, one or many out, over a stream of HTTP/2. */
import type { ServerHttp2Stream } from 'node:http2'

/** Statuses that are answered. */
export const grpcStatus = { ok: 0, unimplemented: 12, internal: 13 } as const

const headers = { ':status': 200, 'content-type': 'application/grpc' } as const

/** As large as the schema of any provider, and larger than any state. */
const maxMessageBytes = 256 * 1024 * 1024

/** Reads the one message of a request. */
export async function readMessage(stream: ServerHttp2Stream): Promise<Buffer> {
  const all = await readAll(stream)
  if (all.length < 5 || all[0] !== 0 || all.readUInt32BE(1) !== all.length - 5) {
    throw new RangeError('request is not one plain message')
  }
  return all.subarray(5)
}

const readAll = async (stream: ServerHttp2Stream): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    stream.on('data', (part: Buffer) => {
      size += part.length
      if (size > maxMessageBytes) reject(new RangeError('message is too large'))
      else parts.push(part)
    })
    stream.once('end', () => resolve(Buffer.concat(parts)))
    stream.once('close', () => reject(new Error('the stream ended early')))
    stream.once('error', reject)
  })

/** Sends the one message and its status together. */
export function sendMessage(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed) return
  begin(stream)
  stream.end(framed(message))
}

/** Sends messages as they come, and the status after them. */
export async function sendMessages(stream: ServerHttp2Stream, messages: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const message of messages) {
    if (stream.destroyed) return
    if (!stream.headersSent) begin(stream)
    if (!stream.write(framed(message))) await drained(stream)
  }
  if (stream.destroyed) return
  if (!stream.headersSent) begin(stream)
  stream.end()
}

/** Refuses without a message. Text is for a log, and never quotes a value. */
export function refuse(stream: ServerHttp2Stream, status: number, text: string): void {
  if (stream.destroyed) return
  if (stream.headersSent) stream.close(2)
  else
    stream.respond(
      { ...headers, 'grpc-status': String(status), 'grpc-message': encodeURIComponent(text) },
      { endStream: true },
    )
}

/** Keeps a stream open on which nothing is ever said. */
export function hold(stream: ServerHttp2Stream): void {
  stream.respond(headers)
  stream.resume()
}

function begin(stream: ServerHttp2Stream): void {
  stream.respond(headers, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(grpcStatus.ok) }))
}

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length)
  frame[0] = 0
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  return frame
}

const drained = async (stream: ServerHttp2Stream): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.once('drain', done)
    stream.once('close', done)
  })
