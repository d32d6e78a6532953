/** Which secrets may be sent where is the runner's to say: a change of documents alone brings none of them elsewhere. */
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadFleet } from '../../load/load-fleet.ts'
import { applianceSchemas } from '../../schemas/documents.ts'
import { toJsonSchema } from '../../schemas/json-schema.ts'
import { isObject } from '../../load/schema-walk.ts'
import { loadText, withFiles } from './load-text.ts'

const scope = `apiVersion: sensorform.io/v1
kind: SecretScope
spec:
  secrets:
    - { fromEnv: SENSOR_*, sentTo: [10.20.0.0/16, hq.plant.example] }
    - { fromEnv: SMB, sentTo: [10.20.0.0/16, 10.1.0.3] }
    - { fromEnv: SMTP, sentTo: [10.20.0.0/16, "*.mail.example"] }
    - { fromEnv: PROXY, sentTo: [10.20.0.0/16, proxy.plant.example] }
    - { fromEnv: HOOK, sentTo: [10.20.0.0/16, ops.example] }
    - { fromEnv: AZURE_TOKEN, sentTo: [management.azure.com] }
    - { fromFile: keys/*.key, sentTo: [10.20.0.0/16] }
`

const pin = `trust: [{ pin: "sha256/${'A'.repeat(43)}=" }]`

const fleet = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: plant }
spec:
  credentials: { default: { username: admin, password: { fromEnv: "SENSOR_\${key}" } } }
  registrars: { cloud: { azure: { endpoint: "https://management.azure.com", subscriptionId: s, location: eastus, token: { fromEnv: AZURE_TOKEN } } } }
---
apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1 }
spec:
  access: { endpoint: "https://10.20.0.5", credentials: default, ${pin} }
  network: { proxy: { enabled: true, host: proxy.plant.example, port: 8080, username: u, password: { fromEnv: PROXY } } }
  backup: { target: { smb: { server: 10.1.0.3, share: backups, username: u, password: { fromEnv: SMB } } } }
  mailServer: { host: smtp.mail.example, port: 25, tls: starttls, sender: a@plant.example, username: u, password: { fromEnv: SMTP } }
---
apiVersion: sensorform.io/v1
kind: ManagementConsole
metadata: { name: hq }
spec:
  access: { endpoint: "https://10.20.0.9", credentials: default, ${pin} }
  forwarding:
    rules:
      hook:
        actions: { post: { webhook: { url: "https://ops.example/hook", secretHeaders: { Authorization: { fromEnv: HOOK } } } } }
