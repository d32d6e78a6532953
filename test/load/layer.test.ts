/** The laws of layering, on random layers, and what they mean for a person. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { leavesOf, mergeTrees, originAt, toTree, toValue, type Tree } from '../../load/layer.ts'
import { applianceSchemas } from '../../schemas/documents.ts'
import { layered } from '../../schemas/layered.ts'

/** Maps, a record, a list and a group that replaces whole, two levels deep. */
const schema = layered(
  z.strictObject({
    scalar: z.string().optional(),
    list: z.array(z.string()).optional(),
    group: z.strictObject({ a: z.string().optional(), b: z.string().optional() }).optional().meta({ 'x-leaf': true }),
    map: z
      .strictObject({
        one: z.string().optional(),
        two: z.string().optional(),
        inner: z.strictObject({ deep: z.string().optional() }).optional(),
      })
      .optional(),
    record: z.record(z.string(), z.strictObject({ value: z.string().optional() })).optional(),
  }),
)

const text = fc.constantFrom('x', 'y', 'z')
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof(
    { weight: 3, arbitrary },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constant(undefined) },
  )
const map = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields)

const layer = map({
  scalar: maybe(text),
  list: maybe(fc.array(text, { minLength: 1, maxLength: 2 })),
  group: maybe(map({ a: text, b: text })),
  map: maybe(map({ one: maybe(text), two: maybe(text), inner: maybe(map({ deep: maybe(text) })) })),
  record: maybe(
    fc.dictionary(fc.constantFrom('r1', 'r2'), maybe(map({ value: maybe(text) })) as fc.Arbitrary<unknown>),
  ),
})

const treeOf = (value: unknown, from = 'layer'): Tree<string> =>
  toTree(schema, value, (path) => [from, ...path].join('.'))
const merged = (...values: readonly unknown[]): Tree<string> =>
  values.map((value, index) => treeOf(value, `layer${index}`)).reduce(mergeTrees)

test('an empty layer changes no value, above or below', () => {
  fc.assert(
    fc.property(layer, (value) => {
      expect(toValue(merged(value, {}))).toEqual(toValue(treeOf(value)))
      expect(toValue(merged({}, value))).toEqual(toValue(treeOf(value)))
    }),
  )
})

test('a layer over itself is itself', () => {
  fc.assert(
    fc.property(layer, (value) => {
      expect(toValue(merged(value, value))).toEqual(toValue(treeOf(value)))
    }),
  )
})

test('it does not matter which layers are merged first', () => {
  fc.assert(
    fc.property(layer, layer, layer, (fleet, site, sensor) => {
      const [low, middle, high] = [treeOf(fleet, 'fleet'), treeOf(site, 'site'), treeOf(sensor, 'sensor')]
      expect(mergeTrees(mergeTrees(low, middle), high)).toEqual(mergeTrees(low, mergeTrees(middle, high)))
    }),
  )
})

test('null withdraws everything below, and what comes above begins anew', () => {
  fc.assert(
    fc.property(layer, layer, fc.constantFrom('scalar', 'list', 'group', 'map', 'record'), (lower, upper, key) => {
      const withdrawn = toValue(merged(lower, { [key]: null })) as Record<string, unknown>
      expect(withdrawn).not.toHaveProperty(key)
      const again = toValue(merged(lower, { [key]: null }, upper)) as Record<string, unknown>
      const alone = toValue(treeOf(upper)) as Record<string, unknown>
      expect(again[key]).toEqual(alone[key])
    }),
  )
})

test('the upper layer wins wherever it says something', () => {
  fc.assert(
    fc.property(layer, layer, (lower, upper) => {
      const leaves = new Map(leavesOf(merged(lower, upper)).map(({ path, value }) => [path.join('.'), value]))
      for (const { path, value } of leavesOf(treeOf(upper))) expect(leaves.get(path.join('.'))).toEqual(value)
    }),
  )
})

test('every value is the value of the layer that it is said to come from', () => {
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 4 }), (layers) => {
      for (const { path, value, from } of leavesOf(merged(...layers))) {
        const [name = '', ...there] = from.split('.')
        const source: unknown = layers[Number(name.replace('layer', ''))]
        expect(there).toEqual(path)
        expect(path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], source)).toEqual(value)
      }
    }),
  )
})

test('no layer above says anything of a value that a lower one gives', () => {
  fc.assert(
    fc.property(fc.array(layer, { minLength: 2, maxLength: 4 }), (layers) => {
      for (const { path, from } of leavesOf(merged(...layers))) {
        const winner = Number(/layer(\d+)/.exec(from)?.[1])
        const above = layers.slice(winner + 1).map((value) => originAt(treeOf(value), path).split('.').slice(1))
        expect(above.filter((there) => there.length === path.length)).toEqual([])
      }
    }),
  )
})

test.each<{ name: string; layers: unknown[]; want: unknown }>([
  {
    name: 'maps merge',
    layers: [{ time: { timezone: 'Europe/Berlin' } }, { time: { dateFormat: 'dd/MM/yyyy HH:mm:ss' } }],
    want: { time: { timezone: 'Europe/Berlin', dateFormat: 'dd/MM/yyyy HH:mm:ss' } },
  },
  {
    name: 'lists replace',
    layers: [{ network: { dns: ['10.0.0.1'] } }, { network: { dns: ['10.0.0.2'] } }],
    want: { network: { dns: ['10.0.0.2'] } },
  },
  {
    name: 'secrets replace whole',
    layers: [{ certificate: { passphrase: { fromEnv: 'A' } } }, { certificate: { passphrase: { fromFile: 'b' } } }],
    want: { certificate: { passphrase: { fromFile: 'b' } } },
  },
  {
    name: 'actions replace whole, rules merge',
    layers: [
      {
        forwarding: {
          rules: { ops: { minimumSeverity: 'Major', actions: { a: { email: { address: 'a@b.example' } } } } },
        },
      },
      {
        forwarding: {
          rules: { ops: { actions: { a: { netwitness: { host: 'n', port: 1 } } } }, sec: { absent: true } },
        },
      },
    ],
    want: {
      forwarding: {
        rules: {
          ops: { minimumSeverity: 'Major', actions: { a: { netwitness: { host: 'n', port: 1 } } } },
          sec: { absent: true },
        },
      },
    },
  },
  {
    name: 'null withdraws one field, one rule, a whole aspect',
    layers: [
      {
        time: { timezone: 'Europe/Berlin', dateFormat: 'dd/MM/yyyy HH:mm:ss' },
        backup: { enabled: true },
        forwarding: { rules: { a: {}, b: {} } },
      },
      { time: { timezone: null }, backup: null, forwarding: { rules: { a: null } } },
    ],
    want: { time: { dateFormat: 'dd/MM/yyyy HH:mm:ss' }, forwarding: { rules: { b: {} } } },
  },
])('$name', ({ layers, want }) => {
  const trees = layers.map((value) => toTree(applianceSchemas.Sensor.layer, value, () => 'anywhere'))
  expect(toValue(trees.reduce(mergeTrees))).toEqual(want)
})
