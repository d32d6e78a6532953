/** `SensorFleet`: documents and typed specs as resources; what is wrong with them, with file and line. */
import { TerraformVariable, type TerraformStack } from 'cdktf'
import { Construct } from 'constructs'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SensorFleet, type SensorFleetConfig } from '../../constructs/index.ts'
import { root } from '../house/sources.ts'
import { makeCertificate } from '../transport/pki.ts'
import { synthesise } from './synth.ts'

const fleetDocument = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec:
  credentials:
    default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } }
    old: { username: admin, password: { fromFile: old.txt } }
  defaults:
    access: { credentials: default, trust: [{ pin: sha256/${'A'.repeat(43)}= }] }
    time: { timezone: Europe/Berlin }
---
apiVersion: sensorform.io/v1
kind: Site
metadata: { name: berlin }
spec:
  defaults: { backup: { enabled: true }, time: { dateFormat: dd/MM/yyyy HH:mm:ss } }
`
const line1 = `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-1, site: berlin }
spec:
  access: { endpoint: https://10.20.0.5 }
  time: { timezone: null }
  network: { proxy: { host: p.example, port: 1, username: u, password: { fromFile: proxy.txt } } }
`

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-constructs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const fleetOf = (config: SensorFleetConfig) => synthesise((stack) => void new SensorFleet(stack, 'fleet', config))
const sensorsOf = (config: SensorFleetConfig) =>
  Object.values(fleetOf(config).json.resource?.['sensorform_sensor'] ?? {})

test('documents and typed sensors are one fleet, in the same layers', () => {
  const cwd = folderWith({ 'fleet.yaml': fleetDocument, 'line-1.yaml': line1 })
  const sensors = {
    'line-2': { site: 'berlin', spec: { access: { endpoint: 'https://10.20.0.6' }, time: { timezone: 'Etc/UTC' } } },
  }
  const [first, second] = sensorsOf({ cwd, paths: ['.'], sensors })
  expect(first).toMatchObject({
    access: { credentials: 'default', endpoint: 'https://10.20.0.5' },
    backup: { enabled: true },
    time: { date_format: 'dd/MM/yyyy HH:mm:ss' },
    provider: 'sensorform',
  })
  expect(first?.['time']).not.toHaveProperty('timezone')
  expect(second).toMatchObject({ access: { endpoint: 'https://10.20.0.6' }, time: { timezone: 'Etc/UTC' } })
})

test('no secret is in the JSON, wherever it comes from', () => {
  const cwd = folderWith({
    'fleet.yaml': fleetDocument,
    'line-1.yaml': line1,
    'old.txt': 'canary-old',
    'proxy.txt': 'canary-proxy\n',
  })
  const { text, json } = fleetOf({ cwd, paths: ['.'] })
  expect(text).not.toContain('canary')
  expect(json.provider?.['sensorform']?.[0]?.['credentials']).toEqual({
    default: { username: 'admin', password_from_env: 'SENSOR_PASSWORD' },
    old: {
      username: 'admin',
      password: expect.stringMatching(/^\$\{sensitive\(.*file\("\$\{path\.module\}\/.*old\.txt"\)/),
    },
  })
  expect(text).toMatch(/"password_wo": "\$\{sensitive\(.*proxy\.txt/)
  expect(text).toContain('"password_wo_version": 1')
})

test('a mistake in a document fails the synth, with file and line', () => {
  const cwd = folderWith({
    'fleet.yaml': fleetDocument,
    'line-1.yaml': line1.replace('timezone: null', 'timezone: Europe/Berlni'),
  })
  expect(() => fleetOf({ cwd, paths: ['.'] })).toThrow(/line-1\.yaml:6:\d+: .*Europe\/Berlin/)
})

test('a mistake in a typed sensor fails the synth, with its key', () => {
  const cwd = folderWith({ 'fleet.yaml': fleetDocument })
  const sensors = { 'line-9': { site: 'nowhere', spec: { access: { endpoint: 'http://10.20.0.6' } } } }
  expect(() => fleetOf({ cwd, paths: ['.'], sensors })).toThrow(/sensors\["line-9"\]:\d+:\d+: .*nowhere[\s\S]*https/)
})

const certified = (cwd: string) => ({
  cwd,
  documents: {
    'fleet.yaml': fleetDocument,
    'sensor.yaml': line1.replace(/ {2}network.*/, '  certificate: { certificate: { file: line-1.der } }'),
  },
})

test('a certificate in DER is told in PEM', () => {
  const { cert } = makeCertificate({ cn: 'line-1.plant.example' })
  const cwd = folderWith({ 'line-1.der': new X509Certificate(cert).raw })
  const [sensor] = sensorsOf(certified(cwd))
  expect(sensor?.['certificate']).toEqual({ certificate: new X509Certificate(cert).toString() })
})

test('a certificate that is none fails the synth, with file and line', () => {
  const cwd = folderWith({ 'line-1.der': Buffer.from([0x30, 0xff, 0]) })
  expect(() => fleetOf(certified(cwd))).toThrow(/sensor\.yaml:7:31: line-1\.der: .*not a certificate/)
})

/** The host of a proxy that Terraform alone knows: in the typed spec, or on the construct. */
const withHost = (token: boolean) =>
  synthesise((stack) => {
    const host = new TerraformVariable(stack, 'host', {}).stringValue
    const spec = {
      access: { endpoint: 'https://10.20.0.6' },
      network: { proxy: { host: token ? host : 'p.example', port: 1 } },
    }
    const documents = { 'fleet.yaml': fleetDocument }
    const fleet = new SensorFleet(stack, 'fleet', { cwd: root, documents, sensors: { 'line-9': { spec } } })
    if (!token) fleet.sensor('line-9').addOverride('network.proxy.host', host)
  })

test('a token in a typed sensor is told with its place; on the construct it has one', () => {
  expect(() => withHost(true)).toThrow(
    /sensors\["line-9"\]\.spec\.network\.proxy\.host is a token.*addOverride\('network\.proxy\.host', …\)/,
  )
  const [sensor] = Object.values(withHost(false).json.resource?.['sensorform_sensor'] ?? {})
  expect(sensor?.['network']).toEqual({ proxy: { host: '${var.host}', port: 1 } })
})

const typed = (spec: object, metadata: object = {}): SensorFleetConfig => ({
  cwd: root,
  documents: { 'fleet.yaml': fleetDocument },
  sensors: { 'line-9': { ...metadata, spec: { access: { endpoint: 'https://10.20.0.6' }, ...spec } } },
})

test('the sensor of a fleet with mistakes is refused with the mistakes', () => {
  expect(() =>
    synthesise((stack) => {
      const config = typed({ time: { timezone: 'Europe/Berlni' } })
      new SensorFleet(stack, 'fleet', config).sensor('line-9').addOverride('name', 'x')
    }),
  ).toThrow(/stack\/fleet cannot be made:\nsensors\["line-9"\]:\d+:\d+: .*Europe\/Berlin/)
})

test('a sensor that no document declares is refused', () => {
  expect(() => synthesise((stack) => void new SensorFleet(stack, 'fleet', typed({})).sensor('line-8'))).toThrow(
    /stack\/fleet declares no sensor line-8/,
  )
})

const cycle: Record<string, unknown> = {}
cycle['again'] = cycle
test.each([
  ['a number that is none', Number('x'), 'is NaN'],
  ['a function', () => 1, 'is a function'],
  ['a bigint', 10n, 'is a bigint'],
  ['what holds itself', cycle, 'again holds itself'],
])('%s in a typed sensor is told with its place, and withdraws nothing', (_, port, words) => {
  expect(() => fleetOf(typed({ network: { proxy: { port } } }))).toThrow(
    new RegExp(String.raw`sensors\["line-9"\]\.spec\.network\.proxy\.port.*${words}`),
  )
})

test('a mistake that a sensor inherits names the sensor', () => {
  const documents = { 'fleet.yaml': fleetDocument }
  const sensors = { 'line-9': { spec: {} } }
  expect(() => fleetOf({ cwd: root, documents, sensors })).toThrow(/fleet\.yaml:\d+:\d+: line-9: endpoint is missing/)
})

test('the key of a typed sensor is its name', () => {
  expect(() => fleetOf(typed({}, { name: 'other' }))).not.toThrow()
  expect(Object.keys(fleetOf(typed({}, { name: 'other' })).json.resource?.['sensorform_sensor'] ?? {})).toEqual([
    expect.stringMatching(/^fleet_line-9_/),
  ])
})

test.each(['provider', 'own', 'constructor', 'default', 'registrar-cloud'])('a sensor may be named %s', (key) => {
  const { sensors, ...others } = typed({})
  const spec = sensors?.['line-9']?.spec ?? {}
  expect(sensorsOf({ ...others, sensors: { [key]: { spec } } })).toHaveLength(1)
  const { json } = fleetOf({ ...others, sensors: { 'line-9': { formerKey: key, spec } } })
  expect(json.moved).toEqual([
    { from: expect.stringContaining(`_${key}_`.replace('_constructor', '_Key-constructor')), to: expect.anything() },
  ])
})

test('nothing at all is a mistake', () => {
  expect(() => fleetOf({ cwd: folderWith({}), paths: ['.'] })).toThrow(/NO_SENSORS/)
})

function idOf(document: string) {
  const { json } = fleetOf({ cwd: root, documents: { 'fleet.yaml': fleetDocument, 'sensor.yaml': document } })
  return { id: Object.keys(json.resource?.['sensorform_sensor'] ?? {})[0], moved: json.moved }
}

test('a sensor whose key changed takes its state along', () => {
  const renamed = line1.replace('name: line-1,', 'name: hall-1, formerKey: line-1,')
  const [before, after] = [idOf(line1), idOf(renamed)]
  expect(after.moved).toEqual([{ from: `sensorform_sensor.${before.id}`, to: `sensorform_sensor.${after.id}` }])
})

test('text of a document is no template of Terraform', () => {
  const documents = {
    'fleet.yaml': fleetDocument,
    'sensor.yaml': `${line1}  forwarding: { rules: { "%{a}": { actions: { m: { syslog: { host: h.example, port: 514, format: cef, protocol: tcp } } } } } }\n`,
  }
  const [sensor] = sensorsOf({ cwd: root, documents })
  expect(sensor?.['forwarding']).toEqual({ rules: { '%%{a}': expect.anything() } })
})

test('the second fleet of a stack has a provider of its own', () => {
  const { json } = synthesise((stack) => {
    const documents = { 'fleet.yaml': fleetDocument, 'sensor.yaml': line1 }
    new SensorFleet(stack, 'north', { cwd: root, documents })
    new SensorFleet(stack, 'south', { cwd: root, documents })
  })
  expect(json.provider?.['sensorform']?.map(({ alias }) => alias)).toEqual([undefined, 'south'])
  expect(Object.values(json.resource?.['sensorform_sensor'] ?? {}).map(({ provider }) => provider)).toEqual([
    'sensorform',
    'sensorform.south',
  ])
})

const nested = (stack: TerraformStack, id: string): Construct => new Construct(stack, id)
test('each fleet of a stack has an alias of its own, which Terraform takes', () => {
  const { json } = synthesise((stack) => {
    const scopes = [stack, nested(stack, 'graz'), nested(stack, 'linz')]
    for (const scope of scopes) new SensorFleet(scope, 'Werk Süd 1', typed({}))
  })
  const aliases = json.provider?.['sensorform']?.flatMap(({ alias }) => alias ?? []) ?? []
  expect(new Set(aliases).size).toBe(2)
  for (const alias of aliases) expect(alias).toMatch(/^[A-Za-z_][\w-]*$/)
})

test('the example as JSON', async () => {
  const { text } = fleetOf({ cwd: join(root, 'examples/plant'), paths: ['.'] })
  await expect(text).toMatchFileSnapshot('example-plant.json')
})
