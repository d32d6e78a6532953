/** The functions with the real terraform: no provider block, no sensor, nothing contacted. */
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packActivationFile, type ActivationFile } from '../../formats/activation-file.ts'
import { onOneLine, openSensorform, outputsOf, requiredProviders } from './support/sensorform.ts'
import { hasTerraform } from './support/terraform.ts'

const document = `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1, site: berlin, labels: { tier: critical } }
spec:
  access: { endpoint: https://10.20.0.5, credentials: default, trust: [{ pin: sha256/${'A'.repeat(43)}= }] }
  time: { timezone: Europe/Berlin }
  network:
    dns: [10.20.0.2]
    proxy: { host: proxy.example, port: 8080, username: u, password: { fromEnv: "PROXY_\${key}" } }
  forwarding:
    rules:
      to SIEM:
        minimumSeverity: Major
        protocols: any
        actions: { main: { syslog: { host: siem.example, port: 514, format: cef, protocol: tcp } } }
`

const file: ActivationFile = {
  id: 'f-1',
  name: 'berlin-line-1',
  mode: 'cloud',
  subscriptionId: 's-1',
  site: 'berlin',
  recordId: 'r-1',
  createdAt: '2026-11-01T00:00:00.000Z',
  expiresAt: null,
}

const zip = packActivationFile(file, generateKeyPairSync('ed25519').privateKey)

/** What an expression comes to, or what terraform says of it. `files` lie beside the configuration. */
async function evaluate(expression: string, files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const workspace = await openSensorform()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace.folder, name), content)
  workspace.write(`${requiredProviders}\noutput "it" {\n  value = ${expression}\n}\n`)
  const { code, stderr } = await workspace.apply()
  if (code !== 0) return { refused: onOneLine(stderr) }
  expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
  return { value: (await outputsOf(workspace))['it'] }
}

const withDocument = (text: string) => ({ 'sensor.yaml': text })
const parsed = 'provider::sensorform::parse_sensor(file("sensor.yaml"))'
const validated = 'provider::sensorform::validate_sensor(file("sensor.yaml"))'

