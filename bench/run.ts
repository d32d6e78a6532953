/**
 * `npm run bench`: what matters in seconds, each as a ratio to a floor measured beside it in the same run, so that a
 * slow machine changes both. `--check` fails when a ratio is far off, for CI.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { loadFleet } from '../load/load-fleet.ts'
import { measureFleet, type FleetFigures } from './fleet.ts'
import { measureSynth } from './synth.ts'

interface Measure {
  what: string
  floor: string
  /** Largest ratio that CI accepts: wide, to show a regression by a factor and no noise. */
  limit: number
  run: () => Promise<{ ms: number; floorMs: number }>
}

const root = fileURLToPath(new URL('../', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'sensorform-bench-'))
const main = join(root, 'dist/cli/main.js')
const check = process.argv.includes('--check')

/** Median of paired runs after one that does not count. */
async function paired(runs: number, one: () => number | Promise<number>, floor: () => number | Promise<number>) {
  const pairs: { ms: number; floorMs: number }[] = []
  for (let index = 0; index <= runs; index += 1) pairs.push({ floorMs: await floor(), ms: await one() })
  const sorted = pairs.slice(1).sort((a, b) => a.ms / a.floorMs - b.ms / b.floorMs)
  return sorted[Math.floor(sorted.length / 2)] ?? { ms: 0, floorMs: 1 }
}

function processMs(args: readonly string[]): number {
  const env = { ...process.env }
  delete env['NODE_EXTRA_CA_CERTS']
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { env, cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - started
}

const sensor = (index: number): string => `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-${index}, labels: { hall: "${index % 7}" } }
spec:
  access: { endpoint: "https://10.${Math.floor(index / 65536)}.${Math.floor(index / 256) % 256}.${index % 256}", credentials: default, trust: [{ system: true }], serverName: line-${index}.example }
  name: plant-line-${index}
  network: { subnetMask: 255.255.0.0, dns: [10.0.0.2], hostname: line-${index}.example }
  time: { timezone: Europe/Berlin, dateFormat: dd/MM/yyyy HH:mm:ss }
`

const fleet = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: bench }
spec: { credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } } }
`

async function writeFleet(count: number): Promise<string> {
  const file = join(folder, `fleet-${count}.yaml`)
  const documents = Array.from({ length: count }, (_, index) => sensor(index))
  // Files of 500 documents: one larger than the limit of a document file is refused.
  for (let part = 0; part * 500 < count; part += 1) {
    await writeFile(`${file.slice(0, -5)}-${part}.yaml`, documents.slice(part * 500, (part + 1) * 500).join('---\n'))
  }
  await writeFile(file, fleet)
  return file
}

async function loading(count: number, runs: number): Promise<{ ms: number; floorMs: number }> {
  const file = await writeFleet(count)
  const paths = [
    file,
    ...Array.from({ length: Math.ceil(count / 500) }, (_, part) => `${file.slice(0, -5)}-${part}.yaml`),
  ]
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  const load = async (): Promise<number> => {
    const started = performance.now()
    const { fleet: loaded, problems } = await loadFleet(paths, { cwd: folder, env: {} })
    if (loaded?.sensors.size !== count)
      throw new Error(`loaded ${loaded?.sensors.size}: ${JSON.stringify(problems[0])}`)
    return performance.now() - started
  }
  const parse = (): number => {
    const started = performance.now()
    for (const text of texts) for (const document of parseAllDocuments(text)) if ('toJS' in document) document.toJS()
    return performance.now() - started
  }
  return paired(runs, load, parse)
}

const synth = (kind: 'Sensor' | 'SensorFleet', count: number, limit: number): Measure => ({
  what: `synth of ${count.toLocaleString('en')} ${kind}`,
  floor: 'as many TerraformData',
  limit,
  run: () =>
    paired(
      3,
      () => measureSynth(kind, count).ms,
      () => measureSynth('TerraformData', count).ms,
    ),
})

const driftCount = 200
let fleetFigures: FleetFigures | undefined

/** All of them come from one fleet. */
const drift = (
  what: string,
  limit: number,
  of: (figures: FleetFigures) => { ms: number; floorMs: number },
): Measure => ({
  what: `drift of ${driftCount}, ${what}`,
  floor: 'undici alone, the same requests',
  limit,
  run: async () => of((fleetFigures ??= await measureFleet(driftCount))),
})

const measures: readonly Measure[] = [
  {
    what: 'sensorform --version',
    floor: 'node -e 0',
    limit: 3,
    run: () =>
      paired(
        9,
        () => processMs([main, '--version']),
        () => processMs(['-e', '0']),
      ),
  },
  {
    what: 'sensorform validate, one sensor',
    floor: 'node -e 0',
    limit: 8,
    run: async () => {
      const file = await writeFleet(1)
      const paths = [file, `${file.slice(0, -5)}-0.yaml`]
      return paired(
        9,
        () => processMs([main, 'validate', ...paths]),
        () => processMs(['-e', '0']),
      )
    },
  },
  synth('Sensor', 1, 3),
  synth('Sensor', 100, 4),
  synth('Sensor', 1000, 4),
  synth('SensorFleet', 1000, 16),
  {
    what: 'synth of 1,000 Sensor',
    floor: 'ten times 100 of them',
    limit: 2,
    run: () =>
      paired(
        3,
        () => measureSynth('Sensor', 1000).ms,
        () => 10 * measureSynth('Sensor', 100).ms,
      ),
  },
  drift('nothing remembered', 5, ({ cold, raw }) => ({ ms: cold.ms, floorMs: raw.ms })),
  drift('revision remembered', 5, ({ warm, raw }) => ({ ms: warm.ms, floorMs: raw.ms })),
  drift('CPU', 5, ({ warm, raw }) => ({ ms: warm.cpuMs, floorMs: raw.cpuMs })),

  { what: 'loading 1,000 sensors', floor: 'parsing the same YAML', limit: 5, run: () => loading(1000, 5) },
  { what: 'loading 5,000 sensors', floor: 'parsing the same YAML', limit: 5, run: () => loading(5000, 3) },
]

if (!existsSync(main)) throw new Error('there is no build to measure: run `npm run build` first')
let far = 0
console.log(`${'what'.padEnd(34)}${'ms'.padStart(8)}${'floor ms'.padStart(10)}${'ratio'.padStart(8)}  floor`)
for (const { what, floor, limit, run } of measures) {
  const { ms, floorMs } = await run()
  const ratio = ms / floorMs
  if (ratio > limit) far += 1
  const note = ratio > limit ? `  far off: at most ${limit}` : ''
  console.log(
    `${what.padEnd(34)}${ms.toFixed(0).padStart(8)}${floorMs.toFixed(0).padStart(10)}${ratio.toFixed(2).padStart(8)}  ${floor}${note}`,
  )
}
await rm(folder, { recursive: true, force: true })
if (check && far > 0) process.exitCode = 1