`

const load = (text: string, scopeText = scope, more: Readonly<Record<string, string>> = {}) =>
  withFiles({ 'scope.yaml': scopeText }, (folder) =>
    loadText({ 'fleet.yaml': text, ...more }, { secretScope: join(folder, 'scope.yaml') }),
  )

const told = ({ problems }: Awaited<ReturnType<typeof load>>) =>
  problems.map(({ code, at, summary }) => `${at?.line ?? '-'}:${at?.column ?? '-'} ${code} ${summary}`)

test('a fleet whose secrets stay in scope loads', async () => {
  const result = await load(fleet)
  expect(told(result)).toEqual([])
  expect(result.fleet?.sensors.size).toBe(1)
})

describe('a pull request that points something at the host of its author', () => {
  test.each([
    ['the sensor', '10.20.0.5', '203.0.113.9', 'SENSOR_line_1', '203.0.113.9'],
    [
      'the sensor, by a name',
      '10.20.0.5',
      'hq.plant.example.evil.example',
      'SENSOR_line_1',
      'hq.plant.example.evil.example',
    ],
    [
      'the registrar',
      'https://management.azure.com',
      'https://management.azure.com.evil.example',
      'AZURE_TOKEN',
      'management.azure.com.evil.example',
    ],
    ['the proxy', 'proxy.plant.example', 'evil.example', 'PROXY', 'evil.example'],
    ['the backup server', '10.1.0.3', '203.0.113.9', 'SMB', '203.0.113.9'],
    ['the mail server', 'smtp.mail.example', 'smtpmail.example', 'SMTP', 'smtpmail.example'],
    [
      'the webhook',
      'https://ops.example/hook',
      'https://ops.example.evil.example/hook',
      'HOOK',
      'ops.example.evil.example',
    ],
    ['where the sensor moves to', 'network: {', 'network: { address: 203.0.113.9,', 'SENSOR_line_1', '203.0.113.9'],
  ])('%s', async (_, from, to, variable, host) => {
    const result = await load(fleet.replace(from, to))
    expect(result.fleet).toBeUndefined()
    const line = fleet.slice(0, fleet.indexOf(from)).split('\n').length
    expect(told(result)).toContainEqual(
      expect.stringMatching(
        new RegExp(`^${line}:\\d+ SECRET_SCOPE The environment variable ${variable} may not be sent to ${host}$`),
      ),
    )
  })
})

test('a reference to a secret that the scope does not name is refused at the reference', async () => {
  const other = fleet.replace('fromEnv: SMB', 'fromEnv: OTHER_TEAM')
  expect(told(await load(other))).toEqual([
    expect.stringMatching(/^14:\d+ SECRET_SCOPE The secret scope does not name the environment variable OTHER_TEAM$/),
  ])
  const credentials = fleet.replace('SENSOR_${key}', 'AZURE_CLIENT_SECRET')
  expect(told(await load(credentials))).toEqual([
    expect.stringMatching(
      /^5:\d+ SECRET_SCOPE The secret scope does not name the environment variable AZURE_CLIENT_SECRET$/,
    ),
  ])
})

test('what the machine itself signs in to Azure with is in scope where it is named', async () => {
  const ambient = fleet.replace(', token: { fromEnv: AZURE_TOKEN }', '')
  expect(told(await load(ambient))).toEqual([
    expect.stringMatching(/^6:\d+ SECRET_SCOPE The secret scope does not name the identity of this machine in Azure$/),
  ])
  const named = `${scope}    - { azureIdentity: true, sentTo: [management.azure.com] }\n`
  expect(told(await load(ambient, named))).toEqual([])
})

test('a pattern that any variable matches is no pattern of files', async () => {
  const file = fleet.replace('password: { fromEnv: SMTP }', 'password: { fromFile: keys/smtp }')
  const anything = scope.replace('fromEnv: SENSOR_*', 'fromEnv: "*"').replace('10.20.0.0/16', '0.0.0.0/0')
  expect(told(await load(file, anything, { 'keys/smtp': 'a' }))).toEqual([
    expect.stringMatching(/^15:\d+ SECRET_SCOPE The secret scope does not name the file /),
  ])
})

describe('a server that is declared without its password is told the one that the appliance holds', () => {
  test.each([
    ['proxy', 'proxy.plant.example', 'PROXY'],
    ['backup server', '10.1.0.3', 'SMB'],
    ['mail server', 'smtp.mail.example', 'SMTP'],
  ])('%s', async (_, server, variable) => {
    const without = fleet.replace(`, password: { fromEnv: ${variable} }`, '')
    const line = fleet.slice(0, fleet.indexOf(server)).split('\n').length
    const refused = (host: string) => [
      expect.stringMatching(
        new RegExp(
          `^${line}:\\d+ SECRET_SCOPE The password that the appliance may hold already may not be sent to ${host}$`,
        ),
      ),
    ]
    expect(told(await load(without))).toEqual(refused(server))
    const held = `${scope}    - { heldByAppliance: true, sentTo: [${server}] }\n`
    expect(told(await load(without, held))).toEqual([])
    expect(told(await load(without.replace(server, 'evil.example'), held))).toEqual(refused('evil.example'))
  })
})

test('a file is where it really lies, so that a link stands for no other one', async () => {
  const files = {
    'scope.yaml': `apiVersion: sensorform.io/v1
