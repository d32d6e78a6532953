/**
 * The floor of a run over a fleet: undici alone makes as many requests as the run makes of each sensor (sign in, so many
 * reads, sign out), at the same concurrency, and parses each answer. It trusts any certificate and keeps nothing.
 * `node bench/raw-requests.ts CONCURRENCY READS < endpoints.json`
 *
 * @module
 */
import { Pool } from 'undici'

const [concurrency = 10, reads = 1] = process.argv.slice(2).map(Number)
const password = process.env['SENSOR_PASSWORD'] ?? ''
const endpoints = JSON.parse(await text(process.stdin)) as string[]
const base = '/api/settings/v1'

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString()
}

async function readOne(endpoint: string): Promise<void> {
  const pool = new Pool(endpoint, { connections: 1, connect: { rejectUnauthorized: false } })
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const body = JSON.stringify({ username: 'admin', password })
  const signedIn = await pool.request({ method: 'POST', path: `${base}/session`, headers, body })
  const { token } = (await signedIn.body.json()) as { token: string }
  const authorization = `Bearer ${token}`
  for (let index = 0; index < reads; index += 1) {
    const read = await pool.request({
      method: 'GET',
      path: `${base}/appliance`,
      headers: { ...headers, authorization },
    })
    JSON.parse(await read.body.text())
    if (read.statusCode !== 200) throw new Error(`${endpoint} answered ${read.statusCode}`)
  }
  await (await pool.request({ method: 'DELETE', path: `${base}/session`, headers: { authorization } })).body.dump()
  await pool.close()
}

const waiting = endpoints.values()
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    for (const endpoint of waiting) await readOne(endpoint)
  }),
)
