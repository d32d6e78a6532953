/** The committed JSON Schemas say what the zod schemas say, as far as JSON Schema can. */
import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { documentKinds } from '../../schemas/documents.ts'
import { anyDocumentSchema, kindSchemas, toJsonSchema } from '../../schemas/json-schema.ts'
import { vocabulary } from '../../schemas/vocabulary.ts'
import { network } from '../../schemas/aspects/network.ts'

const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  allErrors: true,
  validateFormats: false,
  strictRequired: false,
})
for (const keyword of vocabulary) ajv.addKeyword(keyword)
const validate = ajv.compile(anyDocumentSchema())
const byKind = Object.fromEntries(Object.entries(kindSchemas()).map(([kind, schema]) => [kind, ajv.compile(schema)]))

const exampleFolder = new URL('../../examples/', import.meta.url)
const examples = readdirSync(exampleFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
)

test.each(examples)('examples/%s fits the schemas that its modeline points editors at', (name) => {
  const text = readFileSync(new URL(name, exampleFolder), 'utf8')
  const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? []
  expect(new URL(schema, new URL(name, exampleFolder)).pathname).toMatch(
    /\/schemas\/generated\/document\.schema\.json$/,
  )
  for (const document of parseAllDocuments(text)) {
    const value = document.toJS() as { kind: string }
    expect(validate(value) ? [] : validate.errors).toEqual([])
    expect(byKind[value.kind]?.(value)).toBe(true)
  }
})

const sensor = (spec: unknown): unknown => ({
  apiVersion: 'sensorform.io/v1',
  kind: 'Sensor',
  metadata: { name: 'line-1' },
  spec,
})

test.each<{ name: string; spec: unknown; ok: boolean }>([
  { name: 'nothing at all', spec: {}, ok: true },
  {
    name: 'null in every position of a layer',
    spec: { name: null, time: { timezone: null, ntp: null }, network: null },
    ok: true,
  },
  {
    name: 'null for one of several values',
    spec: { time: { dateFormat: null }, forwarding: { rules: { ops: null } } },
    ok: true,
  },
  {
    name: 'any or a list',
    spec: { forwarding: { rules: { ops: { protocols: ['modbus'], engines: 'any' } } } },
    ok: true,
  },
  { name: 'null inside a list', spec: { network: { dns: [null] } }, ok: false },
  { name: 'an unknown key', spec: { tim: {} }, ok: false },
  { name: 'a value of no enum', spec: { time: { dateFormat: 'dd.MM.yyyy' } }, ok: false },
  { name: 'two ways to one secret', spec: { certificate: { passphrase: { fromEnv: 'A', fromFile: 'b' } } }, ok: false },
  { name: 'a literal secret', spec: { certificate: { passphrase: 'swordfish' } }, ok: false },
  { name: 'an action of two kinds', spec: { forwarding: { rules: { ops: { actions: { a: {} } } } } }, ok: false },
  { name: 'a number for a string', spec: { name: 17 }, ok: false },
])('JSON Schema and zod agree on $name', ({ spec, ok }) => {
  expect(validate(sensor(spec))).toBe(ok)
  expect(byKind['Sensor']?.(sensor(spec))).toBe(ok)
  expect(documentKinds.Sensor.safeParse(sensor(spec)).success).toBe(ok)
})

test('a document of another kind is told by its kind', () => {
  expect(validate({ apiVersion: 'sensorform.io/v1', kind: 'Sensr', metadata: { name: 'a' }, spec: {} })).toBe(false)
  expect(
    validate({ apiVersion: 'sensorform.io/v1', kind: 'Site', metadata: { name: 'a', formerKey: 'b' }, spec: {} }),
  ).toBe(false)
})

test('a description stands at the field itself, also where null is allowed', () => {
  const { gateway } = propertiesAt(kindSchemas().Sensor, ['spec', 'network'])
  expect(gateway).toEqual({
    type: ['string', 'null'],
    pattern: (toJsonSchema(network)['properties'] as Record<string, { pattern: string }>)['gateway']?.pattern,
    description:
      'Default gateway. Lies in the subnet of the management address, and is another address (project choice).',
    'x-basis': 'documented',
    'x-source': 'Vendor how-to, "Update the sensor network configuration".',
    'x-label': 'gateway',
    'x-rule': 'Lies in the subnet of the management address, and is another address (project choice).',
  })
})

test('every field of every kind tells what it is', () => {
  const silent = Object.entries(kindSchemas()).flatMap(([kind, schema]) => withoutDescription(schema, [kind]))
  expect(silent).toEqual([])
})

type Json = Readonly<Record<string, unknown>>

function propertiesAt(schema: Json, path: readonly string[]): Record<string, Json> {
  const found = path.reduce<Json>((at, key) => (at['properties'] as Record<string, Json>)[key] ?? {}, schema)
  return found['properties'] as Record<string, Json>
}

function withoutDescription(schema: Json, path: readonly string[]): string[] {
  const inner = [schema['additionalProperties'], schema['items']].filter((item) => typeof item === 'object') as Json[]
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>)
  return [
    ...properties.flatMap(([key, field]) => [
      ...(field['description'] === undefined ? [[...path, key].join('.')] : []),
      ...withoutDescription(field, [...path, key]),
    ]),
    ...inner.flatMap((item) => withoutDescription(item, [...path, '*'])),
  ]
}
