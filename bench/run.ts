/**
 * `npm run bench`: what matters in seconds in one table, each as a ratio to a floor measured beside it in the same run, so
 * that a slow machine changes both. `--check` measures smaller fleets and fails when a figure is far off, for CI. Needs
 * `npm run build`; the provider is packaged where it is not.
 *
 * @module
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measureDrift, measureFleet, type DriftFigures, type FleetFigures } from './fleet.ts'
import { measureLoading, writeDocuments } from './loading.ts'
import { measurePlanning } from './planning.ts'
import { measureProvider, packaged } from './provider.ts'
import { measureSynth } from './synth.ts'

interface Figure {
  what: string
  ms: number
  floor: string
  floorMs: number
  /** The ratio that is aimed at; none where no aim is set. */
  aim?: number
  /** The largest ratio that CI accepts: wide, to show a regression by a factor and no noise. */
  limit: number
  peakMb?: number
  mostMb?: number
}

const root = fileURLToPath(new URL('../', import.meta.url))
const main = join(root, 'dist/cli/main.js')
const check = process.argv.includes('--check')
const named = (count: number): string => count.toLocaleString('en')

/** The least of several runs in turn, after one that does not count: what a busy machine adds falls away. */
async function leastOf(
  runs: number,
  one: () => number | Promise<number>,
  floor: () => number | Promise<number>,
): Promise<{ ms: number; floorMs: number }> {
  const pairs: { ms: number; floorMs: number }[] = []
  for (let index = 0; index <= runs; index += 1) pairs.push({ floorMs: await floor(), ms: await one() })
  const counted = pairs.slice(1)
  return { ms: Math.min(...counted.map(({ ms }) => ms)), floorMs: Math.min(...counted.map(({ floorMs }) => floorMs)) }
}

function processMs(args: readonly string[]): number {
  const env = { ...process.env }
  delete env['NODE_EXTRA_CA_CERTS']
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - started
}

const bare = (): number => processMs(['-e', '0'])

async function* starting(): AsyncGenerator<Figure> {
  const documents = writeDocuments(1)
  const node = { floor: 'node -e 0', aim: 1.5 }
  try {
    const version = await leastOf(9, () => processMs([main, '--version']), bare)
    yield { what: 'sensorform --version', ...version, ...node, limit: 3 }
    const validate = await leastOf(9, () => processMs([main, 'validate', documents]), bare)
    yield { what: 'sensorform validate, one sensor', ...validate, ...node, limit: 7 }
  } finally {
    await rm(documents, { recursive: true })
  }
}

function* loading(): Generator<Figure> {
  for (const count of check ? [1000, 5000] : [1000, 10_000]) {
    const { load, parse, scan } = measureLoading(count)
    yield {
      what: `loading ${named(count)} sensors, CPU`,
      ms: load.cpuMs,
      floor: 'parsing the same YAML',
      floorMs: parse.cpuMs,
      aim: 2,
      limit: 4,
      peakMb: load.peakMb,
      mostMb: 400,
    }
    const warned = measureLoading(count, 'each')
    yield {
      what: '  each with a warning',
      ms: warned.load.cpuMs,
      floor: 'parsing the same YAML',
      floorMs: warned.parse.cpuMs,
      limit: 6,
      peakMb: warned.load.peakMb,
      mostMb: 400,
    }
    yield {
      what: '  of it the search for costly texts',
      ms: scan.cpuMs,
      floor: 'parsing the same YAML',
      floorMs: parse.cpuMs,
      limit: 0.1,
    }
  }
}

function planning(): Figure {
  const { plan, json } = measurePlanning(10_000)
  return {
    what: 'planning 10,000 sensors, CPU',
    ms: plan.cpuMs,
    floor: 'their settings to JSON and back',
    floorMs: json.cpuMs,
    limit: 20,
    peakMb: plan.peakMb,
    mostMb: 300,
  }
}

const driftFigures = ({ count, raw, cold, warm }: DriftFigures): Figure[] =>
  [
    { what: 'nothing remembered', usage: cold },
    { what: 'revision remembered', usage: warm },
  ].flatMap(({ what, usage }): Figure[] => {
    const floor = { floor: 'undici, as many requests', limit: 5 }
    return [
      { what: `drift of ${named(count)}, ${what}`, ms: usage.ms, floorMs: raw.ms, aim: 1.2, ...floor },
      {
        what: '  CPU',
        ms: usage.cpuMs,
        floorMs: raw.cpuMs,
        aim: 2,
        ...floor,
        peakMb: usage.peakMb,
        mostMb: 300,
      },
    ]
  })

