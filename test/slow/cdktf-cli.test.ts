/**
 * cdktf.json of this project as it stands, with the real command lines of cdktf and cdktn: `synth`, `diff`, `deploy` and
 * `get`, without a network, on simulated sensors. Their first installation needs the network.
 */
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frameworks, generateBindings } from '../../scripts/build-constructs.ts'
import { frameworkCommandLine, type FrameworkName, type InstalledCommandLine } from '../../scripts/framework-clis.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { root } from '../house/sources.ts'
import { hasTerraform } from '../provider/support/terraform.ts'
import { openPackagedConstructs, type PackagedConstructs, type Ran } from '../support/packaged-constructs.ts'

/** Undefined where it is not in the cache and cannot be installed, which fails under CI. */
async function installed(name: FrameworkName): Promise<InstalledCommandLine | undefined> {
  return frameworkCommandLine(name).catch((error: unknown) => {
    if (process.env['CI']) throw error
    process.stderr.write(`SKIPPED: ${name}-cli cannot be installed here: ${String(error)}\n`)
    return undefined
  })
}

const commandLines = { cdktf: await installed('cdktf'), cdktn: await installed('cdktn') }
let world: PackagedConstructs

beforeAll(async () => {
  world = await openPackagedConstructs()
})
afterAll(async () => world.close())

