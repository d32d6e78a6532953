/**
 * Each example of a function, a data source and the ephemeral resource is applied as it stands, at the addresses and pins
 * of simulated appliances; that of sensorform_fleet in fleet.test.ts. Addresses: 127.44.2.x.
 */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { readActivationFile } from '../../formats/activation-file.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { makeCertificate, makeKey } from '../formats/make-certificate.ts'
import { root } from '../house/sources.ts'
import { onOneLine, openSensorform, outputsOf, requiredProviders } from './support/sensorform.ts'
import { hasTerraform, type Workspace } from './support/terraform.ts'

const password = 'canary-Sensor-1!'
const token = 'c4nary-token'

/** What the examples say of the sensor. */
const written = { endpoint: 'https://10.20.0.5', pin: `sha256/${'A'.repeat(43)}=` }

const folders = [
  ['data-sources', 'data-source.tf', Object.keys(sensorformProvider.dataSources)],
  ['ephemeral-resources', 'ephemeral-resource.tf', Object.keys(sensorformProvider.ephemeralResources)],
  ['functions', 'function.tf', Object.keys(sensorformProvider.functions)],
] as const

test.each(folders)('examples/%s has an example of each', (folder, file, names) => {
  expect(readdirSync(join(root, 'examples', folder)).toSorted()).toEqual([...names].toSorted())
  expect(names.filter((name) => !existsSync(join(root, 'examples', folder, name, file)))).toEqual([])
})

/** Applies it, sees that no warning is given and nothing is left to do, and answers with the outputs. */
async function applied(workspace: Workspace): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await workspace.apply()
  expect({ code, stderr, warned: /Warning:/.test(stdout) }).toEqual({ code: 0, stderr: '', warned: false })
  expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
  return outputsOf(workspace)
}

