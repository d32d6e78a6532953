/**
 * A fleet from constructs, console included, with the real terraform on the simulated plant: before an apply the same change-set as the
 * CLI's, no secret in what is synthesised, planned or stored, and a second plan that is empty. Addresses: those of examples/plant.
 */
import { App, TerraformStack } from 'cdktf'
import { unzipSync } from 'fflate'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runCli } from '../../cli/run-cli.ts'
import { SensorFleet } from '../../constructs/index.ts'
import { loadFleet } from '../../load/load-fleet.ts'
import { toSnakeCase } from '../../schemas/terraform/names.ts'
import { fleetToSimulatorOptions } from '../../simulator/from-fleet.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { openSensorform } from './support/sensorform.ts'
import { hasTerraform, type Workspace } from './support/terraform.ts'

const env = { SENSOR_PASSWORD: 'canary-Sensor-1!' }
const mailPassword = 'canary-Mail-1!'

const mail = `  mailServer:
    { host: mail.mill.example, port: 465, tls: implicit, sender: pump-1@mill.example, username: pump-1, password: { fromFile: mail.txt } }
  forwarding: { rules: { to siem: { minimumSeverity: Major, protocols: any, engines: any, actions: { s: { syslog: { host: siem.example, port: 514, format: cef, protocol: tcp } } } } } }
`

interface Change {
  before: unknown
  after: unknown
  actions: string[]
}

interface CliChange {
  path: string
  kind: string
  sensitive: boolean
  before: unknown
  after: unknown
}