kind: SecretScope
spec: { secrets: [{ fromFile: secrets/line-*.txt, sentTo: [10.20.0.5] }] }
`,
    'fleet.yaml': fleet
      .slice(0, fleet.indexOf('  network'))
      .replace('fromEnv: "SENSOR_${key}"', 'fromFile: secrets/line-1.txt')
      .replace(/ {2}registrars.*\n/, ''),
    'secrets/line-1.txt': 'a',
    'secrets/root.txt': 'b',
  }
  await withFiles(files, async (cwd) => {
    await symlink('root.txt', join(cwd, 'secrets/line-2.txt'))
    const loaded = async (text: string) => {
      await writeFile(join(cwd, 'fleet.yaml'), text)
      return told(await loadFleet(['fleet.yaml'], { cwd, env: {}, secretScope: 'scope.yaml' }))
    }
    expect(await loaded(files['fleet.yaml'])).toEqual([])
    expect(await loaded(files['fleet.yaml'].replace('line-1.txt', 'line-2.txt'))).toEqual([
      expect.stringContaining('The secret scope does not name the file'),
    ])
  })
})

test.each([
  ['sentTo: [10.20.0.0/33]', 'is no host name'],
  ['sentTo: ["*"]', 'is no host name'],
  ['sentTo: ["https://10.20.0.5"]', 'is no host name'],
  ['sentTo: []', ''],
  ['fromFile: a, sentTo: [10.20.0.5]', ''],
  ['sendTo: [10.20.0.5]', 'There is no key "sendTo" here'],
])('a scope that says nothing clear lets nothing through: %s', async (entry, words) => {
  const broken = `apiVersion: sensorform.io/v1\nkind: SecretScope\nspec:\n  secrets:\n    - { fromEnv: SMB, ${entry} }\n`
  const { fleet: loaded, problems } = await load(fleet, broken)
  expect(loaded).toBeUndefined()
  expect(problems.filter(({ at }) => at?.file.endsWith('scope.yaml')).map(({ summary }) => summary)).toContainEqual(
    expect.stringContaining(words),
  )
})

test('a scope file that is not there lets nothing through', async () => {
  const { fleet: loaded, problems } = await loadText({ 'fleet.yaml': fleet }, { secretScope: 'nowhere.yaml' })
  expect(loaded).toBeUndefined()
  expect(problems.map(({ summary }) => summary)).toContain('There is no file or folder nowhere.yaml')
})

/** Every secret of a schema as path, and whether anything on the way says where it is sent on to. */
function secretsOf(schema: unknown, path: readonly string[] = [], sentOn = false): [path: string, sentOn: boolean][] {
  if (!isObject(schema)) return []
  const on = sentOn || schema['x-sent-on-to'] !== undefined
  if (schema['x-sensitive'] === true) return [[path.join('.'), on]]
  const { properties, additionalProperties, items, anyOf } = schema
  return [
    ...Object.entries(properties ?? {}).flatMap(([key, member]) => secretsOf(member, [...path, key], on)),
    ...[additionalProperties, items, anyOf].flat().flatMap((below) => secretsOf(below, path, on)),
  ]
}

test('every secret that an appliance sends on says to which server', () => {
  const found = new Map(Object.values(applianceSchemas).flatMap(({ settings }) => secretsOf(toJsonSchema(settings))))
  expect(
    [...found]
      .filter(([, on]) => !on)
      .map(([path]) => path)
      .toSorted(),
  ).toEqual([
    'certificate.passphrase',
    'certificate.privateKey',
    'forwarding.rules.actions.syslog.tls.passphrase',
    'forwarding.rules.actions.syslog.tls.privateKey',
    'managementConsole.connectionString',
  ])
  expect([...found].filter(([, on]) => on).length).toBeGreaterThanOrEqual(4)
})
