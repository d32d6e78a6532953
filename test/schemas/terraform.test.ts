/** The spec as a Terraform schema: what becomes of each kind of field, and that nothing is lost on the way. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { fieldsOf } from '../../schemas/fields.ts'
import { publicFile, secret } from '../../schemas/rules.ts'
import { sensorSettings } from '../../schemas/sensor.ts'
import { describeAttribute } from '../../schemas/terraform/describe.ts'
import { projectAttributes } from '../../schemas/terraform/project.ts'
import { terraformProjections } from '../../schemas/terraform/projections.ts'
import { isNested, type Attribute, type Attributes, type TerraformType } from '../../schemas/terraform/schema.ts'

const setting = { optional: true, computed: true, keepsPrior: true }

const sample = z.strictObject({
  dateFormat: z
    .enum(['a', 'b'])
    .optional()
    .meta({ description: 'Form of dates', 'x-rule': 'As shown.', 'x-basis': 'documented' }),
  size: z.int().optional().meta({ description: 'Size.', 'x-unit': 'GB' }),
  enabled: z.boolean().optional(),
  needed: z.string(),
  absent: z.literal(true).optional(),
  engines: z.union([z.literal('any'), z.array(z.string())]).optional(),
  open: z.union([z.string(), z.array(z.string())]).optional(),
  until: z.iso.date().or(z.iso.datetime()).optional(),
  apiKey: secret('Key.').optional(),
  leafFile: publicFile('Leaf.').optional(),
  maxAge: z.string().optional().meta({ 'x-not-a-setting': true }),
  files: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  rules: z.record(z.string(), z.strictObject({ on: z.boolean() })).optional(),
  one: z
    .strictObject({ a: z.string().optional(), b: z.string().optional() })
    .meta({ 'x-exactly-one': true })
    .optional(),
})

/** Without descriptions and links, which have tests of their own. */
const withoutWords = (attributes: Attributes): unknown =>
  JSON.parse(
    JSON.stringify(attributes, (key, value: unknown) => (key === 'description' || key === 'spec' ? undefined : value)),
  )

test('each kind of field has its form', () => {
  expect(withoutWords(projectAttributes(sample, 'resource'))).toEqual({
    date_format: { type: 'string', ...setting },
    size: { type: 'number', ...setting },
    enabled: { type: 'bool', ...setting, implied: true },
    needed: { type: 'string', required: true },
    absent: { type: 'bool', optional: true },
    engines: { type: ['list', 'string'], ...setting },
    open: { type: ['list', 'string'], ...setting },
    until: { type: 'string', ...setting },
    api_key_wo: { type: 'string', optional: true, sensitive: true, writeOnly: true },
    api_key_wo_version: { type: 'number', optional: true },
    api_key_from_env: { type: 'string', optional: true },
    api_key_from_file: { type: 'string', optional: true },
    leaf_file: { type: 'string', ...setting },
    max_age: { type: 'string', optional: true },
    files: { type: ['map', ['map', 'string']], ...setting },
    rules: { nesting: 'map', attributes: { on: { type: 'bool', required: true } }, ...setting },
    one: {
      nesting: 'single',
      exactlyOne: true,
      attributes: { a: { type: 'string', ...setting }, b: { type: 'string', ...setting } },
      ...setting,
    },
  })
})

