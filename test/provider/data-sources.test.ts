/** Data sources and the activation file with the real terraform, on simulated sensors and a simulated cloud. Addresses: 127.44.1.x. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readActivationFile } from '../../formats/activation-file.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { makeCertificate, makeKey } from '../formats/make-certificate.ts'
import { onOneLine, openSensorform, outputsOf, requiredProviders } from './support/sensorform.ts'
import { hasTerraform, type Workspace } from './support/terraform.ts'

const password = 'canary-Sensor-1!'
const token = 'c4nary-token'

const appliance = (key: string, address: string) => ({ key, address, port: 0, username: 'admin', password })
const list = (name: string) => `data "sensorform_sensors" "${name}" { registrar = "cloud" }`
const certificate = (text: string) => `data "sensorform_certificate" "it" {\ncertificate = "${text}"\n}`

const file = (more = ''): string => `
ephemeral "sensorform_activation_file" "line_1" {
  registrar = "cloud"
  name      = "berlin-line-1"
  ${more}
}
resource "terraform_data" "hand_over" {
  provisioner "local-exec" {
    command     = "printf %s \\"$FILE\\" | base64 -d > line-1.zip"
    environment = { FILE = ephemeral.sensorform_activation_file.line_1.content_base64 }
  }
}`

describe.runIf(hasTerraform())('with terraform', () => {
  let simulator: Simulator

  beforeAll(async () => {
    simulator = await startSimulator({
      appliances: [
        {
          ...appliance('line-1', '127.44.1.11'),
          activated: { name: 'berlin-line-1', mode: 'cloud', site: 'berlin', zone: 'halls' },
          settings: { time: { timezone: 'Europe/Berlin' } },
        },
        { ...appliance('line-2', '127.44.1.12'), activated: { name: 'berlin-line-2', mode: 'cloud', site: 'berlin' } },
        { ...appliance('crane-1', '127.44.1.13'), activated: { name: 'crane-1', mode: 'local' } },
      ],
      cloud: {
        address: '127.44.1.1',
        port: 0,
        subscriptionId: 'subscription',
        location: 'eastus',
        token,
        sites: ['berlin', 'hamburg'],
        pageSize: 1,
      },
      distinctKeys: 3,
    })
  })
  afterAll(async () => simulator.stop())

  const header = (secret = password): string => `${requiredProviders}
provider "sensorform" {
  credentials = { default = { username = "admin", password = "${secret}" } }
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
    folder = { directory = { path = "no-such-folder" } }
  }
}
`

  const accessOf = (key: string): string => {
    const sensor = simulator.appliances.find((one) => one.key === key)
    return `access = { endpoint = "${sensor?.endpoint}", credentials = "default", trust = [{ pin = "${sensor?.pin}" }] }`
  }

  async function opened(configuration: string, secret?: string): Promise<Workspace> {
    const workspace = await openSensorform()
    workspace.write(`${header(secret)}\n${configuration}\n`)
    return workspace
  }

  /** Applies, sees that nothing is left to do, and answers with the outputs. */
  async function applied(configuration: string): Promise<Record<string, unknown>> {
    const workspace = await opened(configuration)
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    return outputsOf(workspace)
  }

  /** What terraform says of a configuration that it refuses, in one line. */
  async function refused(configuration: string, secret?: string): Promise<string> {
    const workspace = await opened(configuration, secret)
    const { code, stderr } = await workspace.run('plan', '-input=false', '-no-color')
    expect({ code, errors: stderr.match(/Error: /g)?.length }).toEqual({ code: 1, errors: 1 })
    expect(stderr).not.toMatch(/c[4a]nary-(token|Sensor)/)
    return onOneLine(stderr)
  }

  const sequence = (): number => simulator.requests().at(-1)?.sequence ?? 0
  const methodsSince = (since: number) => [
    ...new Set(simulator.requests(since).map(({ method, operation }) => `${method} ${operation}`)),
  ]

  const sensor = (more = ''): string => `data "sensorform_sensor" "line_1" {\n${accessOf('line-1')}\n${more}\n}`

  test('a sensor is read with everything that it says, and nothing is written', async () => {
    const since = sequence()
    const { it } = await applied(
      `${sensor('registrar = "cloud"')}\noutput "it" { value = data.sensorform_sensor.line_1 }`,
    )
    expect(it).toMatchObject({
      id: simulator.appliances[0]?.serialNumber,
      serial_number: simulator.appliances[0]?.serialNumber,
      name: 'berlin-line-1',
      activation: { mode: 'cloud' },
      activation_status: expect.any(String),
      certificate_fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      software_version: expect.stringMatching(/^\d/),
      registration: { site: 'berlin', zone: 'halls' },
      time: { timezone: 'Europe/Berlin' },
      network: { address: '127.44.1.11' },
    })
    expect(methodsSince(since).filter((one) => !/^GET |signIn$|signOut$/.test(one))).toEqual([])
  })

  test('a plan reads a sensor once, with one sign-in, and asks no registrar that it does not name', async () => {
    const workspace = await opened(`${sensor()}\noutput "it" { value = data.sensorform_sensor.line_1.time.timezone }`)
    const since = sequence()
    expect((await workspace.plan()).code).toBe(2)
    expect(simulator.counts('line-1', since)).toMatchObject({ signIn: 1, readAppliance: 1 })
    expect(simulator.counts('(cloud)', since)).toEqual({})
  })

  test('what is not known yet is read when it is', async () => {
    const [one] = simulator.appliances
    const workspace = await opened(`
resource "terraform_data" "endpoint" { input = "${one?.endpoint}" }
data "sensorform_sensor" "line_1" {
  access = { endpoint = terraform_data.endpoint.output, credentials = "default", trust = [{ pin = "${one?.pin}" }] }
}
output "it" { value = data.sensorform_sensor.line_1.time.timezone }`)
    const since = sequence()
    expect((await workspace.plan()).plan['output_changes']).toMatchObject({ it: { after_unknown: true } })
    expect(simulator.counts('line-1', since)).not.toHaveProperty('readAppliance')
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await outputsOf(workspace)).toEqual({ it: 'Europe/Berlin' })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
  })

  test('a sensor that cannot be read is one error, at its access', async () => {
    const at = 'in data "sensorform_sensor" "line_1": 25: access ='
    expect(await refused(sensor(), 'wrong-Password-1!')).toContain(at)
    expect(await refused(sensor(), 'wrong-Password-1!')).toContain('(CREDENTIALS_REFUSED)')
    const elsewhere = sensor().replace(/127\.44\.1\.11:\d+/, '127.44.1.99:9')
    expect(await refused(elsewhere)).toMatch(/25: access = .*\(UNREACHABLE\)/)
    const untrusted = sensor().replace(/sha256\/[^"]*/, `sha256/${'A'.repeat(43)}=`)
    expect(await refused(untrusted)).toMatch(/25: access = .*\(TLS_UNTRUSTED\)/)
    expect(await refused(sensor().replace('https://', 'http://'))).toMatch(
      /25: access = .*\(VALUE_INVALID\).*At access.endpoint/,
    )
    expect(await refused(sensor('registrar = "clowd"'))).toMatch(
      /no registrar "clowd".*26: registrar = .*Declared: cloud, folder/,
    )
  })

  test('a registrar lists what is registered, in one site or in all', async () => {
    const { site, all, one } = await applied(`
data "sensorform_sensors" "berlin" {
  registrar = "cloud"
  site      = "Berlin"
}
data "sensorform_sensors" "all" { registrar = "cloud" }
output "site" { value = data.sensorform_sensors.berlin.sensors[*].name }
output "all"  { value = [for s in data.sensorform_sensors.all.sensors : join(" ", [s.name, s.mode])] }
output "one"  { value = data.sensorform_sensors.berlin.sensors[0] }`)
    expect(site).toEqual(['berlin-line-1', 'berlin-line-2'])
    expect(all).toEqual(['crane-1 local', 'berlin-line-1 cloud', 'berlin-line-2 cloud'])
    expect(one).toMatchObject({ name: 'berlin-line-1', mode: 'cloud', site: 'berlin', zone: 'halls', connected: true })
  })

  test('two lists of one registrar are listed once', async () => {
    const workspace = await opened(list('one'))
    await workspace.plan()
    const since = sequence()
    await workspace.plan()
    const once = simulator.requests(since).length
    workspace.write(`${header()}\n${list('one')}\n${list('two')}\n`)
    const again = sequence()
    expect(await workspace.plan()).toMatchObject({ code: 0 })
    expect(simulator.requests(again)).toHaveLength(once)
    expect(once).toBeGreaterThan(0)
  })

  test.each([
    ['sensorform_sensors', 'registrar = "clowd"', /no registrar "clowd".*25: registrar =.*\(REGISTRAR_UNKNOWN\)/],
    ['sensorform_sensors', 'registrar = "folder"', /Registrar folder lists no records.*25: registrar =/],
  ])('%s with %s is refused', async (type, setting, told) => {
    expect(await refused(`data "${type}" "it" {\n${setting}\n}`)).toMatch(told)
  })

  test('a registrar that refuses the token is one error', async () => {
    const workspace = await openSensorform()
    workspace.write(`${header().replace(token, 'other')}\ndata "sensorform_sensors" "it" {\nregistrar = "cloud"\n}\n`)
    const { code, stderr } = await workspace.run('plan', '-no-color')
    expect(code).toBe(1)
    expect(onOneLine(stderr)).toMatch(/25: registrar = "cloud".*\(REGISTRAR_DENIED\)/)
  })

  test('an activation file is downloaded, handed over, and stored nowhere', async () => {
    const workspace = await opened(file())
    const before = sequence()
    const { plan, code } = await workspace.plan()
    expect(code).toBe(2)
    expect(await workspace.run('apply', '-no-color', 'plan.bin')).toMatchObject({ code: 0, stderr: '' })
    const zip = readFileSync(join(workspace.folder, 'line-1.zip'))
    expect(readActivationFile(zip)).toMatchObject({ file: { name: 'berlin-line-1', mode: 'cloud', site: 'berlin' } })
    const downloads = simulator.requests(before).filter(({ path }) => path.includes('downloadActivation'))
    expect(downloads).toHaveLength(2)
    const stored = [JSON.stringify(plan), readFileSync(join(workspace.folder, 'terraform.tfstate'), 'utf8')].join('')
    expect(stored).not.toContain(zip.toString('base64').slice(0, 40))
    expect(stored).not.toContain(zip.toString('base64').slice(-40))
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
  })

  test.each([
    [
      'a name that nobody has',
      file().replace('berlin-line-1', 'berlin-line-9'),
      /Registrar cloud has no registration berlin-line-9 .*27: name =/,
    ],
    ['another site', file('site = "hamburg"'), /no registration berlin-line-1 in site hamburg .*27: name =/],
    ['another mode', file('mode = "local"'), /no registration berlin-line-1 in mode local .*27: name =/],
    ['a mode that is none', file('mode = "clowd"'), /mode must be one of cloud, local .*28: mode =/],
    [
      'a folder without the file',
      file().replace('"cloud"', '"folder"'),
      /berlin-line-1\.zip .*\(ACTIVATION_FILE_MISSING\)/,
    ],
    ['no such registrar', file().replace('"cloud"', '"clowd"'), /no registrar "clowd" .*26: registrar =/],
  ])('an activation file of %s is refused at its line', async (_, configuration, told) => {
    expect(await refused(configuration)).toMatch(told)
  })

  test('a certificate is judged as a sensor would', async () => {
    const [key, issuerKey] = [makeKey(), makeKey()]
    const [year, next] = [new Date().getFullYear(), new Date().getFullYear() + 1]
    const dates = { notBefore: `${year - 1}-01-01`, notAfter: `${next}-12-31` }
    const issuer = { key: issuerKey, commonName: 'Plant CA' }
    const leaf = makeCertificate({
      key,
      commonName: 'line-1.example',
      issuer,
      ...dates,
      alternativeNames: ['line-1.example'],
    })
    const workspace = await opened(`
data "sensorform_certificate" "good" {
  certificate = file("line-1.crt")
  chain       = file("ca.pem")
  hostname    = "line-1.example"
}
data "sensorform_certificate" "bad" {
  certificate = file("line-1.crt")
  chain       = file("line-1.crt")
  hostname    = "line-2.example"
}
output "good" { value = data.sensorform_certificate.good }
output "bad"  { value = data.sensorform_certificate.bad.problems[*].code }`)
    writeFileSync(join(workspace.folder, 'line-1.crt'), leaf)
    writeFileSync(join(workspace.folder, 'ca.pem'), makeCertificate({ ...issuer, ...dates }))
    const since = sequence()
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    expect(simulator.requests(since)).toEqual([])
    const { good, bad } = await outputsOf(workspace)
    expect(good).toMatchObject({
      common_name: 'line-1.example',
      subject: 'O=Example, CN=line-1.example',
      issuer: 'O=Example, CN=Plant CA',
      not_after: `${next}-12-31T00:00:00.000Z`,
      key_type: 'rsa',
      key_bits: 2048,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      pin: expect.stringMatching(/^sha256\//),
      signature_algorithm: 'sha256WithRSAEncryption',
      alternative_names: ['DNS:line-1.example'],
      problems: [],
      unchecked: [],
    })
    expect(bad).toEqual(['CERTIFICATE_CN', 'CERTIFICATE_CHAIN'])
  })

  test('what is no certificate is refused at its line', async () => {
    expect(await refused(certificate('none'))).toMatch(
      /not a certificate in PEM or DER .*25: certificate = .*\(CERTIFICATE_UNREADABLE\)/,
    )
    const key = makeKey().privateKey.replaceAll('\n', '\\n')
    expect(await refused(certificate(key))).toContain('(CERTIFICATE_HOLDS_KEY)')
  })
})
