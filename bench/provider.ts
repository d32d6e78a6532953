/**
 * What `terraform plan` costs with this provider and nothing to change, as a ratio to the same number of `terraform_data`,
 * which is built in: `node bench/provider.ts [EXECUTABLE…]` with `--sizes 1,100,1000`, after `npm run package:provider`. Also the
 * CPU time of Terraform and the provider together, how many requests a sensor gets, and how much memory the provider takes at most.
 * With `--nothing EXECUTABLE` (`bench/nothing/main.go`) also what the same plan costs with a provider that does nothing.
 *
 * @module
 */
import { execFile, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { median } from './median.ts'

const run = promisify(execFile)
const terraform = process.env['SENSORFORM_TERRAFORM'] ?? 'terraform'
const password = 'bench-Password-1!'

interface SimulatedSensor {
  endpoint: string
  pin: string
}

export interface ProviderMeasure {
  executable: string
  sensors: number
  ms: number
  floorMs: number
  /** Of Terraform and all that it starts; NaN on Windows. */
  cpuMs: number
  floorCpuMs: number
  /** With the provider that does nothing, where there is one. */
  nothing?: Cost
  /** For each sensor and plan. */
  requests: number
  signIns: number
  /** Largest resident size of a provider process; NaN where there is no /proc. */
  peakMb: number
}

/** The form, as `npm run package:provider` lays them out, or the folder. */
const labelOf = (executable: string): string => basename(dirname(executable.replace('/unpacked/', '/')))

/** Folders in which terraform runs; `env` finds the provider there. */
interface Place {
  folder: string
  env: NodeJS.ProcessEnv
}

async function place(parent: string, name: string, configuration: string, settings = ''): Promise<Place> {
  const folder = join(parent, name)
  await mkdir(folder)
  await writeFile(join(folder, 'main.tf'), configuration)
  await writeFile(join(folder, 'cli.tfrc'), settings)
  const env = { ...process.env, TF_CLI_CONFIG_FILE: join(folder, 'cli.tfrc'), CHECKPOINT_DISABLE: '1' }
  return { folder, env: { ...env, NODE_EXTRA_CA_CERTS: undefined } }
}

const inPlace = async ({ folder, env }: Place, ...args: string[]): Promise<void> => {
  await run(terraform, [...args, '-no-color', '-input=false'], { cwd: folder, env, maxBuffer: 2 ** 28 })
}

interface Cost {
  ms: number
  cpuMs: number
}

async function planCost({ folder, env }: Place): Promise<Cost> {
  const options = ['plan', '-no-color', '-input=false', '-detailed-exitcode']
  const started = performance.now()
  const { stdout } = await run('sh', ['-c', '"$@" > /dev/null || exit; times', 'sh', terraform, ...options], {
    cwd: folder,
    env,
  })
  return { ms: performance.now() - started, cpuMs: childrenMs(stdout) }
}

/** The second line that `times` of a shell prints is of what it has started: user and system time. */
const childrenMs = (times: string): number =>
  [...(times.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000,
    0,
  )

const floorConfiguration = (count: number): string =>
  Array.from(
    { length: count },
    (_, index) => `resource "terraform_data" "line_${index}" { input = "line-${index}" }`,
  ).join('\n')

const configuration = (sensors: readonly SimulatedSensor[]): string => `
terraform {
  required_providers { sensorform = { source = "sensorform/sensorform" } }
}
provider "sensorform" {
  credentials = { default = { username = "admin", password = "${password}" } }
}
${sensors.map(resource).join('\n')}`

const resource = ({ endpoint, pin }: SimulatedSensor, index: number): string => `
resource "sensorform_sensor" "line_${index}" {
  access  = { endpoint = "${endpoint}", credentials = "default", trust = [{ pin = "${pin}" }] }
  time    = { timezone = "Europe/Berlin", date_format = "dd/MM/yyyy HH:mm:ss" }
  network = { dns = ["10.20.0.2"], hostname = "line-${index}" }
}`

async function startFleet(count: number): Promise<{ child: ChildProcess; sensors: SimulatedSensor[] }> {
  const child = fork(fileURLToPath(new URL('simulated-fleet.ts', import.meta.url)), [String(count), password])
  const [sensors] = (await once(child, 'message')) as [SimulatedSensor[]]
  return { child, sensors }
}

async function counts(child: ChildProcess): Promise<{ requests: number; signIns: number }> {
  child.send('counts')
  const [answer] = (await once(child, 'message')) as [{ requests: number; signIns: number }]
  return answer
}

/** Largest resident size, in MB, of the processes that ran from this folder while `work` lasted. */
async function peakMbDuring(folder: string, work: Promise<unknown>): Promise<number> {
  if (!existsSync('/proc/self/status')) return work.then(() => NaN)
  let peak = 0
  const look = setInterval(() => {
    for (const pid of readdirSync('/proc')) peak = Math.max(peak, residentMb(pid, folder))
  }, 25)
  await work.finally(() => clearInterval(look))
  return peak
}

function residentMb(pid: string, folder: string): number {
  if (!/^\d+$/.test(pid)) return 0
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)) return 0
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** A folder in which Terraform finds an executable as this provider. */
async function installed(parent: string, name: string, executable: string): Promise<string> {
  const folder = join(parent, name)
  await mkdir(folder)
  await chmod(executable, 0o755)
  await symlink(executable, join(folder, 'terraform-provider-sensorform'))
  return folder
}

const overriding = (plugins: string): string =>
  `provider_installation {\n  dev_overrides { "sensorform/sensorform" = "${plugins}" }\n}\n`

/** The same folder, where Terraform finds a provider with the same schema that does nothing. */
async function withNothing(parent: string, { folder, env }: Place, executable: string): Promise<Place> {
  const [schema, settings] = [join(parent, 'schema.json'), join(parent, 'nothing.tfrc')]
  const { stdout } = await run(terraform, ['providers', 'schema', '-json'], { cwd: folder, env, maxBuffer: 2 ** 28 })
  await writeFile(schema, stdout)
  await writeFile(settings, overriding(await installed(parent, 'nothing', executable)))
  return { folder, env: { ...env, TF_CLI_CONFIG_FILE: settings, NOTHING_SCHEMA: schema } }
}

const medianCost = (costs: readonly Cost[]): Cost => ({
  ms: median(costs.map(({ ms }) => ms)),
  cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
})

/** One executable at one size. The floor is measured beside it, plan by plan. */
export async function measureProvider(
  executable: string,
  sensors: number,
  runs: number,
  nothing?: string,
): Promise<ProviderMeasure> {
  const parent = await mkdtemp(join(tmpdir(), 'sensorform-bench-'))
  const fleet = await startFleet(sensors)
  try {
    const plugins = await installed(parent, 'plugins', executable)
    const ours = await place(parent, 'ours', configuration(fleet.sensors), overriding(plugins))
    const floor = await place(parent, 'floor', floorConfiguration(sensors))
    await inPlace(floor, 'init')
    for (const each of [floor, ours]) await inPlace(each, 'apply', '-auto-approve')
    await counts(fleet.child)
    const idle = nothing === undefined ? undefined : await withNothing(parent, ours, nothing)
    const costs = { floor: [] as Cost[], ours: [] as Cost[], idle: [] as Cost[] }
    for (let index = 0; index < runs; index += 1) {
      costs.floor.push(await planCost(floor))
      costs.ours.push(await planCost(ours))
      if (idle) costs.idle.push(await planCost(idle))
    }
    const asked = await counts(fleet.child)
    return {
      executable: labelOf(executable),
      sensors,
      ...medianCost(costs.ours),
      floorMs: medianCost(costs.floor).ms,
      floorCpuMs: medianCost(costs.floor).cpuMs,
      ...(idle && { nothing: medianCost(costs.idle) }),
      requests: asked.requests / runs / sensors,
      signIns: asked.signIns / runs / sensors,
      peakMb: await peakMbDuring(plugins, planCost(ours)),
    }
  } finally {
    fleet.child.disconnect()
    await rm(parent, { recursive: true, force: true })
  }
}

/** What `npm run package:provider` made for this machine. */
export function packaged(): string[] {
  const folder = fileURLToPath(new URL('../dist/provider/', import.meta.url))
  return ['script', 'executable'].flatMap((form) => {
    const unpacked = join(folder, form, 'unpacked')
    const found = existsSync(unpacked) ? readdirSync(unpacked).filter((file) => file.startsWith('terraform-')) : []
    return found.map((file) => join(unpacked, file))
  })
}

const wallAndCpu = ['plan ms', 'floor ms', 'ratio', 'CPU ms', 'ratio']
const told = ['provider', 'sensors', ...wallAndCpu, 'requests', 'sign-ins', 'peak MB']

function figuresOf(measured: ProviderMeasure): string[] {
  const { sensors, ms, floorMs, cpuMs, floorCpuMs, requests, signIns, peakMb, nothing } = measured
  const wall = [ms.toFixed(0), floorMs.toFixed(0), (ms / floorMs).toFixed(2)]
  const cpu = [cpuMs.toFixed(0), (cpuMs / floorCpuMs).toFixed(2)]
  const idle = nothing ? [(nothing.ms / floorMs).toFixed(2), (nothing.cpuMs / floorCpuMs).toFixed(2)] : []
  return [String(sensors), ...wall, ...cpu, requests.toFixed(2), String(signIns), peakMb.toFixed(0), ...idle]
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { sizes: { type: 'string' }, nothing: { type: 'string' } },
  })
  const nothing = values.nothing === undefined ? undefined : resolve(values.nothing)
  const sizes = (values.sizes ?? '1,100,1000').split(',').map(Number)
  const columns = [...told, ...(nothing === undefined ? [] : ['nothing', 'CPU'])]
  console.log(columns.map((column, index) => (index === 0 ? column.padEnd(28) : column.padStart(10))).join(''))
  const given = positionals.length > 0 ? positionals.map((path) => resolve(path)) : packaged()
  for (const executable of given) {
    for (const size of sizes) {
      const measured = await measureProvider(executable, size, size > 100 ? 3 : 9, nothing)
      console.log(
        `${labelOf(executable).padEnd(28)}${figuresOf(measured)
          .map((figure) => figure.padStart(10))
          .join('')}`,
      )
    }
  }
}
