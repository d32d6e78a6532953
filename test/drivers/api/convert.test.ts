/** Conversion is pure; whatever the wire says, it ends in a value or in a DeviceError. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkAnswer } from '../../../drivers/api/check.ts'
import {
  ageUnfinished,
  driftSeconds,
  toCertificateImport,
  toFacts,
  toLive,
  toPatch,
  toUnfinished,
} from '../../../drivers/api/convert.ts'
import { DeviceError } from '../../../reconcile/device-error.ts'
import type { WriteValue } from '../../../reconcile/driver.ts'
import { applianceRead as schema } from '../../../schemas/api/messages.ts'
import { settingsWrite } from '../../../schemas/api/settings.ts'
import { fieldTable, formatPath, parsePath } from '../../../schemas/fields.ts'
import type { ApplianceRead } from '../../../schemas/generated/wire.ts'
import { sensorSettings } from '../../../schemas/sensor.ts'
import { applianceRead, triple } from './scripted-sensor.ts'

/** Every place in a JSON value. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))]
}

function replace(value: unknown, [head, ...rest]: readonly string[], by: unknown): unknown {
  if (head === undefined) return by
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>
  copy[head] = replace(copy[head], rest, by)
  return copy
}

test('a read of which any part is anything is understood or refused, never a crash', () => {
  const read = applianceRead('SN-1')
  fc.assert(
    fc.property(fc.constantFrom(...places(read)), fc.jsonValue(), (place, by) => {
      const body = Buffer.from(JSON.stringify(replace(read, place, by)))
      const headers = { 'content-type': 'application/json' }
      const response = { status: 200, headers, body, sentAt: 0, receivedAt: 0 }
      try {
        const checked = checkAnswer(schema, response, { endpoint: 'https://e', doing: 'read' }) as ApplianceRead
        return toLive(checked).size > 0 && Object.keys({ ...toFacts(checked), ...toUnfinished(checked) }).length > 0
      } catch (error) {
        return error instanceof DeviceError && error.message.length < 400
      }
    }),
    { numRuns: 500 },
  )
})

const { fields } = fieldTable(sensorSettings)
const writable = fields.filter(
  ({ aspect, pattern, facts }) =>
    aspect in settingsWrite &&
    !pattern.includes('.actions.') &&
    !facts['x-not-a-setting'] &&
    !pattern.endsWith('absent'),
)
const ruleName = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'a.b', 'x["y"]', '*'),
  fc.string({ minLength: 1 }),
)
const pathOf = fc
  .tuple(fc.constantFrom(...writable), ruleName)
  .map(([{ pattern }, rule]) => formatPath(pattern.split('.').map((part) => (part === '*' ? rule : part))))
const written: fc.Arbitrary<WriteValue> = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string()),
  fc.record({ content: fc.string() }),
  fc.record({ secret: fc.string(), tag: fc.constantFrom(null, { keyId: 'k', mac: 'm' }) }),
)
const onTheWire = (value: WriteValue): unknown => {
  if (typeof value !== 'object' || value === null || !('content' in value || 'secret' in value)) return value
  return 'secret' in value ? { value: value.secret, tag: value.tag } : value.content
}

test('a patch holds each value at its path, whatever rules are called, and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(pathOf, written), { selector: ([path]) => path, maxLength: 8 }), (entries) => {
      const [aspect] = parsePath(entries[0]?.[0] ?? 'time.timezone')
      const own = entries.filter(([path]) => parsePath(path)[0] === aspect)
      const patch: unknown = JSON.parse(JSON.stringify(toPatch(new Map(own))))
      for (const [path, value] of own) {
        const found = parsePath(path)
          .slice(1)
          .reduce<unknown>((inner, key) => Object.getOwnPropertyDescriptor(inner, key)?.value, patch)
        expect(found).toEqual(onTheWire(value))
      }
      expect(places(patch).length).toBeGreaterThan(0)
    }),
  )
})

test('a certificate import holds what is given and null for the rest', () => {
  expect(toCertificateImport(new Map([['certificate.certificate', { content: 'PEM' }]]))).toEqual({
    name: null,
    certificate: 'PEM',
    chain: null,
    privateKey: '',
    privateKeyTag: null,
    passphrase: null,
    passphraseTag: null,
  })
})

test('the clock of an appliance is compared with the middle of the exchange', () => {
  const sentAt = Date.UTC(2030, 0, 1)
  const timing = { sentAt, receivedAt: sentAt + 2000 }
  expect(driftSeconds('2030-01-01T00:00:31.000Z', timing)).toBe(30)
  expect(driftSeconds('2029-12-31T23:59:00.500Z', timing)).toBe(-60.5)
  expect(driftSeconds('yesterday', timing)).toBeUndefined()
  expect(driftSeconds(undefined, timing)).toBeUndefined()
})

test('what is remembered as under way ages, but never below nothing', () => {
  const networkChange = { id: 'c', from: triple, to: triple, remainingSeconds: 50 }
  const lease = { holder: 'h', fence: 1, remainingSeconds: 5 }
  expect(ageUnfinished({ networkChange, lease }, 20)).toEqual({
    networkChange: { ...networkChange, remainingSeconds: 30 },
  })
  expect(ageUnfinished({ networkChange }, 80).networkChange?.remainingSeconds).toBe(0)
  expect(ageUnfinished({ networkChange }, -80).networkChange?.remainingSeconds).toBe(50)
  expect(ageUnfinished({}, 1)).toEqual({})
})