/** What of this project the command lines look at. */
function checkout(framework: FrameworkName, name = 'checkout'): string {
  const folder = join(world.folder, `${name}-${framework}`)
  for (const path of ['cdktf.json', 'package.json', 'dist/cdktf', 'dist/cdktn', 'examples/cdktf'])
    cpSync(join(root, path), join(folder, path), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  cpSync(join(world.folder, 'pins.json'), join(folder, 'examples/cdktf/fleet/pins.json'))
  const main = join(folder, 'examples/cdktf/main.ts')
  writeFileSync(main, readFileSync(main, 'utf8').replaceAll(/(['/])cdktf'/g, `$1${framework}'`))
  return folder
}

async function asked(framework: FrameworkName, cwd: string, ...args: string[]): Promise<Ran> {
  const found = commandLines[framework]
  if (!found) throw new Error('the command line is not installed')
  const ran = await world.run(found.program, [...found.args, ...args], cwd, { PATH: found.path, CI: 'true' })
  expect(ran.code, ran.stdout + ran.stderr).toBe(0)
  return ran
}

const offline = '--skip-provider-lock'
const stacks = ['one', 'fleet', 'site'] as const
const adding = (count: number): string => `Plan: ${count} to add, 0 to change, 0 to destroy`

async function differenceOf(framework: FrameworkName, cwd: string, stack: string): Promise<string> {
  const { stdout } = await asked(framework, cwd, 'diff', stack, offline)
  const told = /Plan: \d+ to add, \d+ to change, \d+ to destroy|No changes/.exec(stripVTControlCharacters(stdout))
  return told?.[0] ?? stdout
}

/** What `diff` says of each stack. */
async function differences(framework: FrameworkName, cwd: string): Promise<string[]> {
  const all: string[] = []
  for (const stack of stacks) all.push(await differenceOf(framework, cwd, stack))
  return all
}

/** The names that each file of bindings exports. */
const exportsBelow = (folder: string): Record<string, string[]> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\w\/index\.ts$/.test(path))
      .map((path) => {
        const names = readFileSync(join(folder, path), 'utf8').matchAll(/^export (?:class|interface|function) (\w+)/gm)
        return [path, [...names].map(([, name = '']) => name).sort()]
      }),
  )

/** Of the sensors of the stack `site`. */
const timezones = (): unknown[] =>
  ['line-1', 'line-2'].map((key) => world.simulator.appliance(key).state.settings.time.timezone)

describe.runIf(hasTerraform() && commandLines.cdktn)('cdktn', () => {
  test('deploy takes a stack from nothing to an empty second diff', async () => {
    const project = checkout('cdktn')
    const told = async () => differenceOf('cdktn', project, 'site')
    expect(timezones()).not.toContain('Europe/Vienna')
    expect(await told()).toBe(adding(2))
    await asked('cdktn', project, 'deploy', 'site', '--auto-approve', offline)
    expect(timezones()).toEqual(['Europe/Vienna', 'Europe/Vienna'])
    expect(await told()).toBe('No changes')
  })
})

describe.runIf(hasTerraform() && commandLines.cdktf)('cdktf', () => {
  let project: string

  test('synth makes the stacks of the example', async () => {
    project = checkout('cdktf')
    const { stdout } = await asked('cdktf', project, 'synth')
    expect(stdout).toContain('Generated Terraform code for the stacks: fleet, one, site')
    expect(readdirSync(join(project, 'cdktf.out/stacks')).sort()).toEqual([...stacks].sort())
  })

  test('diff tells what would be added, and nothing after deploy', async () => {
    expect(await differences('cdktf', project)).toEqual([adding(1), adding(2), adding(2)])
    await asked('cdktf', project, 'deploy', ...stacks, '--auto-approve', offline)
    expect(await differences('cdktf', project)).toEqual(stacks.map(() => 'No changes'))
  })

  test.runIf(commandLines.cdktn)('cdktn finds nothing to change in what cdktf deployed', async () => {
    const other = checkout('cdktn', 'taking-over')
    for (const stack of stacks) {
      const state = `cdktf.out/stacks/${stack}/terraform.tfstate`
      mkdirSync(join(other, 'cdktf.out/stacks', stack), { recursive: true })
      cpSync(join(project, state), join(other, state))
    }
    expect(await differences('cdktn', other)).toEqual(stacks.map(() => 'No changes'))
  })
})

describe.runIf(hasTerraform())('get', () => {
  test.each(frameworks.filter((name) => commandLines[name]))(
    '%s gives the names of the bindings that come with the package, and they compile',
    async (framework) => {
      const project = join(world.folder, `get-${framework}`)
      const made = join(project, '.gen/providers/sensorform')
      mkdirSync(project)
      symlinkSync(join(world.folder, 'node_modules'), join(project, 'node_modules'))
      const provider = `sensorform/sensorform@${packageJson.version}`
      const settings = {
        language: 'typescript',
        app: 'node main.js',
        sendCrashReports: 'false',
        codeMakerOutput: '.gen',
      }
      writeFileSync(
        join(project, 'cdktf.json'),
        JSON.stringify({ ...settings, projectId: framework, terraformProviders: [provider], terraformModules: [] }),
      )
      await asked(framework, project, 'get')
      await generateBindings(join(project, 'ours'))
      expect(exportsBelow(made)).toMatchObject(exportsBelow(join(project, 'ours/providers/sensorform')))
      expect(await compiled(project)).toEqual({ code: 0, stdout: '', stderr: '' })
      const script = `
        const { App, TerraformStack } = require('${framework}')
        const { DataSensorformSensor } = require('./js/data-sensorform-sensor')
        const { Sensor } = require('./js/sensor')
        const stack = new TerraformStack(new App(), 'stack')
        const access = { endpoint: 'https://10.20.0.5', credentials: 'default', trust: [{ systemAttribute: true }] }
        const read = new DataSensorformSensor(stack, 'read', { access })
        new Sensor(stack, 'sensor', { access, systemProperties: { files: read.systemProperties.files } })
        console.log(stack.toTerraform().resource.sensorform_sensor.sensor.system_properties.files)`
      expect(await world.run(process.execPath, ['-e', script], project)).toMatchObject({
        stdout: '${data.sensorform_sensor.read.system_properties.files}\n',
      })
    },
  )
})

/** As a project of cdktf compiles it. */
async function compiled(project: string): Promise<Ran> {
  const compilerOptions = {
    strict: true,
    module: 'commonjs',
    moduleResolution: 'bundler',
    target: 'es2022',
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    rootDir: '.gen/providers/sensorform',
    outDir: 'js',
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.gen/**/*.ts'] }))
  return world.run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], project)
}
