/** Values and messages as bytes: by hand from the formats' descriptions, and there and back again. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decimal, Dynamic, unknown, type Value } from '../../provider/model/value.ts'
import { fromJson, parseLossless } from '../../provider/wire/json.ts'
import { decodeValue, encodeValue } from '../../provider/wire/msgpack.ts'
import { bool, bytes, int, many, map, message, one, text } from '../../provider/wire/protobuf.ts'
import { fromPath } from '../../provider/wire/to-wire.ts'
import { objectType, type TerraformType } from '../../schemas/terraform/schema.ts'
import { configurations } from './support/arbitrary.ts'
import { boxAttributes } from './support/box-provider.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('a value of Terraform', () => {
  test.each<[string, TerraformType, string, Value]>([
    ['null', 'string', 'c0', null],
    ['unknown', 'string', 'd4 00 00', unknown],
    ['unknown, but not null', 'string', 'c7 03 0c 81 01 c2', unknown],
    ['unknown, in the longest form', ['list', 'string'], 'c8 00 01 0c 80', unknown],
    ['text', 'string', 'a1 61', 'a'],
    ['long text', 'string', `d9 21 ${'61'.repeat(33)}`, 'a'.repeat(33)],
    ['text that looks like a number', 'string', 'a1 37', '7'],
    ['a small number', 'number', '07', 7],
    ['a negative number', 'number', 'e0', -32],
    ['8 bits', 'number', 'cc ff', 255],
    ['16 bits', 'number', 'cd ff ff', 65_535],
    ['32 bits', 'number', 'ce ff ff ff ff', 4_294_967_295],
    ['64 bits', 'number', 'cf 00 1f ff ff ff ff ff ff', Number.MAX_SAFE_INTEGER],
    ['64 bits, and no double', 'number', 'cf ff ff ff ff ff ff ff ff', new Decimal('18446744073709551615')],
    ['negative 8 bits', 'number', 'd0 80', -128],
    ['negative 16 bits', 'number', 'd1 80 00', -32_768],
    ['negative 32 bits', 'number', 'd2 80 00 00 00', -2_147_483_648],
    ['negative 64 bits, and no double', 'number', 'd3 80 00 00 00 00 00 00 01', new Decimal('-9223372036854775807')],
    ['a float', 'number', 'cb 3f e0 00 00 00 00 00 00', 0.5],
    ['a short float', 'number', 'ca 3f 00 00 00', 0.5],
    ['a decimal', 'number', 'a3 30 2e 31', 0.1],
    ['a decimal, and no double', 'number', 'a5 30 2e 31 30 30', new Decimal('0.100')],
    ['true', 'bool', 'c3', true],
    ['a list', ['list', 'number'], '92 01 02', [1, 2]],
    ['a long list', ['set', 'bool'], `dc 00 10 ${'c2'.repeat(16)}`, Array.from({ length: 16 }, () => false)],
    ['a map', ['map', 'number'], '81 a1 61 01', { a: 1 }],
    ['an object', ['object', { a: 'number', b: 'string' }], '82 a1 61 01 a1 62 c0', { a: 1, b: null }],
    ['a tuple', ['tuple', ['number', 'string']], '92 01 a1 61', [1, 'a']],
    ['anything', 'dynamic', '92 c4 06 22 62 6f 6f 6c 22 c3', new Dynamic('bool', true)],
  ])('is read: %s', (_, type, wire, value) => {
    expect(decodeValue(type, hex(wire))).toStrictEqual(value)
  })

  test.each<[string, TerraformType, string]>([
    ['a number for text', 'string', '07'],
    ['text for a boolean', 'bool', 'a1 61'],
    ['a map for a list', ['list', 'string'], '80'],
    ['an attribute too many', ['object', {}], '81 a1 61 01'],
    ['less than it says', 'string', 'a5 61'],
    ['more than one value', 'bool', 'c3 c3'],
    ['nothing', 'bool', ''],
  ])('is refused: %s', (_, type, wire) => {
    expect(() => decodeValue(type, hex(wire))).toThrow(TypeError)
  })

  test.each<[string, TerraformType, Value, string]>([
    ['a number in text', 'number', 0.1, 'a3 30 2e 31'],
    ['a large number', 'number', new Decimal('1e100'), 'a5 31 65 31 30 30'],
    ['a whole number', 'number', 5_000_000_000, 'd3 00 00 00 01 2a 05 f2 00'],
    ['composed text', 'string', 'e\u0301', 'a2 c3 a9'],
    ['an attribute that was left out', ['object', { a: 'bool' }], {}, '81 a1 61 c0'],
    ['anything', 'dynamic', [true], '92 c4 12 5b 22 74 75 70 6c 65 22 2c 5b 22 62 6f 6f 6c 22 5d 5d 91 c3'],
  ])('is written: %s', (_, type, value, wire) => {
    expect(Buffer.from(encodeValue(type, value)).toString('hex')).toBe(wire.replaceAll(' ', ''))
  })

  test('is refused where the type has no place for it, with its path and without the value', () => {
    const type: TerraformType = ['object', { a: ['list', ['object', { b: 'number' }]] }]
    expect(() => encodeValue(type, { a: [{ b: 1 }, { b: 's3cret' }] })).toThrow(
      '.a[1].b must be a number, not a string',
    )
    expect(() => encodeValue(type, { a: [], c: 1 })).toThrow('.c is not in the schema')
  })

  test('comes back as it was', () => {
    const type = objectType(boxAttributes)
    fc.assert(
      fc.property(configurations(boxAttributes, { unknowns: true }), (value) => {
        expect(decodeValue(type, encodeValue(type, value))).toEqual(value)
      }),
    )
  })
})

describe('a stored state', () => {
  test('keeps its numbers', () => {
    const json = Buffer.from('{"a":9007199254740993,"b":0.12345678901234567890,"c":1,"d":0.1}')
    const numbers = { a: 'number', b: 'number', c: 'number', d: 'number' } as const
    expect(fromJson(['object', numbers], parseLossless(json))).toStrictEqual({
      a: new Decimal('9007199254740993'),
      b: new Decimal('0.12345678901234567890'),
      c: 1,
      d: 0.1,
    })
  })

  test('has null where the schema has gained, and nothing where it has lost', () => {
    const stored = parseLossless(Buffer.from('{"kept":["1"],"lost":true}'))
    const type: TerraformType = ['object', { kept: ['list', 'number'], gained: 'bool' }]
    expect(fromJson(type, stored)).toStrictEqual({ kept: [1], gained: null })
  })
})

describe('a message', () => {
  const inner = message({ name: text(1) })
  const all = message({
    count: int(1),
    on: bool(2),
    name: text(3),
    data: bytes(4),
    inner: one(5, inner),
    names: many(text(6)),
    byName: map(7, inner),
  })

  test.each([
    ['nothing', {}, ''],
    ['zero, which is said as well', { count: 0, on: false }, '08 00 10 00'],
    ['a number of two bytes', { count: 300 }, '08 ac 02'],
    ['a negative number', { count: -1 }, '08 ff ff ff ff ff ff ff ff ff 01'],
    ['text and bytes', { name: 'h\u00e9', data: Buffer.from([0]) }, '1a 03 68 c3 a9 22 01 00'],
    ['a message', { inner: { name: 'a' } }, '2a 03 0a 01 61'],
    ['many', { names: ['a', ''] }, '32 01 61 32 00'],
    ['a map', { byName: { a: {}, b: { name: 'c' } } }, '3a 05 0a 01 61 12 00 3a 08 0a 01 62 12 03 0a 01 63'],
  ])('is written and read: %s', (_, value, wire) => {
    expect(Buffer.from(all.encode(value)).toString('hex')).toBe(wire.replaceAll(' ', ''))
    expect(all.decode(hex(wire))).toEqual(value)
  })

  test('of a newer protocol is read without what is not known', () => {
    const newer = 'a2 06 01 00 a8 06 05 ad 06 00 00 00 00 a9 06 00 00 00 00 00 00 00 00 1a 01 61'
    expect(all.decode(hex(newer))).toEqual({ name: 'a' })
  })

  test.each([
    ['ends inside a field', '1a 05 61'],
    ['ends inside a number', '08 ff'],
    ['holds a number beyond 2^53', '08 ff ff ff ff ff ff ff 7f'],
    ['has a wire type of its own', '0b'],
  ])('that %s is refused', (_, wire) => {
    expect(() => all.decode(hex(wire))).toThrow(RangeError)
  })
})

const steps = (path: (string | number)[]) => fromPath(path, boxAttributes).steps

test('a path goes as far as the schema knows it', () => {
  expect(steps(['shelves', 'a b', 'door', 'port'])).toEqual([
    { attributeName: 'shelves' },
    { elementKeyString: 'a b' },
    { attributeName: 'door' },
    { attributeName: 'port' },
  ])
  expect(steps(['doors', 1, 'host', 'deeper'])).toEqual([
    { attributeName: 'doors' },
    { elementKeyInt: 1 },
    { attributeName: 'host' },
  ])
  expect(steps(['tags', 2])).toEqual([{ attributeName: 'tags' }, { elementKeyInt: 2 }])
  expect(steps(['none', 'port'])).toEqual([])
})
