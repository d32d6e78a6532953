/**
 * The built package as users of cdktf and cdktn have it: examples/cdktf as it stands is synthesised, applied by the real
 * terraform to simulated sensors with the provider from a mirror, and the second plan is empty. The CLI then finds nothing to
 * do either. Addresses: 127.20.60.x.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { hasTerraform, terraformPath } from '../provider/support/terraform.ts'

const execute = promisify(execFile)
const password = 'canary-Cdktf-1!'
const secrets = { SENSOR_PASSWORD: password, MAIL_PASSWORD: 'canary-Mail-1!', TF_VAR_proxy_password: 'canary-Proxy-1!' }
const folder = mkdtempSync(join(tmpdir(), 'sensorform-cdktf-'))
const packaged = join(folder, 'node_modules/sensorform')
const keys = ['gate', 'line-1', 'line-2', 'press-1', 'press-2']
let simulator: Simulator

interface Ran {
  code: number
  stdout: string
  stderr: string
}

async function run(program: string, args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(TF_|NODE_EXTRA_CA_CERTS$|NODE_OPTIONS$)/.test(name),
  )
  const env = {
    ...Object.fromEntries(inherited),
    ...secrets,
    SENSOR_PINS: simulator.appliances
      .slice(0, 3)
      .map(({ pin }) => pin)
      .join(','),
    TF_CLI_CONFIG_FILE: join(folder, 'cli.tfrc'),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    NO_COLOR: '1',
    ...more,
  }
  try {
    return { ...(await execute(program, [...args], { cwd, env, maxBuffer: 2 ** 26 })), code: 0 }
  } catch (error) {
    const { stdout, stderr, code } = error as Ran
    return { stdout, stderr, code }
  }
}

const terraform = (cwd: string, ...args: string[]): Promise<Ran> => run(terraformPath ?? 'terraform', args, cwd)
const input = ['-input=false', '-no-color']

/** A project beside the package: the example, with the framework's name in its imports. */
function projectOf(framework: string): string {
  const project = join(folder, framework)
  cpSync(join(root, 'examples/cdktf'), project, { recursive: true })
  const main = join(project, 'main.ts')
  writeFileSync(main, readFileSync(main, 'utf8').replaceAll(/(['/])cdktf'/g, `$1${framework}'`))
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  cpSync(join(folder, 'pins.json'), join(project, 'fleet/pins.json'))
  return project
}

async function synthesised(framework: string): Promise<string> {
  const project = projectOf(framework)
  const { code, stderr } = await run(process.execPath, ['main.ts'], project, { CDKTF_OUTDIR: 'cdktf.out' })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return join(project, 'cdktf.out/stacks')
}

/** Everything below a folder as one text. */
const textBelow = (path: string): string =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.terraform'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')

beforeAll(async () => {
  simulator = await startSimulator({
    appliances: keys.map((key, index) => ({
      key,
      address: `127.20.60.${index + 1}`,
      port: 8443,
      username: 'admin',
      password,
    })),
    pinFile: join(folder, 'pins.json'),
  })
  await execute(process.execPath, [join(root, 'scripts/build.ts')], { cwd: root })
  await execute(process.execPath, [join(root, 'scripts/package-provider.ts'), '--out', join(folder, 'provider')], {
    cwd: root,
  })
  const mirror = join(folder, 'provider/script/mirror')
  writeFileSync(
    join(folder, 'cli.tfrc'),
    `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n    include = ["*/*/*"]\n  }\n}\n`,
  )
  mkdirSync(packaged, { recursive: true })
  cpSync(join(root, 'dist'), join(packaged, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(packaged, 'package.json'))
  for (const name of ['cdktf', 'cdktn', 'constructs'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
})
afterAll(async () => {
  await simulator.stop()
  rmSync(folder, { recursive: true })
})

describe.runIf(hasTerraform())('with terraform', () => {
  let stacks: string

  test('cdktf: each stack of the example is applied, and the second plan is empty', async () => {
    stacks = await synthesised('cdktf')
    for (const stack of ['one', 'fleet', 'site']) {
      const cwd = join(stacks, stack)
      expect(await terraform(cwd, 'init', ...input)).toMatchObject({ code: 0, stderr: '' })
      expect(await terraform(cwd, 'plan', '-detailed-exitcode', ...input)).toMatchObject({ code: 2, stderr: '' })
      expect(await terraform(cwd, 'apply', '-auto-approve', ...input)).toMatchObject({ code: 0, stderr: '' })
      expect(await terraform(cwd, 'plan', '-detailed-exitcode', ...input)).toMatchObject({ code: 0 })
    }
    const timezones = keys.map((key) => simulator.appliance(key).state.settings.time.timezone)
    expect(timezones).toEqual(['Europe/Berlin', 'Europe/Vienna', 'Europe/Vienna', 'Europe/Vienna', 'Europe/Vienna'])
  })

  test('the CLI finds nothing to do in the fleet that Terraform applied', async () => {
    const main = join(packaged, 'dist/cli/main.js')
    const planned = await run(
      process.execPath,
      [main, 'plan', join(folder, 'cdktf/fleet'), '--format', 'json'],
      folder,
      { CI: 'true' },
    )
    expect(planned).toMatchObject({ code: 0 })
    const { sensors } = JSON.parse(planned.stdout) as { sensors: { key: string; changes: { path: string }[] }[] }
    expect(sensors.map(({ key, changes }) => [key, changes])).toEqual([
      ['press-1', []],
      ['press-2', []],
    ])
  })

  test('cdktn: the same code finds nothing to do with the same state', async () => {
    const other = await synthesised('cdktn')
    for (const stack of ['one', 'fleet', 'site']) {
      const cwd = join(other, stack)
      cpSync(join(stacks, stack, 'terraform.tfstate'), join(cwd, 'terraform.tfstate'))
      expect(await terraform(cwd, 'init', ...input)).toMatchObject({ code: 0, stderr: '' })
      expect(await terraform(cwd, 'plan', '-detailed-exitcode', ...input)).toMatchObject({ code: 0 })
    }
  })

  test('no secret is in the JSON or the state', () => {
    const text = textBelow(stacks)
    expect(text).toContain('sensorform_sensor')
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret)
  })
})

test('the bindings have the names that cdktf get would give', async () => {
  const script = `
    const { Sensor } = require('sensorform/cdktf/sensor')
    const { SensorformProvider } = require('sensorform/cdktn/provider')
    console.log(Sensor.tfResourceType, SensorformProvider.tfResourceType)`
  expect(await run(process.execPath, ['-e', script], folder)).toMatchObject({
    stdout: 'sensorform_sensor sensorform\n',
  })
})
