/**
 * The examples of the provider block and of the sensor are applied as they stand, at the address and with the key of a
 * simulated sensor. Addresses: 127.44.3.x.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { openSensorform } from './support/sensorform.ts'
import { hasTerraform } from './support/terraform.ts'

const password = 'canary-Sensor-1!'
const token = 'c4nary-token'
const written = { endpoint: 'https://10.20.0.5', pin: `sha256/${'A'.repeat(43)}=` }
const example = (path: string): string => readFileSync(join(root, 'examples', path), 'utf8')

async function startPlant() {
  const simulator = await startSimulator({
    appliances: [
      {
        key: 'line-1',
        address: '127.44.3.11',
        port: 0,
        username: 'admin',
        password,
        activated: { name: 'berlin-line-1', mode: 'cloud', site: 'berlin-plant' },
      },
    ],
    cloud: {
      address: '127.44.3.1',
      port: 0,
      subscriptionId: '00000000-0000-0000-0000-000000000000',
      location: 'eastus',
      token,
      sites: ['berlin-plant'],
    },
  })
  onTestFinished(() => simulator.stop())
  const [{ endpoint, pin } = written] = simulator.appliances
  const provider = example('provider/provider.tf').replace(
    'subscription_id =',
    `endpoint = "${simulator.cloud?.endpoint}"\n        trust = [{ pin = "${simulator.cloud?.pin}" }]\n        subscription_id =`,
  )
  const atHome = (text: string) => text.replaceAll(written.endpoint, endpoint).replaceAll(written.pin, pin)
  return { provider, atHome }
}

const variables = ['sensor_password', 'azure_token', 'smb_password']
const values = [password, token, 'canary-Smb-1!']
const vars = variables.map((name, index) => `-var=${name}=${values[index]}`)
/** What the provider block alone declares. */
const signIn = vars.slice(0, 2)

describe.runIf(hasTerraform())('with terraform', () => {
  test('the example of the provider is valid as it stands', async () => {
    const workspace = await openSensorform()
    workspace.write(`${example('provider/provider.tf')}\ndata "sensorform_sensors" "all" {\n  registrar = "cloud"\n}\n`)
    expect(await workspace.run('validate', '-no-color')).toMatchObject({ code: 0, stderr: '' })
  })

  test('a sensor as in its example is applied, and the second plan is empty', async () => {
    const { provider, atHome } = await startPlant()
    const workspace = await openSensorform()
    workspace.write(provider + atHome(example('resources/sensorform_sensor/resource.tf')))
    expect(await workspace.apply(...vars)).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan(...vars)).toMatchObject({ code: 0, actions: {} })
    const state = readFileSync(join(workspace.folder, 'terraform.tfstate'), 'utf8')
    expect(values.filter((secret) => state.includes(secret))).toEqual([])
  })

  test('a sensor is imported by the id of its example, and nothing is left to do', async () => {
    const { provider, atHome } = await startPlant()
    const workspace = await openSensorform()
    const access = `{ endpoint = "${written.endpoint}", credentials = "default", trust = [{ pin = "${written.pin}" }] }`
    const sensor = `resource "sensorform_sensor" "line_1" {\n  access = ${access}\n}\n`
    workspace.write(provider + atHome(example('resources/sensorform_sensor/import-by-string-id.tf') + sensor))
    expect(await workspace.apply(...signIn)).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan(...signIn)).toMatchObject({ code: 0, actions: {} })
  })

  test('the configuration of an imported sensor is written, and applying it changes nothing', async () => {
    const { provider, atHome } = await startPlant()
    const workspace = await openSensorform()
    const block = atHome(example('resources/sensorform_sensor/import-by-string-id.tf'))
    workspace.write(provider + block.replace('import {', 'import {\n  provider = sensorform'))
    const planned = await workspace.plan('-generate-config-out=written.tf', ...signIn)
    expect(planned, planned.stderr).toMatchObject({ code: 2, stderr: '' })
    workspace.write(provider + block)
    const applied = await workspace.apply(...signIn)
    expect(applied, applied.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(applied.stdout).toContain('1 imported, 0 added')
    expect(await workspace.plan(...signIn)).toMatchObject({ code: 0, actions: {} })
  })
})
