/**
 * The documents of examples/fleet through `sensorform_fleet`: one `for_each` manages what the CLI manages, and each finds
 * nothing left to do where the other was. Addresses: those of the example.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runCli } from '../../cli/run-cli.ts'
import { loadFleet } from '../../load/load-fleet.ts'
import { sensorAttributes } from '../../schemas/terraform/generated.ts'
import { fleetToSimulatorOptions } from '../../simulator/from-fleet.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { onOneLine, openSensorform, outputsOf, requiredProviders } from './support/sensorform.ts'
import { hasTerraform } from './support/terraform.ts'

const env = { SENSOR_PASSWORD: 'canary-Sensor-1!', AZURE_TOKEN: 'canary-token', SMB_PASSWORD: 'canary-share-1!' }

const example = readFileSync(join(root, 'examples/data-sources/sensorform_fleet/data-source.tf'), 'utf8')

test('the example assigns every attribute of a sensor', () => {
  const missing = Object.keys(sensorAttributes).filter((name) => !example.includes(` = each.value.${name}\n`))
  expect(missing).toEqual([])
})

const loading = (paths: string) => `${requiredProviders}\ndata "sensorform_fleet" "it" { paths = ${paths} }`

describe.runIf(hasTerraform())('with terraform', () => {
  const before = process.cwd()
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-documents-'))
  const documents = join(folder, 'fleet')
  let simulator: Simulator

  beforeAll(async () => {
    cpSync(join(root, 'examples/fleet'), documents, { recursive: true })
    process.chdir(folder)
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const { fleet } = await loadFleet(['fleet'], { cwd: folder, env })
    if (!fleet) throw new TypeError('the example has problems')
    const secrets = {
      passwords: new Map([['default', env.SENSOR_PASSWORD]]),
      tokens: new Map([['cloud', env.AZURE_TOKEN]]),
    }
    const { options } = fleetToSimulatorOptions(fleet, secrets, { activated: true })
    simulator = await startSimulator({ ...options, pinFile: join(documents, 'pins.json'), distinctKeys: 3 })
  })
  afterAll(async () => {
    await simulator.stop()
    process.chdir(before)
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  async function cli(...words: string[]) {
    let text = ''
    const sink = { write: (part: string) => (text += part) }
    const code = await runCli(words, {
      stdout: sink,
      stderr: sink,
      stdin: (async function* () {})(),
      env: { ...env, NO_COLOR: '1' },
      cwd: folder,
      terminal: { stdin: false, stdout: false, stderr: false },
      onInterrupt: () => () => {},
    })
    return { code, text }
  }

  test('what the documents say is a value, with its secrets as references', async () => {
    const workspace = await openSensorform()
    workspace.write(`${requiredProviders}
data "sensorform_fleet" "example" { paths = ["fleet/fleet.yaml", "fleet/sites", "fleet/sensors"] }
output "it" { value = data.sensorform_fleet.example }`)
    const since = simulator.requests().length
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    expect(simulator.requests()).toHaveLength(since)
    const { it } = (await outputsOf(workspace)) as { it: { sensors: Record<string, object> } }
    expect(Object.keys(it.sensors)).toEqual(['crane-1', 'line-1', 'line-2'])
    const [sensor] = simulator.appliances.filter(({ key }) => key === 'line-1')
    expect(it).toMatchObject({
      name: 'example',
      credentials: { default: { username: 'admin', password_from_env: 'SENSOR_PASSWORD' } },
      registrars: {
        cloud: { azure: { location: 'eastus', token_from_env: 'AZURE_TOKEN', trust: [{ pin: simulator.cloud?.pin }] } },
        airgap: { directory: { path: 'fleet/activation' } },
      },
      sensors: {
        'line-1': {
          key: 'line-1',
          site: 'berlin',
          labels: { canary: 'true' },
          name: 'berlin-line-1',
          access: { endpoint: sensor?.endpoint, identity: sensor?.serialNumber, trust: [{ pin: sensor?.pin }] },
          time: { timezone: 'Europe/Berlin', date_format: 'dd/MM/yyyy HH:mm:ss' },
          backup: { target: { smb: { username: 'backup', password_from_env: 'SMB_PASSWORD' } } },
          forwarding: { rules: { 'to the SIEM': { protocols: ['any'] } } },
        },
        'crane-1': { time: { date_format: 'yyyy/MM/dd HH:mm:ss' }, forwarding: null },
      },
    })
    expect(JSON.stringify(it)).not.toContain('canary-')
  })

  test('one for_each applies it, and then neither terraform nor the CLI has anything to do', async () => {
    const workspace = await openSensorform()
    workspace.write(requiredProviders + example)
    const { stderr, code } = await workspace.apply()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    expect(await cli('plan', 'fleet', '--detailed-exitcode')).toMatchObject({ code: 0 })
    const line = join(documents, 'sensors/line-2.yaml')
    const text = readFileSync(line, 'utf8')
    writeFileSync(line, text.replace('hostname: line-2.berlin', 'dns: [127.20.1.2], hostname: line-2.berlin'))
    expect((await workspace.plan()).actions).toEqual({ 'sensorform_sensor.fleet["line-2"]': 'update' })
    expect(await cli('apply', 'fleet', '--auto-approve')).toMatchObject({ code: 0 })
    expect(await workspace.plan()).toMatchObject({ actions: {} })
    writeFileSync(line, text)
  })

  test('a plan of the fleet reads each sensor once', async () => {
    const workspace = await openSensorform()
    workspace.write(requiredProviders + example)
    await workspace.apply()
    const since = simulator.requests().at(-1)?.sequence ?? 0
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    for (const key of ['line-1', 'line-2', 'crane-1']) {
      expect(simulator.counts(key, since)).toMatchObject({ signIn: 1, readAppliance: 1 })
    }
  })

  test.each([
    [
      'a value',
      'sites/hamburg.yaml',
      ['Europe/Berlin', 'Europe/Berlni'],
      [
        'timezone is not an IANA time zone',
        'fleet/sites/hamburg.yaml:11:23:',
        'time: { timezone: Europe/Berlni }',
        'Did you mean Europe/Berlin? (VALUE_INVALID)',
      ],
    ],
    [
      'a name',
      'fleet.yaml',
      ['credentials: default,', 'credentials: defualt,'],
      ['fleet/fleet.yaml:31:', '(CREDENTIALS_UNKNOWN)'],
    ],
    [
      'the syntax',
      'sensors/line-1.yaml',
      ['{ endpoint', '{ { endpoint'],
      ['fleet/sensors/line-1.yaml:7:', '(YAML_SYNTAX)'],
    ],
  ])('a mistake in %s is told with its place in its file', async (_, name, [from = '', to = ''], told) => {
    const path = join(documents, name)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(from, to))
    try {
      const workspace = await openSensorform()
      workspace.write(requiredProviders + example)
      const { code, stderr } = await workspace.run('plan', '-no-color')
      expect(code).toBe(1)
      expect(stderr).toContain('on main.tf line 9, in data "sensorform_fleet" "example":')
      expect(told.filter((one) => !onOneLine(stderr).includes(one))).toEqual([])
    } finally {
      writeFileSync(path, text)
    }
  })

  test('documents that are not there, or declare nothing, are an error', async () => {
    const workspace = await openSensorform()
    workspace.write(loading('["nowhere"]'))
    expect(onOneLine((await workspace.run('plan', '-no-color')).stderr)).toContain('There is no file or folder nowhere')
    workspace.write(loading('[]'))
    expect((await workspace.run('plan', '-no-color')).stderr).toContain('(NO_SENSORS)')
  })
})