const fleetFigures = (figures: FleetFigures): Figure[] => [
  ...driftFigures(figures),
  {
    what: `apply of one field on ${named(figures.count)}, CPU`,
    ms: figures.apply.cpuMs,
    floor: 'undici, as many requests',
    floorMs: figures.rawApply.cpuMs,
    limit: 8,
    peakMb: figures.apply.peakMb,
    mostMb: 400,
  },
]

async function* fleets(): AsyncGenerator<Figure> {
  const small = await measureFleet(100, check ? 1 : 3)
  if (check) yield* fleetFigures(small)
  else yield* largeFleets(small)
}

async function* largeFleets(small: FleetFigures): AsyncGenerator<Figure> {
  const large = await measureFleet(1000)
  yield* fleetFigures(large)
  yield costOfOne(large, small)
  for (const count of [5000, 10_000]) {
    const figures = await measureDrift(count, 1)
    yield* driftFigures(figures)
    yield costOfOne(figures, large)
  }
}

const costOfOne = (figures: DriftFigures, floor: DriftFigures): Figure => ({
  what: `drift of ${named(figures.count)}, CPU of one`,
  ms: figures.warm.cpuMs / figures.count,
  floor: `of one of ${named(floor.count)}`,
  floorMs: floor.warm.cpuMs / floor.count,
  aim: 1.2,
  limit: 2,
})

async function* synthesising(): AsyncGenerator<Figure> {
  const measured = async (kind: 'Sensor' | 'SensorFleet', count: number) =>
    leastOf(
      check ? 1 : 3,
      () => measureSynth(kind, count).ms,
      () => measureSynth('TerraformData', count).ms,
    )
  const floor = { floor: 'as many TerraformData' }
  for (const count of check ? [100] : [1, 100, 1000]) {
    yield { what: `synth of ${named(count)} Sensor`, ...(await measured('Sensor', count)), ...floor, limit: 4 }
  }
  const count = check ? 100 : 1000
  yield {
    what: `synth of SensorFleet of ${named(count)}`,
    ...(await measured('SensorFleet', count)),
    ...floor,
    limit: 16,
  }
}

/** The executable, as it is published. */
async function* terraform(): AsyncGenerator<Figure> {
  if (packaged().length === 0) execFileSync(process.execPath, [join(root, 'scripts/package-provider.ts')])
  const executable = packaged().find((path) => path.includes('/executable/'))
  if (executable === undefined) return
  const sizes = check
    ? [{ count: 1, aim: 4.5, limit: 20 }]
    : [
        { count: 1, aim: 4.5, limit: 20 },
        { count: 100, aim: 3.5, limit: 30 },
        { count: 1000, aim: 2.5, limit: 30 },
      ]
  for (const { count, aim, limit } of sizes) {
    const measured = await measureProvider(executable, count, check || count > 100 ? 3 : 7)
    const { ms, floorMs, cpuMs, floorCpuMs, peakMb } = measured
    const floor = 'as many terraform_data'
    yield { what: `terraform plan, ${counted(count, 'sensor')}`, ms, floorMs, floor, aim, limit, peakMb, mostMb: 300 }
    yield { what: '  CPU, with Terraform', ms: cpuMs, floorMs: floorCpuMs, floor, limit: 2 * limit }
  }
}

const counted = (count: number, noun: string): string => `${named(count)} ${noun}${count === 1 ? '' : 's'}`

async function* everything(): AsyncGenerator<Figure> {
  yield* starting()
  yield* loading()
  yield planning()
  yield* fleets()
  yield* terraform()
  yield* synthesising()
}

const columns = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(38) : index === 6 ? `  ${cell}` : cell.padStart(9))).join('')

function line({ what, ms, floorMs, floor, aim, peakMb }: Figure): string {
  const memory = peakMb === undefined ? '' : peakMb.toFixed(0)
  const digits = ms < 20 ? 2 : 0
  const ratio = (ms / floorMs).toFixed(2)
  return columns([what, ms.toFixed(digits), floorMs.toFixed(digits), ratio, aim?.toFixed(1) ?? '', memory, floor])
}

function faultsOf({ what, ms, floorMs, limit, peakMb = 0, mostMb = Infinity }: Figure): string[] {
  return [
    ...(ms / floorMs > limit ? [`${what}: ${(ms / floorMs).toFixed(2)} times the floor; at most ${limit}`] : []),
    ...(peakMb > mostMb ? [`${what}: ${peakMb.toFixed(0)} MB; at most ${mostMb}`] : []),
  ]
}

if (!existsSync(main)) throw new Error('there is no build to measure: run `npm run build` first')
const faults: string[] = []
console.log(columns(['what', 'ms', 'floor ms', 'ratio', 'aim', 'peak MB', 'floor']))
for await (const figure of everything()) {
  faults.push(...faultsOf(figure))
  console.log(line(figure))
}
for (const fault of faults) console.log(`far off: ${fault}`)
if (check && faults.length > 0) process.exitCode = 1
