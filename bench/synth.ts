/**
 * What synth of constructs costs, beside as many of the built-in `TerraformData` with the same values. `node bench/synth.ts`
 * prints a table. `node bench/synth.ts KIND COUNT` is one measure in a process of its own: from the first construct to the
 * written JSON.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { App, DataResource, LocalBackend, TerraformStack } from 'cdktf'
import type * as Constructs from '../constructs/index.ts'
import type { SensorSpec } from '../constructs/index.ts'
import { median } from './median.ts'

/** As users have them: the sources would be compiled and loaded within what is measured. */
const built = (): typeof Constructs => createRequire(import.meta.url)('../dist/cdktf/index.js') as typeof Constructs

interface SynthMeasure {
  ms: number
  /** Largest resident size of the process. */
  peakMb: number
  /** Size of cdk.tf.json. */
  bytes: number
}

const pin = `sha256/${'A'.repeat(43)}=`

const specOf = (index: number): SensorSpec => ({
  access: {
    endpoint: `https://10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    credentials: 'default',
    trust: [{ pin }],
  },
  name: `plant-line-${index}`,
  registration: { registrar: 'cloud', site: 'plant' },
  network: { dns: ['10.20.0.2'], hostname: `line-${index}` },
  time: { timezone: 'Europe/Berlin', dateFormat: 'dd/MM/yyyy HH:mm:ss' },
})

const credentials = { default: { username: 'admin', password: { fromEnv: 'SENSOR_PASSWORD' } } } as const

const kinds: Readonly<Record<string, (stack: TerraformStack, indexes: readonly number[]) => void>> = {
  TerraformData: (stack, indexes) => {
    for (const index of indexes) new DataResource(stack, `line-${index}`, { input: specOf(index) })
  },
  Sensor: (stack, indexes) => {
    const { Sensor, SensorformProvider } = built()
    new SensorformProvider(stack, 'sensorform', { credentials })
    for (const index of indexes) new Sensor(stack, `line-${index}`, specOf(index))
  },
  SensorFleet: (stack, indexes) => {
    const { SensorFleet } = built()
    const sensors = Object.fromEntries(indexes.map((index) => [`line-${index}`, { spec: specOf(index) }]))
    const fleet = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: bench }
spec:
  credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } }
  registrars: { cloud: { azure: { endpoint: 'https://management.azure.com', subscriptionId: subscription, location: eastus } } }
`
    new SensorFleet(stack, 'fleet', { documents: { 'fleet.yaml': fleet }, sensors })
  },
}

function measure(kind: string, count: number): SynthMeasure {
  const outdir = mkdtempSync(join(tmpdir(), 'sensorform-synth-'))
  built()
  const started = performance.now()
  // Each TerraformData would ask terraform for its version: 0.15 s, which is no floor. Ours are checked.
  const app = new App({ outdir, skipValidation: kind === 'TerraformData' })
  const stack = new TerraformStack(app, 'stack')
  new LocalBackend(stack, { path: 'terraform.tfstate' })
  kinds[kind]?.(
    stack,
    Array.from({ length: count }, (_, index) => index),
  )
  app.synth()
  const ms = performance.now() - started
  const bytes = statSync(join(outdir, 'stacks/stack/cdk.tf.json')).size
  rmSync(outdir, { recursive: true })
  return { ms, bytes, peakMb: process.resourceUsage().maxRSS / 1024 }
}

/** Measured in a process of its own. */
export function measureSynth(kind: 'TerraformData' | 'Sensor' | 'SensorFleet', count: number): SynthMeasure {
  const args = [fileURLToPath(import.meta.url), kind, String(count)]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as SynthMeasure
}

function printTable(): void {
  console.log('| what | constructs | ms | MB | KB of JSON |\n| --- | ---: | ---: | ---: | ---: |')
  const kinds = ['TerraformData', 'Sensor', 'SensorFleet'] as const
  for (const count of [1, 100, 1000]) {
    // In turn, so that what else the machine does meets all of them.
    const rounds = Array.from({ length: 9 }, () => kinds.map((kind) => measureSynth(kind, count)))
    for (const [index, kind] of kinds.entries()) {
      const runs = rounds.flatMap((round) => round[index] ?? [])
      const ms = median(runs.map((run) => run.ms))
      const mb = median(runs.map((run) => run.peakMb))
      const [{ bytes } = { bytes: 0 }] = runs
      console.log(`| ${kind} | ${count} | ${ms.toFixed(0)} | ${mb.toFixed(0)} | ${(bytes / 1000).toFixed(1)} |`)
    }
  }
}

if (import.meta.main) {
  const [kind, count] = process.argv.slice(2)
  if (kind === undefined) printTable()
  else console.log(JSON.stringify(measure(kind, Number(count))))
}