describe.runIf(hasTerraform())('with terraform', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-mill-'))
  const documents = join(folder, 'mill')
  const before = process.cwd()
  let simulator: Simulator

  beforeAll(async () => {
    cpSync(join(root, 'examples/plant'), documents, { recursive: true })
    writeFileSync(join(documents, 'sensors/mail.txt'), mailPassword)
    appendFileSync(join(documents, 'sensors/pump-1.yaml'), mail)
    process.chdir(folder)
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const { fleet, problems } = await loadFleet(['mill'], { cwd: folder, env })
    if (!fleet) throw new TypeError(JSON.stringify(problems))
    const secrets = { passwords: new Map([['default', env.SENSOR_PASSWORD]]), tokens: new Map() }
    const { options } = fleetToSimulatorOptions(fleet, secrets, { activated: true })
    simulator = await startSimulator({ ...options, pinFile: join(documents, 'pins.json') })
  })
  afterAll(async () => {
    await simulator.stop()
    process.chdir(before)
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  /** The folder of the stack, below that of the workspace. With `imported`, appliances are imported and not created. */
  function synthesised(workspace: Workspace, imported: boolean): string {
    const app = new App({ outdir: join(workspace.folder, 'cdktf.out') })
    const stack = new TerraformStack(app, 'mill')
    stack.addOverride('terraform.backend.local.path', 'terraform.tfstate')
    const fleet = new SensorFleet(stack, 'fleet', { paths: ['mill'], cwd: folder })
    const endpoints = new Map(simulator.appliances.map((one) => [one.key, one]))
    for (const [key, element] of imported ? [...fleet.sensors, ...fleet.managementConsoles] : []) {
      const { endpoint, pin } = endpoints.get(key) ?? {}
      element.importFrom(`${endpoint},default,${pin}`)
    }
    app.synth()
    return join(workspace.folder, 'cdktf.out/stacks/mill')
  }

  async function cliPlan() {
    let text = ''
    const code = await runCli(['plan', 'mill', '--format', 'json'], {
      stdout: { write: (part: string) => (text += part) },
      stderr: { write: () => true },
      stdin: (async function* () {})(),
      env: { ...env, NO_COLOR: '1' },
      cwd: folder,
      terminal: { stdin: false, stdout: false, stderr: false },
      onInterrupt: () => () => {},
    })
    const parsed = JSON.parse(text) as Record<'sensors' | 'managementConsoles', { key: string; changes: CliChange[] }[]>
    expect(code).toBe(0)
    return { parsed }
  }

  test('before an apply, the change-set is the one of the CLI', async () => {
    const workspace = await openSensorform()
    const { changes } = await planned(workspace, synthesised(workspace, true))
    expect(changes.map(({ change }) => change.actions.join(' '))).toEqual(['update', 'update', 'update'])
    const { parsed } = await cliPlan()
    const byCli = [...parsed.sensors, ...parsed.managementConsoles].map((one) => one.changes.flatMap(changeOfCli))
    expect(byCli.map(({ length }) => length)).toEqual([17, 4, 6])
    const byTerraform = changes.map(({ change }) => leaves(change.before, change.after).filter(isSetting))
    expect(inOrder(byTerraform)).toEqual(inOrder(byCli))
  })

  test('sensors and their console are applied, the second plan is empty, and no secret is written anywhere', async () => {
    const workspace = await openSensorform()
    const at = synthesised(workspace, false)
    const { text } = await planned(workspace, at)
    const unpacked = Object.entries(unzipSync(readFileSync(join(at, 'plan.bin'))))
    expect(unpacked.map(([name]) => name)).toContain('tfplan')
    expect(await workspace.run(`-chdir=${at}`, 'apply', '-no-color', 'plan.bin')).toMatchObject({ code: 0, stderr: '' })
    const { changes } = await planned(workspace, at)
    expect(changes.map(({ change }) => change.actions)).toEqual([['no-op'], ['no-op'], ['no-op']])
    expect((await cliPlan()).parsed.sensors.map((one) => one.changes.flatMap(changeOfCli))).toEqual([[], []])
    const written = {
      plan: text,
      synthesised: readFileSync(join(at, 'cdk.tf.json'), 'utf8'),
      state: readFileSync(join(at, 'terraform.tfstate'), 'utf8'),
      ...Object.fromEntries(unpacked.map(([name, bytes]) => [name, Buffer.from(bytes).toString('latin1')])),
    }
    expect(written.plan).toContain('mail.mill.example')
    expect(
      Object.entries(written)
        .filter(([, one]) => one.includes('canary-'))
        .map(([name]) => name),
    ).toEqual([])
  })
})

async function planned(workspace: Workspace, at: string) {
  expect(await workspace.run(`-chdir=${at}`, 'init', '-no-color')).toMatchObject({ code: 0, stderr: '' })
  const { code, stderr } = await workspace.run(`-chdir=${at}`, 'plan', '-input=false', '-no-color', '-out=plan.bin')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { stdout } = await workspace.run(`-chdir=${at}`, 'show', '-json', 'plan.bin')
  const { resource_changes: changes } = JSON.parse(stdout) as {
    resource_changes: { address: string; change: Change }[]
  }
  return { text: stdout, changes }
}

type Leaf = [path: string, before: unknown, after: unknown]

/** What only says how the tool behaves is in a plan of Terraform, and no change of the appliance. */
const isSetting = ([path]: Leaf): boolean =>
  !/^access\.|^in_sync$|^activation\.min_remaining$|^backup\.max_age$|^registration\.registrar$|_wo_version$/.test(path)

/** What a plan of Terraform changes, value by value. Null: nothing is said, or an apply will tell. */
function leaves(before: unknown, after: unknown, path = ''): Leaf[] {
  if (after === null || after === undefined || isDeepStrictEqual(before, after)) return []
  if (typeof after !== 'object' || Array.isArray(after)) return [[path, before ?? null, asWord(after)]]
  return Object.entries(after).flatMap(([key, item]) => {
    const inner = (before as Record<string, unknown> | null | undefined)?.[key]
    return leaves(inner, item, path === '' ? key : `${path}.${key}`)
  })
}

/** A word that stands for a list is a list of that word in Terraform. */
const asWord = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value)

/** A secret is a version in Terraform, and an age that runs out is told by `in_sync`. */
function changeOfCli({ path, kind, sensitive, before, after }: CliChange): Leaf[] {
  const spelled = path
    .replaceAll(/\["([^"]*)"\]/g, '.$1')
    .split('.')
    .map(toSnakeCase)
    .join('.')
  return sensitive || kind === 'expiry' ? [] : [[spelled, before, after]]
}

const inOrder = (all: readonly Leaf[][]): string[] =>
  all.map((one) => JSON.stringify(one.toSorted(), null, 1)).toSorted()
