import { expect, test } from 'vitest'
import { lazily } from '../../schemas/lazily.ts'

test('each value is made when it is first asked for, and once', () => {
  const made: string[] = []
  const make = (name: string) => () => {
    made.push(name)
    return { name }
  }
  const values = lazily({ one: make('one'), other: make('other') })
  expect([Object.keys(values), Object.hasOwn(values, 'one'), made]).toEqual([['one', 'other'], true, []])
  expect(values.one).toBe(values.one)
  expect([values.one, made]).toEqual([{ name: 'one' }, ['one']])
  expect([Object.values(values), made]).toEqual([
    [{ name: 'one' }, { name: 'other' }],
    ['one', 'other'],
  ])
})
