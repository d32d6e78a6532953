/** A small fleet in a folder of its own with its simulator, and the CLI run on it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../../cli/io.ts'
import { runCli } from '../../cli/run-cli.ts'
import type { Clock } from '../../reconcile/clock.ts'
import type { SimulatedCloudOptions, SimulatedSensorOptions, SimulatorOptions } from '../../simulator/options.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'

export interface TrialOptions {
  /** First three numbers of the addresses: each suite has its own. */
  network: string
  sensors: number
  /** Management consoles by key, at `<network>.1` and on: the zones of the one site `Plant`. */
  consoles?: Readonly<Record<string, { zones: readonly string[]; softwareVersion?: string }>>
  /** How each sensor starts out. */
  sensor?: (key: string) => Partial<SimulatedSensorOptions>
  /** A cloud at `<network>.250`, and the registrar `cloud` that speaks to it. */
  cloud?: Partial<SimulatedCloudOptions>
  tuning?: SimulatorOptions['tuning']
  /** What else the simulator is started with. */
  simulator?: Pick<SimulatorOptions, 'distinctKeys' | 'onFaultCall'>
  /** What each sensor declares beside how it is reached. */
  spec?: (key: string) => string
}

export interface Trial {
  folder: string
  simulator: Simulator
  /** Runs a command line; `answer` is typed on a terminal, and `onText` sees what is printed as it is printed. */
  run(words: readonly string[], options?: RunOptions): Promise<Ended>
  end(): Promise<void>
}

export interface RunOptions {
  answer?: string
  /** Beside the password; `undefined` takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>
  clock?: Clock
  onText?: (text: string, interrupt: () => void) => void
}

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** The secrets of its documents. */
export const trialEnv = { SENSOR_PASSWORD: 'canary-Sensor-1!', AZURE_TOKEN: 'canary-token' }

export async function startTrial(options: TrialOptions): Promise<Trial> {
  const { network, sensors, consoles = {}, sensor, cloud, tuning, simulator: more, spec = () => '' } = options
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-cli-'))
  const keys = Array.from({ length: sensors }, (_, index) => `line-${index + 1}`)
  const simulator = await startSimulator({
    appliances: keys.map((key, index) => ({
      key,
      address: `${network}.${index + 11}`,
      port: 0,
      username: 'admin',
      password: trialEnv.SENSOR_PASSWORD,
      ...sensor?.(key),
    })),
    ...(cloud && { cloud: { ...cloudOf(network), ...cloud } }),
    ...(tuning && { tuning }),
    managementConsoles: Object.entries(consoles).map(([key, { zones, ...rest }], index) => ({
      key,
      address: `${network}.${index + 1}`,
      port: 0,
      username: 'admin',
      password: trialEnv.SENSOR_PASSWORD,
      sites: [{ name: 'Plant', zones }],
      ...rest,
    })),
    pinFile: join(folder, 'pins.json'),
    ...more,
  })
  const documents = [
    fleetDocument + (simulator.cloud ? registrarOf(simulator.cloud.endpoint) : ''),
    ...simulator.appliances.map(({ kind, key, endpoint }) =>
      kind === 'Sensor' ? sensorDocument(key, endpoint) + spec(key) : consoleDocument(key, endpoint),
    ),
  ]
  writeFileSync(join(folder, 'fleet.yaml'), documents.join('---\n'))
  return {
    folder,
    simulator,
    run: (words, options) => runOnce(folder, words, options),
    end: async () => {
      await simulator.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

const fleetDocument = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec:
  credentials:
    default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } }
  defaults:
    access: { credentials: default, trust: [{ pinFile: pins.json }] }
    time: { timezone: Europe/Berlin }
    network: { dns: [10.0.0.1] }
`

const cloudOf = (network: string) => ({
  address: `${network}.250`,
  port: 0,
  subscriptionId: 'subscription',
  location: 'eastus',
  token: trialEnv.AZURE_TOKEN,
  sites: ['plant'],
  registrars: ['cloud'],
})

const registrarOf = (endpoint: string): string => `  registrars:
    cloud:
      azure:
        endpoint: ${endpoint}
        subscriptionId: subscription
        location: eastus
        token: { fromEnv: AZURE_TOKEN }
        trust: [{ pinFile: pins.json }]
`

const sensorDocument = (key: string, endpoint: string): string => `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: ${key} }
spec:
  access: { endpoint: "${endpoint}" }
`

const consoleDocument = (key: string, endpoint: string): string => `apiVersion: sensorform.io/v1
kind: ManagementConsole
metadata: { name: ${key} }
spec:
  access: { endpoint: "${endpoint}", credentials: default, trust: [{ pinFile: pins.json }] }
`

async function runOnce(folder: string, words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = { stdout: '', stderr: '' }
  const handlers = new Set<() => void>()
  const interrupt = (): void => [...handlers].forEach((handler) => handler())
  const sink = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      ended[name] += text
      options.onText?.(text, interrupt)
    },
  })
  const asked = options.answer !== undefined
  const io: Io = {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: (async function* () {
      yield options.answer ?? ''
    })(),
    env: { ...trialEnv, ...options.env },
    cwd: folder,
    ...(options.clock && { clock: options.clock }),
    terminal: { stdin: asked, stdout: asked, stderr: asked },
    onInterrupt: (handler) => {
      handlers.add(handler)
      return () => void handlers.delete(handler)
    },
  }
  return { code: await runCli(words, io), ...ended }
}
