/** Whatever a function is given, it answers with a value of its type or with words for the user, and twice the same. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArgumentError, type Parameter } from '../../provider/model/provider.ts'
import type { Value } from '../../provider/model/value.ts'
import { functions } from '../../provider/sensorform/functions/functions.ts'
import { decodeValue, encodeValue } from '../../provider/wire/msgpack.ts'

const octet = fc.constantFrom(0, 1, 10, 127, 128, 192, 223, 255, 256)
const anyAddress = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))
const address = fc.oneof(anyAddress, fc.constantFrom('10.20.0.5', '255.255.255.0', '255.255.255.192'))
const yaml = fc
  .tuple(fc.constantFrom('Sensor', 'Site', 'x'), fc.constantFrom('{}', '[]', 'null', '1'), fc.string())
  .map(
    ([kind, spec, rest]) =>
      `apiVersion: sensorform.io/v1\nkind: ${kind}\nmetadata: { name: a }\nspec: ${spec}\n${rest}`,
  )

const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), address, address, yaml)

const argumentOf = ({ allowNull }: Parameter): fc.Arbitrary<Value> =>
  allowNull ? fc.option(texts, { nil: null }) : texts

test.each(Object.entries(functions))('%s', async (_, { parameters, returns, ...one }) => {
  const answer = async (args: readonly Value[]): Promise<Value> => {
    try {
      return decodeValue(returns, encodeValue(returns, await one.call(...args)))
    } catch (error) {
      if (error instanceof ArgumentError) return error.message
      throw error
    }
  }
  const same = fc.asyncProperty(fc.tuple(...parameters.map(argumentOf)), async (args) => {
    expect(await answer(args)).toEqual(await answer(args))
  })
  await fc.assert(same, { numRuns: 200 })
})
