/** Each example of a resource is applied as it stands, forgotten, and imported as its script says. Addresses: 127.44.6.x. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { openSensorform, requiredProviders } from './support/sensorform.ts'
import { hasTerraform } from './support/terraform.ts'

const user = { port: 0, username: 'admin', password: 'canary-Sensor-1!' }
const place = { address: '127.44.6.1', port: 0, subscriptionId: 's', location: 'eastus', token: 'canary-token' }

describe.runIf(hasTerraform())('with terraform', { timeout: 120_000 }, () => {
  test.each(['management_console', 'registration', 'forwarding_rule'])('sensorform_%s', async (name) => {
    const simulator = await startSimulator({
      appliances: [{ key: 'line-1', address: '127.44.6.11', ...user }],
      managementConsoles: [{ key: 'hq', address: '127.44.6.2', ...user }],
      cloud: { ...place, sites: ['berlin-plant'] },
    })
    onTestFinished(() => simulator.stop())
    const workspace = await openSensorform()
    const listed = (key: string) => simulator.appliances.find((one) => one.key === key)
    const placed = (file: string): string =>
      readFileSync(join(root, 'examples/resources', `sensorform_${name}`, file), 'utf8')
        .replaceAll('https://10.20.0.5', listed('line-1')?.endpoint ?? '')
        .replaceAll('https://10.20.0.2', listed('hq')?.endpoint ?? '')
        .replaceAll(/sha256\/A+=/g, listed('line-1')?.pin ?? '')
        .replaceAll(/sha256\/B+A=/g, listed('hq')?.pin ?? '')
    const { endpoint = '', pin = '' } = simulator.cloud ?? {}
    const azure = `{ endpoint = "${endpoint}", subscription_id = "s", location = "eastus", token = "${place.token}", trust = [{ pin = "${pin}" }] }`
    workspace.write(`${requiredProviders}
provider "sensorform" {
  credentials = { default = { username = "admin", password = "${user.password}" } }
  registrars  = { cloud = { azure = ${azure} } }
}
`)
    writeFileSync(join(workspace.folder, 'resource.tf'), placed('resource.tf'))
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan()).toMatchObject({ code: 0 })
    const before = await workspace.state()
    const [address = ''] = Object.keys(before)
    expect(address).toMatch(new RegExp(`^sensorform_${name}\\.`))
    await workspace.run('state', 'rm', address)
    const [, ...told] = /^terraform import (\S+) '(.*)'$/m.exec(placed('import.sh')) ?? []
    expect(await workspace.run('import', '-no-color', ...told)).toMatchObject({ code: 0 })
    /* That nothing is left to do, only a plan can say. */
    expect(without(await workspace.state(), 'in_sync')).toEqual(without(before, 'in_sync'))
  })
})

const without = (state: Record<string, Record<string, unknown>>, attribute: string) =>
  Object.fromEntries(
    Object.entries(state).map(([address, values]) => [address, { ...values, [attribute]: undefined }] as const),
  )