describe.runIf(hasTerraform())('with terraform', () => {
  test('a document is an object of the attributes of a sensor', async () => {
    const { value } = await evaluate(parsed, withDocument(document))
    expect(value).toMatchObject({
      key: 'line-1',
      site: 'berlin',
      labels: { tier: 'critical' },
      name: null,
      access: { endpoint: 'https://10.20.0.5', credentials: 'default', trust: [{ pin: `sha256/${'A'.repeat(43)}=` }] },
      time: { timezone: 'Europe/Berlin', ntp: null },
      network: {
        dns: ['10.20.0.2'],
        proxy: { port: 8080, password_from_env: 'PROXY_line_1', password_from_file: null },
      },
      forwarding: { rules: { 'to SIEM': { minimum_severity: 'Major', protocols: ['any'], engines: null } } },
      hold: null,
    })
  })

  test.each([
    [
      'a value',
      document.replace('Europe/Berlin', 'Europe/Berlni'),
      ['6:21: timezone is not an IANA time zone', 'Did you mean Europe/Berlin? (VALUE_INVALID)'],
    ],
    [
      'several values',
      document.replace('8080', '0').replace('cef', 'cfe'),
      ['9:41: port must be at least 1', '(VALUE_INVALID)', '15:', 'Did you mean cef?'],
    ],
    ['the syntax', document.replace('dns: [', 'dns: [['), ['(YAML_SYNTAX)', '9:']],
    [
      'another kind',
      'apiVersion: sensorform.io/v1\nkind: Fleet\nmetadata: { name: acme }\nspec: {}\n',
      ['1:1: The text is a document of kind Fleet.', 'Give the text of one document of kind Sensor.'],
    ],
    ['two documents', `${document}---\n${document}`, ['1:1: The text holds 2 documents.']],
    ['none', '# nothing\n', ['1:1: The text holds no document.']],
    [
      'what is missing beside it',
      document.replace('credentials: default, ', ''),
      ['credentials is missing', '(REQUIRED)'],
    ],
    [
      'a placeholder that stands for nothing',
      document.replace('${key}', '${name}'),
      ['${name} stands for nothing here', '(PLACEHOLDER)'],
    ],
    ['a literal secret', document.replace('{ fromEnv: "PROXY_${key}" }', 'c4nary-9'), ['(LITERAL_SECRET)']],
    [
      'a file',
      document.replace('time: {', 'certificate: { certificate: { file: a.crt } }\n  time: {'),
      ['certificate.certificate names a file, which a function does not read.', 'sensorform_fleet'],
    ],
  ])('parsing tells %s with its place', async (_, text, told) => {
    const { refused = '' } = await evaluate(parsed, withDocument(text))
    expect(refused).toContain('Invalid value for "document" parameter')
    expect(told.filter((one) => !refused.includes(one))).toEqual([])
    expect(refused).not.toContain('c4nary')
  })

  test('validating answers with the problems, and with none', async () => {
    expect(await evaluate(validated, withDocument(document))).toEqual({ value: [] })
    const wrong = document.replace('Europe/Berlin', 'Europe/Berlni').replace('kind: Sensor', 'kind: Sensor\nstray: 1')
    expect(await evaluate(validated, withDocument(wrong))).toEqual({
      value: [
        {
          severity: 'error',
          code: 'UNKNOWN_KEY',
          line: 3,
          column: 1,
          field: null,
          summary: 'There is no key "stray" here',
          hint: 'Known here: apiVersion, kind, metadata, spec.',
        },
        {
          severity: 'error',
          code: 'VALUE_INVALID',
          line: 7,
          column: 21,
          field: null,
          summary: 'timezone is not an IANA time zone such as Europe/Berlin',
          hint: 'Did you mean Europe/Berlin?',
        },
      ],
    })
    const warned = document.replace('time: {', 'name: berlin-line-1\n  time: {')
    expect(await evaluate(validated, withDocument(warned))).toMatchObject({
      value: [{ severity: 'warning', code: 'NAME_ONLY_READ', line: 6, field: 'name' }],
    })
  })

  test('a subnet is described', async () => {
    expect(await evaluate('provider::sensorform::subnet("10.20.0.5", "255.255.255.192")')).toEqual({
      value: {
        network: '10.20.0.0',
        broadcast: '10.20.0.63',
        first_host: '10.20.0.1',
        last_host: '10.20.0.62',
        hosts: 62,
        prefix_length: 26,
      },
    })
    expect(await evaluate('provider::sensorform::subnet("200.1.2.3", "128.0.0.0")')).toMatchObject({
      value: { network: '128.0.0.0', broadcast: '255.255.255.255', prefix_length: 1 },
    })
  })

  test('a subnet holds its two ends, and nothing beside them', async () => {
    const others = ['10.20.0.0', '10.20.0.255', '10.20.1.0', '10.19.255.255'].map(
      (other) => `provider::sensorform::subnet_contains("10.20.0.5", "255.255.255.0", "${other}")`,
    )
    expect(await evaluate(`[${others.join(', ')}]`)).toEqual({ value: [true, true, false, false] })
  })

  test.each([
    ['subnet("10.20.0", "255.255.255.0")', 'Invalid value for "address" parameter: 10.20.0 is not an IPv4 address'],
    [
      'subnet("10.20.0.5", "255.255.0.255")',
      'Invalid value for "subnet_mask" parameter: 255.255.0.255 is not a subnet mask',
    ],
    ['subnet_contains("10.20.0.5", "255.255.255.0", "x")', 'Invalid value for "other" parameter: x is not an IPv4'],
    ['subnet(null, "255.255.255.0")', 'Invalid value for "address" parameter: argument must not be null'],
  ])('%s is refused at its argument', async (call, told) => {
    expect((await evaluate(`provider::sensorform::${call}`)).refused).toContain(told)
  })

  const networks: [args: string, problems: string[]][] = [
    ['"10.20.0.5", "255.255.255.0", null', []],
    ['"10.20.0.5", "255.255.255.0", "10.20.0.1"', []],
    ['"10.20.0.0", "255.255.255.0", null', ['ADDRESS_NOT_A_HOST network.address']],
    [
      '"10.20.0.255", "255.255.255.0", "10.20.1.1"',
      ['ADDRESS_NOT_A_HOST network.address', 'GATEWAY_OUTSIDE_SUBNET network.gateway'],
    ],
    ['"10.20.0.5", "255.255.255.0", "10.20.0.5"', ['VALUE_INVALID network.gateway']],
    ['"nonsense", "255.255.255.0", "x"', ['VALUE_INVALID network.address', 'VALUE_INVALID network.gateway']],
    ['"10.20.0.5", "1.2.3.4", null', ['VALUE_INVALID network.subnetMask']],
  ]

  test('a network has the problems that the spec finds', async () => {
    const lists = networks.map(
      ([args]) => `[for p in provider::sensorform::validate_network(${args}) : join(" ", [p.code, p.field])]`,
    )
    expect(await evaluate(`[${lists.join(', ')}]`)).toEqual({ value: networks.map(([, problems]) => problems) })
  })

  test('an activation file tells what it is for', async () => {
    const call = 'provider::sensorform::activation_file_info(filebase64("a.zip"))'
    expect(await evaluate(call, { 'a.zip': zip })).toEqual({
      value: {
        id: 'f-1',
        name: 'berlin-line-1',
        mode: 'cloud',
        subscription_id: 's-1',
        site: 'berlin',
        record_id: 'r-1',
        created_at: '2026-11-01T00:00:00.000Z',
        upload_before: '2026-11-15T00:00:00.000Z',
        expires_at: null,
      },
    })
    expect((await evaluate(call, { 'a.zip': 'no zip' })).refused).toContain('The file is not a readable zip file.')
    const text = 'provider::sensorform::activation_file_info("no base64!")'
    expect((await evaluate(text)).refused).toContain('It is not base64.')
  })

  test('what is not known yet is asked for later', async () => {
    const workspace = await openSensorform()
    workspace.write(`${requiredProviders}
resource "terraform_data" "address" { input = "10.20.0.5" }
output "it" { value = provider::sensorform::subnet_contains(terraform_data.address.output, "255.255.255.0", "10.20.0.9") }
`)
    expect((await workspace.plan()).plan['output_changes']).toMatchObject({ it: { after_unknown: true } })
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await outputsOf(workspace)).toEqual({ it: true })
  })
})
