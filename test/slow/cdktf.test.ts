/**
 * The built package as users of cdktf and cdktn have it: examples/cdktf as it stands is synthesised, applied by the real
 * terraform to simulated sensors with the provider from a mirror, and the second plan is empty. The CLI then finds nothing to
 * do either. Addresses: 127.20.60.x.
 */
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../house/sources.ts'
import { hasTerraform, terraformPath } from '../provider/support/terraform.ts'
import {
  exampleKeys,
  exampleSecrets,
  openPackagedConstructs,
  type PackagedConstructs,
  type Ran,
} from '../support/packaged-constructs.ts'

let world: PackagedConstructs

const terraform = (cwd: string, ...args: string[]): Promise<Ran> => world.run(terraformPath ?? 'terraform', args, cwd)
const input = ['-input=false', '-no-color']

/** A project beside the package: the example, with the framework's name in its imports. */
function projectOf(framework: string): string {
  const project = join(world.folder, framework)
  cpSync(join(root, 'examples/cdktf'), project, { recursive: true })
  const main = join(project, 'main.ts')
  writeFileSync(main, readFileSync(main, 'utf8').replaceAll(/(['/])cdktf'/g, `$1${framework}'`))
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  cpSync(join(world.folder, 'pins.json'), join(project, 'fleet/pins.json'))
  return project
}

async function synthesised(framework: string): Promise<string> {
  const project = projectOf(framework)
  const { code, stderr } = await world.run(process.execPath, ['main.ts'], project, { CDKTF_OUTDIR: 'cdktf.out' })
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
  world = await openPackagedConstructs()
})
afterAll(async () => world.close())

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
    const timezones = exampleKeys.map((key) => world.simulator.appliance(key).state.settings.time.timezone)
    expect(timezones).toEqual(['Europe/Berlin', 'Europe/Vienna', 'Europe/Vienna', 'Europe/Vienna', 'Europe/Vienna'])
  })

  test('the CLI finds nothing to do in the fleet that Terraform applied', async () => {
    const main = join(world.folder, 'node_modules/sensorform/dist/cli/main.js')
    const planned = await world.run(
      process.execPath,
      [main, 'plan', join(world.folder, 'cdktf/fleet'), '--format', 'json'],
      world.folder,
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
    for (const secret of Object.values(exampleSecrets)) expect(text).not.toContain(secret)
  })
})

test('the bindings have the names that cdktf get would give', async () => {
  const script = `
    const { Sensor } = require('sensorform/cdktf/sensor')
    const { SensorformProvider } = require('sensorform/cdktn/provider')
    console.log(Sensor.tfResourceType, SensorformProvider.tfResourceType)`
  expect(await world.run(process.execPath, ['-e', script], world.folder)).toMatchObject({
    stdout: 'sensorform_sensor sensorform\n',
  })
})
