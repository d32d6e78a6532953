/**
 * Simulated sensors in a process of their own, so that a benchmark measures the client alone. Started with `fork`: sends
 * where the sensors are, and answers each `counts` with the requests since the last.
 *
 * @module
 */
import { startSimulator } from '../simulator/simulate.ts'

const [count = '1', password = ''] = process.argv.slice(2)

const simulator = await startSimulator({
  appliances: Array.from({ length: Number(count) }, (_, index) => ({
    key: `line-${index}`,
    address: `127.22.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    port: 0,
    username: 'admin',
    password,
  })),
})

let since = 0
process.on('message', (message) => {
  if (message !== 'counts') return
  const requests = simulator.requests(since)
  since = requests.at(-1)?.sequence ?? since
  process.send?.({
    requests: requests.length,
    signIns: requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/session')).length,
  })
})
process.on('disconnect', () => void simulator.stop().then(() => process.exit(0)))
process.send?.(simulator.appliances.map(({ endpoint, pin }) => ({ endpoint, pin })))
