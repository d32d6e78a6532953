/** How much memory a thousand simulated sensors take, idle and after one sign-in and bulk read each. */
import { request } from 'node:https'
import { startSimulator } from '../simulator/simulate.ts'

const count = Number(process.argv[2] ?? 1000)
const residentMb = (): number => Math.round(process.memoryUsage.rss() / 1e6)
const credentials = { username: 'admin', password: 'password' }

const post = (endpoint: string, method: string, path: string, body?: unknown, token = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const options = { method, headers, rejectUnauthorized: false, agent: false } as const
    const outgoing = request(new URL(`/api/settings/v1${path}`, endpoint), options, (incoming) => {
      let text = ''
      incoming.on('data', (part: Buffer) => (text += part.toString()))
      incoming.once('end', () => resolve(text))
    })
    outgoing.once('error', reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })

const before = residentMb()
const startedMs = performance.now()
const simulator = await startSimulator({
  appliances: Array.from({ length: count }, (_, index) => ({
    key: `sensor-${index}`,
    address: `127.21.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    port: 0,
    ...credentials,
  })),
})
const startMs = performance.now() - startedMs
const idle = residentMb()
for (const { endpoint } of simulator.appliances) {
  const { token } = JSON.parse(await post(endpoint, 'POST', '/session', credentials)) as { token: string }
  await post(endpoint, 'GET', '/appliance', undefined, token)
}
console.log(
  JSON.stringify({ count, startSeconds: Math.round(startMs / 100) / 10, before, idle, afterReads: residentMb() }),
)
await simulator.stop()