test('a provider block takes secrets by value, a document names them, and what was read has none', () => {
  const input = projectAttributes(sample, 'input')
  expect(withoutWords(input)).toMatchObject({
    api_key: { type: 'string', optional: true, sensitive: true },
    date_format: { type: 'string', optional: true },
  })
  expect(Object.keys(input)).not.toContain('api_key_wo')
  const output = projectAttributes(sample, 'output')
  expect(Object.keys(output).filter((name) => /^(api_key|max_age|absent)/.test(name))).toEqual([])
  const document = projectAttributes(sample, 'document')
  expect(withoutWords(document)).toMatchObject({
    api_key_from_env: { type: 'string', computed: true },
    api_key_from_file: { type: 'string', computed: true },
    max_age: { type: 'string', computed: true },
    needed: { type: 'string', computed: true },
  })
  expect(Object.keys(document).filter((name) => /^api_key(_wo.*)?$/.test(name))).toEqual([])
  const answers = Object.entries({ ...output, ...document })
  expect(answers.filter(([, { computed, required }]) => !computed || required)).toEqual([])
  // A map of maps, which `cdktf get` cannot do when it is computed alone.
  expect(answers.flatMap(([name, { optional }]) => (optional ? [name] : []))).toEqual(['files'])
})

test('a description tells meaning, values, rule and basis', () => {
  const { date_format, size } = projectAttributes(sample, 'resource')
  expect(date_format?.description).toBe('Form of dates. One of `a`, `b`. As shown. Basis: documented.')
  expect(size?.description).toBe('Size. Unit: GB.')
})

test.each([
  ['a name of Terraform', z.strictObject({ connection: z.string() }), "connection is Terraform's own"],
  ['a choice of types', z.strictObject({ a: z.union([z.string(), z.number()]) }), 'a choice of different types'],
  ['a date object', z.strictObject({ a: z.date() }), 'no type for date'],
])('%s is refused', (_, schema, message) => {
  expect(() => projectAttributes(schema, 'resource')).toThrow(message)
})

/** Every attribute below, with its path. */
function walk(attributes: Attributes, above: string[] = []): { path: string; attribute: Attribute; inSet: boolean }[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const path = [...above, name]
    const below = isNested(attribute) ? walk(attribute.attributes, path) : []
    return [{ path: path.join('.'), attribute, inSet: false }, ...below]
  })
}

describe.each(Object.entries(terraformProjections()))('%s', (_, attributes) => {
  const all = walk(attributes)
  const failing = (rule: (attribute: Attribute) => boolean) =>
    all.filter((one) => !rule(one.attribute)).map(({ path }) => path)

  test('is a schema that Terraform takes', () => {
    expect(all.filter(({ path }) => !/^[a-z][a-z0-9_.]*$/.test(path))).toEqual([])
    expect(failing(({ required, optional, computed }) => Boolean(required) !== Boolean(optional ?? computed))).toEqual(
      [],
    )
    expect(failing(({ writeOnly, computed, sensitive }) => !writeOnly || (!computed && sensitive === true))).toEqual([])
    expect(failing(({ description }) => description !== '')).toEqual([])
  })
})

/** A map is a step with a name that the user chose. */
const namesIn = (type: TerraformType): string[] =>
  typeof type !== 'string' && type[0] === 'map' ? ['*', ...namesIn(type[1])] : []

test('every field of a sensor is there', () => {
  const specPaths = (attributes: Attributes, above: string[] = []): string[] =>
    Object.values(attributes).flatMap((attribute) => {
      const path = [...above, attribute.spec?.key ?? '']
      if (!isNested(attribute)) return [[...path, ...namesIn(attribute.type)].join('.')]
      return specPaths(attribute.attributes, attribute.nesting === 'map' ? [...path, '*'] : path)
    })
  const found = new Set(specPaths(terraformProjections()['sensor'] ?? {}))
  expect(
    fieldsOf(sensorSettings)
      .map(({ pattern }) => pattern)
      .filter((pattern) => !found.has(pattern)),
  ).toEqual([])
})

test('a word that stands for all of a list is shown as the list that it is in Terraform', () => {
  const engines = z.union([z.literal('any'), z.array(z.enum(['A', 'B']))]).meta({ description: 'Engines' })
  expect(describeAttribute(engines)).toBe('Engines. Of `A`, `B`. For any write `["any"]`.')
  const protocols = z.union([z.literal('any'), z.array(z.string())]).meta({ description: 'Protocols' })
  expect(describeAttribute(protocols)).toBe('Protocols. For any write `["any"]`.')
})
