/** The examples of actions and list resources are run as they stand by a Terraform that has them. Addresses: 127.44.8.x. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { root } from '../house/sources.ts'
import { requiredProviders } from './support/sensorform.ts'
import { hasNewerTerraform, newerTerraform, openWorkspace, type Workspace } from './support/terraform.ts'

const password = 'canary-Sensor-1!'
const token = 'c4nary-token'
const written = { endpoint: 'https://10.20.0.5', pin: `sha256/${'A'.repeat(43)}=` }
const siem = { syslog: { host: '127.44.8.9', port: 514, format: 'cef', protocol: 'udp' } } as const

describe.runIf(hasNewerTerraform())('with a Terraform that has actions and lists', () => {
  let simulator: Simulator
  let attachable: Attachable
  let workspace: Workspace
  const before = process.cwd()

  beforeAll(async () => {
    /* The package of the example lies beside the fleet that is updated with it. */
    process.chdir(join(root, 'examples/update'))
    simulator = await startSimulator({
      appliances: [
        {
          key: 'line-1',
          address: '127.44.8.11',
          port: 0,
          username: 'admin',
          password,
          activated: { name: 'berlin-line-1', mode: 'cloud', site: 'berlin-plant' },
          settings: { forwarding: { rules: { siem: { actions: { siem } } } } },
        },
      ],
      cloud: {
        address: '127.44.8.1',
        port: 0,
        subscriptionId: 's',
        location: 'eastus',
        token,
        sites: ['berlin-plant'],
      },
      tuning: { jobMs: 20, updateMs: 500, requestsPerSecond: 10_000 },
    })
    attachable = await serveForDebugging(sensorformProvider, {
      source: 'registry.terraform.io/sensorform/sensorform',
      env: {},
      log: () => {},
    })
    workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach }, '', newerTerraform)
  })
  afterAll(async () => {
    process.chdir(before)
    await workspace[Symbol.asyncDispose]()
    await attachable.close()
    await simulator.stop()
  })

  const example = (path: string): string => {
    const [{ endpoint, pin } = written] = simulator.appliances
    const text = readFileSync(join(root, 'examples', path), 'utf8')
    return text.replaceAll(written.endpoint, endpoint).replaceAll(written.pin, pin)
  }
  const provider = (): string => {
    const { endpoint, pin } = simulator.cloud ?? written
    const azure = `{ endpoint = "${endpoint}", subscription_id = "s", location = "eastus", token = "${token}", trust = [{ pin = "${pin}" }] }`
    return `${requiredProviders}
provider "sensorform" {
  credentials = { default = { username = "admin", password = "${password}" } }
  registrars  = { cloud = { azure = ${azure} } }
}
`
  }

  test.each([
    ['sensorform_backup', 'Making a backup'],
    ['sensorform_restore', 'Restored '],
    ['sensorform_test_message', 'siem'],
    ['sensorform_update_software', '22.4.1'],
  ])('%s is invoked', { timeout: 120_000 }, async (name, told) => {
    const action = example(`actions/${name}/action.tf`)
    workspace.write(provider() + action)
    const [, address = ''] = /-invoke=(\S+)/.exec(action) ?? []
    const ran = await workspace.apply(`-invoke=${address}`)
    expect(ran, ran.stderr).toMatchObject({ code: 0 })
    expect(ran.stdout).toContain(told)
  })

  test.each([
    ['sensorform_registration', 'berlin-line-1'],
    ['sensorform_forwarding_rule', 'siem'],
    ['sensorform_sensor', 'gate-1'],
  ])('%s is listed', { timeout: 120_000 }, async (name, found) => {
    workspace.write(provider())
    const list = join(workspace.folder, 'all.tfquery.hcl')
    writeFileSync(list, example(`list-resources/${name}/list-resource.tfquery.hcl`))
    const ran = await workspace.run('query', '-no-color')
    expect(ran, ran.stderr).toMatchObject({ code: 0 })
    expect(ran.stdout).toContain(found)
  })
})
