import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, createBudget, retryAfterMs } from '../../transport/retry.ts'
import { sanitise } from '../../transport/sanitise.ts'

const now = Date.UTC(2030, 0, 1, 12)
const headers: readonly [string | undefined, number | undefined][] = [
  ['0', 0],
  ['120', 120_000],
  [' 5 ', 5000],
  ['Tue, 01 Jan 2030 12:00:30 GMT', 30_000],
  ['Tuesday, 01-Jan-30 12:00:30 GMT', 30_000],
  ['Tue Jan  1 12:00:30 2030 GMT', 30_000],
  ['Tue, 01 Jan 2030 11:00:00 GMT', 0],
  [undefined, undefined],
  ['', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2030', 2_030_000],
  ['99999999999999999999', undefined],
]
test.each(headers)('Retry-After %j is %j ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected)
})

test('any Retry-After is a time that is not negative, or none', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = retryAfterMs(text, now)
      return ms === undefined || (ms >= 0 && Number.isFinite(ms))
    }),
  )
})

test('the wait grows with the attempt, from half a second up to half a minute', () => {
  const longest = [1, 2, 3, 6, 20].map((attempt) => backoffMs(attempt, () => 1))
  expect(longest).toEqual([1000, 2000, 4000, 30_000, 30_000])
  expect([1, 2, 20].map((attempt) => backoffMs(attempt, () => 0))).toEqual([500, 500, 500])
})

test('ten successes pay for one repeat', () => {
  const budget = createBudget(1)
  expect([budget.take(), budget.take()]).toEqual([true, false])
  for (let index = 0; index < 10; index++) budget.refund()
  expect([budget.take(), budget.take()]).toEqual([true, false])
})

test('text from outside is one short line without control or direction characters', () => {
  expect(sanitise('\u001b[31mred\u0000\nnext\u202eevil\u2028line ')).toBe('[31mred next evil line')
  expect(sanitise(`x${'😀'.repeat(150)}`)).toHaveLength(200)
  expect(sanitise(`x${'😀'.repeat(150)}`).isWellFormed()).toBe(true)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      const line = sanitise(text)
      return line.length <= 200 && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(line)
    }),
  )
})
