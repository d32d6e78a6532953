/**
 * What a run over a fleet costs: `drift`, and `apply` of one field, of simulated sensors, which are a process of their own,
 * against undici alone making as many requests at the same concurrency. Wall time, CPU time and peak memory of the client,
 * and requests for each sensor. `node bench/fleet.ts [--runs N] [--drift] [COUNT]...` prints a table; not given: 3 runs, 100
 * and 1,000. `--drift` leaves `apply` out. 10,000 simulated sensors take 1 GB and as many open files.
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

export interface DriftFigures {
  count: number
  raw: Usage
  /** Nothing is remembered: everything is read. */
  cold: Usage
  /** The revision is remembered and still that of the sensor. */
  warm: Usage
  /** Of one sensor, with a remembered revision. */
  requests: Counts
}

export interface FleetFigures extends DriftFigures {
  /** One field of every sensor is changed. */
  apply: Usage
  /** As many requests as `apply` makes. */
  rawApply: Usage
  /** Of one sensor. */
  appliedWith: Counts
}

interface Counts {
  requests: number
  signIns: number
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

/** Requests of one sensor since it was asked last. */
async function counted({ simulator, sensors }: Fleet): Promise<Counts> {
  simulator.send('counts')
  const [{ requests, signIns }] = (await once(simulator, 'message')) as [Counts]
  return { requests: requests / sensors.length, signIns: signIns / sensors.length }
}

const middle = (usages: readonly Usage[]): Usage => ({
  ms: median(usages.map(({ ms }) => ms)),
  cpuMs: median(usages.map(({ cpuMs }) => cpuMs)),
  peakMb: median(usages.map(({ peakMb }) => peakMb)),
})

/** Requests of an `apply` of one field: a test of the CLI counts them. */
const applyRequests = 6
const zones = ['Europe/Berlin', 'Asia/Tokyo']

interface Bench {
  fleet: Fleet
  verb: (name: string, ...flags: readonly string[]) => Promise<Usage>
  raw: (reads: number) => Promise<Usage>
}

async function withBench<T>(count: number, use: (bench: Bench) => Promise<T>): Promise<T> {
  const fleet = await startFleet(count)
  const endpoints = JSON.stringify(fleet.sensors.map(({ endpoint }) => endpoint))
  try {
    return await use({
      fleet,
      verb: (name, ...flags) =>
        run(fleet, [main, name, '.', '--quiet', '--concurrency', String(concurrency), ...flags]),
      raw: (reads) => run(fleet, [join(root, 'bench/raw-requests.ts'), String(concurrency), String(reads)], endpoints),
    })
  } finally {
    const ended = once(fleet.simulator, 'exit')
    fleet.simulator.disconnect()
    await ended
    await rm(fleet.folder, { recursive: true, force: true })
  }
}

/** Runs in turn, so that whatever slows the machine slows all alike. */
async function driftRound({ fleet, verb, raw }: Bench) {
  await declare(fleet, '')
  const usages = { raw: await raw(1), cold: await verb('drift', '--no-state') }
  await counted(fleet)
  const warm = await verb('drift', '--state', 'state')
  return { ...usages, warm, requests: await counted(fleet) }
}

async function applyRound({ fleet, verb, raw }: Bench, index: number) {
  await declare(fleet, `, timezone: ${zones[index % zones.length]}`)
  const rawApply = await raw(applyRequests - 2)
  await counted(fleet)
  const all = String(fleet.sensors.length)
  const apply = await verb('apply', '--auto-approve', '--allow-changed', all, '--state', 'state')
  return { rawApply, apply, appliedWith: await counted(fleet) }
}

/** `drift` alone. */
export const measureDrift = (count: number, runs = 3): Promise<DriftFigures> =>
  withBench(count, async (bench) => {
    await bench.verb('drift', '--state', 'state')
    const rounds: Awaited<ReturnType<typeof driftRound>>[] = []
    for (let index = 0; index < runs; index += 1) rounds.push(await driftRound(bench))
    return figuresOf(count, rounds)
  })

/** `drift` and `apply`. */
export const measureFleet = (count: number, runs = 3): Promise<FleetFigures> =>
  withBench(count, async (bench) => {
    await bench.verb('drift', '--state', 'state')
    const rounds: (Awaited<ReturnType<typeof driftRound>> & Awaited<ReturnType<typeof applyRound>>)[] = []
    for (let index = 0; index < runs; index += 1) {
      rounds.push({ ...(await driftRound(bench)), ...(await applyRound(bench, index)) })
    }
    return {
      ...figuresOf(count, rounds),
      apply: middle(rounds.map(({ apply }) => apply)),
      rawApply: middle(rounds.map(({ rawApply }) => rawApply)),
      appliedWith: rounds.at(-1)?.appliedWith ?? { requests: 0, signIns: 0 },
    }
  })

function figuresOf(count: number, rounds: readonly Awaited<ReturnType<typeof driftRound>>[]): DriftFigures {
  return {
    count,
    raw: middle(rounds.map(({ raw }) => raw)),
    cold: middle(rounds.map(({ cold }) => cold)),
    warm: middle(rounds.map(({ warm }) => warm)),
    requests: rounds.at(-1)?.requests ?? { requests: 0, signIns: 0 },
  }
}

const row = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(28) : cell.padStart(10))).join('')

function lineOf(count: number, what: string, { ms, cpuMs, peakMb }: Usage, floor: Usage): string {
  const [toMs, toCpu] = [ms / floor.ms, cpuMs / floor.cpuMs].map((ratio) => ratio.toFixed(2))
  return row([what, ms.toFixed(0), toMs ?? '', String(cpuMs), toCpu ?? '', String(peakMb), (cpuMs / count).toFixed(2)])
}

function tellDrift({ count, raw, cold, warm, requests }: DriftFigures): void {
  console.log(`\n${count.toLocaleString('en')} sensors, ${concurrency} at once`)
  console.log(row(['', 'ms', 'to raw', 'CPU ms', 'to raw', 'peak MB', 'CPU/sensor']))
  console.log(lineOf(count, 'undici alone, 3 requests', raw, raw))
  console.log(lineOf(count, 'drift, nothing remembered', cold, raw))
  console.log(lineOf(count, 'drift, revision remembered', warm, raw))
  tellCounts('drift', requests)
}

function tellApply({ count, rawApply, apply, appliedWith }: FleetFigures): void {
  console.log(lineOf(count, `undici alone, ${applyRequests} requests`, rawApply, rawApply))
  console.log(lineOf(count, 'apply of one field', apply, rawApply))
  tellCounts('apply', appliedWith)
}

const tellCounts = (verb: string, { requests, signIns }: Counts): void =>
  console.log(`requests of one sensor: ${verb} ${requests.toFixed(2)}, ${signIns.toFixed(2)} of them sign-ins`)

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string' }, drift: { type: 'boolean' } },
  })
  const runs = Number(values.runs ?? 3)
  for (const count of positionals.length > 0 ? positionals.map(Number) : [100, 1000]) {
    if (values.drift) {
      tellDrift(await measureDrift(count, runs))
    } else {
      const figures = await measureFleet(count, runs)
      tellDrift(figures)
      tellApply(figures)
    }
  }
}
