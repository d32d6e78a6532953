/**
 * What a run over a fleet costs: `drift` of simulated sensors, which are a process of their own, against undici alone
 * making the same requests at the same concurrency. Wall time, CPU time and peak memory of the client, and requests for
 * each sensor. `node bench/fleet.ts [COUNT]...` prints a table; not given: 100 and 1,000.
 *
 * @module
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from './median.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const password = 'bench-Sensor-1!'
const concurrency = 20

interface Usage {
  ms: number
  cpuMs: number
  peakMb: number
}

interface Fleet {
  folder: string
  simulator: ChildProcess
  endpoints: readonly string[]
}

export interface FleetFigures {
  count: number
  raw: Usage
  /** Nothing is remembered: everything is read. */
  cold: Usage
  /** The revision is remembered and still that of the sensor. */
  warm: Usage
  requestsPerSensor: number
  signInsPerSensor: number
}

async function startFleet(count: number): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'sensorform-bench-fleet-'))
  const simulator = fork(join(root, 'bench/simulated-fleet.ts'), [String(count), password], { stdio: 'inherit' })
  const [listed] = (await once(simulator, 'message')) as [{ endpoint: string; pin: string }[]]
  const head = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: bench }
spec: { credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } } }
`
  const sensors = listed.map(
    ({ endpoint, pin }, index) => `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-${index} }
spec:
  access: { endpoint: "${endpoint}", credentials: default, trust: [{ pin: "${pin}" }] }
  time: { ntp: { enabled: false } }
`,
  )
  await writeFile(join(folder, 'fleet.yaml'), head)
  for (let part = 0; part * 500 < count; part += 1) {
    await writeFile(join(folder, `part-${part}.yaml`), sensors.slice(part * 500, (part + 1) * 500).join('---\n'))
  }
  return { folder, simulator, endpoints: listed.map(({ endpoint }) => endpoint) }
}

async function run({ folder }: Fleet, args: readonly string[], input = ''): Promise<Usage> {
  const usageFile = join(folder, 'usage.json')
  const env: NodeJS.ProcessEnv = { ...process.env, SENSOR_PASSWORD: password, BENCH_USAGE: usageFile }
  delete env['NODE_EXTRA_CA_CERTS']
  const started = performance.now()
  const child = spawn(process.execPath, ['--import', join(root, 'bench/usage.ts'), ...args], {
    env,
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number]
  const ms = performance.now() - started
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${errors.slice(0, 2000)}`)
  return { ms, ...(JSON.parse(await readFile(usageFile, 'utf8')) as Omit<Usage, 'ms'>) }
}

async function counted({ simulator }: Fleet): Promise<{ requests: number; signIns: number }> {
  simulator.send('counts')
  const [counts] = (await once(simulator, 'message')) as [{ requests: number; signIns: number }]
  return counts
}

const middle = (usages: readonly Usage[]): Usage => ({
  ms: median(usages.map(({ ms }) => ms)),
  cpuMs: median(usages.map(({ cpuMs }) => cpuMs)),
  peakMb: median(usages.map(({ peakMb }) => peakMb)),
})

/** Runs in turn, so that whatever slows the machine slows all alike. */
export async function measureFleet(count: number, runs = 3): Promise<FleetFigures> {
  const fleet = await startFleet(count)
  const drift = [join(root, 'dist/cli/main.js'), 'drift', '.', '--quiet', '--concurrency', String(concurrency)]
  const raw = [join(root, 'bench/raw-requests.ts'), String(concurrency)]
  const endpoints = JSON.stringify(fleet.endpoints)
  const [raws, colds, warms]: [Usage[], Usage[], Usage[]] = [[], [], []]
  try {
    await run(fleet, [...drift, '--state', 'state'])
    await counted(fleet)
    let warmCounts = { requests: 0, signIns: 0 }
    for (let index = 0; index < runs; index += 1) {
      raws.push(await run(fleet, raw, endpoints))
      colds.push(await run(fleet, [...drift, '--no-state']))
      await counted(fleet)
      warms.push(await run(fleet, [...drift, '--state', 'state']))
      warmCounts = await counted(fleet)
    }
    return {
      count,
      raw: middle(raws),
      cold: middle(colds),
      warm: middle(warms),
      requestsPerSensor: warmCounts.requests / count,
      signInsPerSensor: warmCounts.signIns / count,
    }
  } finally {
    const ended = once(fleet.simulator, 'exit')
    fleet.simulator.disconnect()
    await ended
    await rm(fleet.folder, { recursive: true, force: true })
  }
}

const row = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(28) : cell.padStart(10))).join('')

function tell({ count, raw, cold, warm, requestsPerSensor, signInsPerSensor }: FleetFigures): void {
  const line = (what: string, { ms, cpuMs, peakMb }: Usage): string =>
    row([
      what,
      ms.toFixed(0),
      (ms / raw.ms).toFixed(2),
      String(cpuMs),
      (cpuMs / raw.cpuMs).toFixed(2),
      String(peakMb),
      (ms / count).toFixed(2),
    ])
  console.log(`\n${count.toLocaleString('en')} sensors, ${concurrency} at once`)
  console.log(row(['', 'ms', 'to raw', 'CPU ms', 'to raw', 'peak MB', 'ms/sensor']))
  console.log(line('undici alone', raw))
  console.log(line('drift, nothing remembered', cold))
  console.log(line('drift, revision remembered', warm))
  console.log(
    `for each sensor: ${requestsPerSensor.toFixed(2)} requests, ${signInsPerSensor.toFixed(2)} of them sign-ins`,
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const counts = process.argv.slice(2).map(Number)
  for (const count of counts.length > 0 ? counts : [100, 1000]) tell(await measureFleet(count))
}
