/**
 * What a run over a fleet costs: `drift`, and `apply` of one field, of simulated sensors, which are a process of their own,
 * against undici alone making as many requests at the same concurrency. Wall time, CPU time and peak memory of the client,
 * and requests for each sensor. `node bench/fleet.ts [--runs N] [COUNT]...` prints a table; not given: 3 runs, 100 and 1,000.
 *
 * @module
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './median.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const main = join(root, 'dist/cli/main.js')
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
  sensors: readonly { endpoint: string; pin: string }[]
}

export interface FleetFigures {
  count: number
  raw: Usage
  /** Nothing is remembered: everything is read. */
  cold: Usage
  /** The revision is remembered and still that of the sensor. */
  warm: Usage
  /** One field of every sensor is changed. */
  apply: Usage
  /** As many requests as `apply` makes. */
  rawApply: Usage
  /** Of one sensor, with a remembered revision. */
  requests: { drift: number; driftSignIns: number; apply: number }
}

async function startFleet(count: number): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'sensorform-bench-fleet-'))
  const simulator = fork(join(root, 'bench/simulated-fleet.ts'), [String(count), password], { stdio: 'inherit' })
  const [listed] = (await once(simulator, 'message')) as [{ endpoint: string; pin: string }[]]
  await writeFile(join(folder, 'fleet.yaml'), fleetDocument)
  const fleet = { folder, simulator, sensors: listed }
  await declare(fleet, '')
  return fleet
}

const fleetDocument = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: bench }
spec: { credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } } }
`

/** Writes the documents of all sensors, with more of `time`. */
async function declare({ folder, sensors }: Fleet, time: string): Promise<void> {
  const documents = sensors.map(
    ({ endpoint, pin }, index) => `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-${index} }
spec:
  access: { endpoint: "${endpoint}", credentials: default, trust: [{ pin: "${pin}" }] }
  time: { ntp: { enabled: false }${time} }
`,
  )
  for (let part = 0; part * 500 < sensors.length; part += 1) {
    await writeFile(join(folder, `part-${part}.yaml`), documents.slice(part * 500, (part + 1) * 500).join('---\n'))
  }
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

/** Requests of an `apply` of one field: a test of the CLI counts them. */
const applyRequests = 7
const zones = ['Europe/Berlin', 'Asia/Tokyo']

/** Runs in turn, so that whatever slows the machine slows all alike. */
export async function measureFleet(count: number, runs = 3): Promise<FleetFigures> {
  const fleet = await startFleet(count)
  const verb = (name: string, ...flags: readonly string[]) =>
    run(fleet, [main, name, '.', '--quiet', '--concurrency', String(concurrency), ...flags])
  const endpoints = JSON.stringify(fleet.sensors.map(({ endpoint }) => endpoint))
  const raw = (reads: number) =>
    run(fleet, [join(root, 'bench/raw-requests.ts'), String(concurrency), String(reads)], endpoints)
  const usages: Record<'raw' | 'cold' | 'warm' | 'apply' | 'rawApply', Usage[]> = {
    raw: [],
    cold: [],
    warm: [],
    apply: [],
    rawApply: [],
  }
  const requests = { drift: 0, driftSignIns: 0, apply: 0 }
  try {
    await verb('drift', '--state', 'state')
    for (let index = 0; index < runs; index += 1) {
      await declare(fleet, '')
      usages.raw.push(await raw(1))
      usages.cold.push(await verb('drift', '--no-state'))
      await counted(fleet)
      usages.warm.push(await verb('drift', '--state', 'state'))
      const ofDrift = await counted(fleet)
      await declare(fleet, `, timezone: ${zones[index % zones.length]}`)
      usages.rawApply.push(await raw(applyRequests - 2))
      await counted(fleet)
      usages.apply.push(await verb('apply', '--auto-approve', '--allow-changed', String(count), '--state', 'state'))
      const ofApply = await counted(fleet)
      requests.drift = ofDrift.requests / count
      requests.driftSignIns = ofDrift.signIns / count
      requests.apply = ofApply.requests / count
    }
    const { raw: raws, cold, warm, apply, rawApply } = usages
    return {
      count,
      raw: middle(raws),
      cold: middle(cold),
      warm: middle(warm),
      apply: middle(apply),
      rawApply: middle(rawApply),
      requests,
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

function tell({ count, raw, cold, warm, apply, rawApply, requests }: FleetFigures): void {
  const line = (what: string, { ms, cpuMs, peakMb }: Usage, floor: Usage): string =>
    row([
      what,
      ms.toFixed(0),
      (ms / floor.ms).toFixed(2),
      String(cpuMs),
      (cpuMs / floor.cpuMs).toFixed(2),
      String(peakMb),
      (cpuMs / count).toFixed(2),
    ])
  console.log(`\n${count.toLocaleString('en')} sensors, ${concurrency} at once`)
  console.log(row(['', 'ms', 'to raw', 'CPU ms', 'to raw', 'peak MB', 'CPU/sensor']))
  console.log(line('undici alone, 3 requests', raw, raw))
  console.log(line('drift, nothing remembered', cold, raw))
  console.log(line('drift, revision remembered', warm, raw))
  console.log(line(`undici alone, ${applyRequests} requests`, rawApply, rawApply))
  console.log(line('apply of one field', apply, rawApply))
  const { drift, driftSignIns, apply: applied } = requests
  console.log(
    `requests of one sensor: drift ${drift.toFixed(2)}, ${driftSignIns.toFixed(2)} of them sign-ins; apply ${applied.toFixed(2)}`,
  )
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { runs: { type: 'string' } } })
  const counts = positionals.length > 0 ? positionals.map(Number) : [100, 1000]
  for (const count of counts) tell(await measureFleet(count, Number(values.runs ?? 3)))
}