describe.runIf(hasTerraform())('with terraform', () => {
  let simulator: Simulator

  beforeAll(async () => {
    simulator = await startSimulator({
      appliances: [
        {
          key: 'line-1',
          address: '127.44.2.11',
          port: 0,
          username: 'admin',
          password,
          activated: { name: 'berlin-line-1', mode: 'cloud', site: 'berlin-plant' },
        },
      ],
      cloud: {
        address: '127.44.2.1',
        port: 0,
        subscriptionId: 'subscription',
        location: 'eastus',
        token,
        sites: ['berlin-plant'],
      },
      distinctKeys: 1,
    })
  })
  afterAll(async () => simulator.stop())

  const providerBlock = (): string => `${requiredProviders}
provider "sensorform" {
  credentials = { default = { username = "admin", password = "${password}" } }
  registrars = {
    cloud = {
      azure = {
        endpoint        = "${simulator.cloud?.endpoint}"
        subscription_id = "subscription"
        location        = "eastus"
        token           = "${token}"
        trust           = [{ pin = "${simulator.cloud?.pin}" }]
      }
    }
  }
}
`

  /** The folder of an example with a provider block beside it. */
  async function opened(path: string): Promise<Workspace> {
    const workspace = await openSensorform()
    cpSync(join(root, 'examples', dirname(path)), workspace.folder, { recursive: true })
    workspace.write(providerBlock())
    const [sensor] = simulator.appliances
    for (const name of readdirSync(workspace.folder).filter((one) => /\.(tf|yaml)$/.test(one))) {
      const text = readFileSync(join(workspace.folder, name), 'utf8')
      const placed = text
        .replaceAll(written.endpoint, sensor?.endpoint ?? '')
        .replaceAll(written.pin, sensor?.pin ?? '')
      writeFileSync(join(workspace.folder, name), placed)
    }
    return workspace
  }

  test('parse_sensor', async () => {
    vi.stubEnv('PROXY_line_1', 'c4nary-proxy')
    onTestFinished(() => void vi.unstubAllEnvs())
    const workspace = await opened('functions/parse_sensor/function.tf')
    await applied(workspace)
    expect(simulator.appliance('line-1').state.settings).toMatchObject({
      time: { timezone: 'Europe/Berlin' },
      network: { dns: ['10.20.0.2'], proxy: { host: 'proxy.example', port: 8080 } },
    })
  })

  test('validate_sensor', async () => {
    const workspace = await opened('functions/validate_sensor/function.tf')
    expect(await applied(workspace)).toEqual({ problems: { 'line-1.yaml': [] } })
    const path = join(workspace.folder, 'line-1.yaml')
    writeFileSync(path, readFileSync(path, 'utf8').replace('Europe/Berlin', 'Europe/Berlni'))
    const { code, stdout } = await workspace.apply()
    expect(code).toBe(0)
    expect(onOneLine(stdout)).toMatch(
      /Warning: Check block assertion failed .*line-1\.yaml:10:21: timezone is not an IANA/,
    )
  })

  test('subnet', async () => {
    const workspace = await opened('functions/subnet/function.tf')
    expect(await applied(workspace)).toEqual({ gateway: '10.20.0.1', cidr: '10.20.0.0/26' })
  })

  test('subnet_contains', async () => {
    const workspace = await opened('functions/subnet_contains/function.tf')
    expect(await applied(workspace)).toEqual({ dns_server: '10.20.0.2' })
    const { code, stderr } = await workspace.apply('-var', 'dns_server=10.20.1.2')
    expect([code, onOneLine(stderr)]).toEqual([1, expect.stringContaining("lies outside the sensors' own subnet")])
  })

  test('validate_network', async () => {
    const workspace = await opened('functions/validate_network/function.tf')
    expect(await applied(workspace)).toMatchObject({ network: { gateway: '10.20.0.1' } })
    const { code, stderr } = await workspace.apply('-var', 'network={address="10.20.0.0",subnet_mask="255.255.255.0"}')
    expect([code, onOneLine(stderr)]).toEqual([1, expect.stringContaining('is the network address of its subnet')])
  })

  test('activation_file_info', async () => {
    const workspace = await opened('functions/activation_file_info/function.tf')
    const { cloud } = simulator
    const zip = cloud?.seed({ name: 'berlin-line-1', mode: 'cloud', site: 'berlin-plant' })
    writeFileSync(join(workspace.folder, 'line-1.zip'), zip ?? '')
    expect(await applied(workspace)).toEqual({ upload_before: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) })
  })

  test('sensorform_sensor', async () => {
    const workspace = await opened('data-sources/sensorform_sensor/data-source.tf')
    expect(await applied(workspace)).toMatchObject({ line_1: { name: 'berlin-line-1', site: 'berlin-plant' } })
  })

  test('sensorform_sensors', async () => {
    const workspace = await opened('data-sources/sensorform_sensors/data-source.tf')
    expect(await applied(workspace)).toEqual({ disconnected: [] })
  })

  test('sensorform_certificate', async () => {
    const workspace = await opened('data-sources/sensorform_certificate/data-source.tf')
    const issuer = { key: makeKey(), commonName: 'Plant CA' }
    const year = new Date().getFullYear()
    const dates = { notBefore: `${year - 1}-01-01`, notAfter: `${year + 1}-12-31` }
    const leaf = { key: makeKey(), commonName: 'line-1.berlin.example', issuer, ...dates }
    writeFileSync(join(workspace.folder, 'line-1.crt'), makeCertificate(leaf))
    writeFileSync(join(workspace.folder, 'ca.pem'), makeCertificate({ ...issuer, ...dates }))
    expect(await applied(workspace)).toEqual({ pin: expect.stringMatching(/^sha256\//) })
    writeFileSync(join(workspace.folder, 'line-1.crt'), makeCertificate({ ...leaf, commonName: 'line-2' }))
    const { code, stdout } = await workspace.apply()
    expect(code).toBe(0)
    expect(onOneLine(stdout)).toContain('The CN line-2 is not the declared host name line-1.berlin.example')
  })

  test('sensorform_activation_file', async () => {
    const workspace = await opened('ephemeral-resources/sensorform_activation_file/ephemeral-resource.tf')
    await applied(workspace)
    const zip = readFileSync(join(workspace.folder, 'berlin-line-1.zip'))
    expect(readActivationFile(zip)).toMatchObject({ file: { name: 'berlin-line-1', site: 'berlin-plant' } })
  })
})
