/** Of a file that is wrong all over, a hundred problems are told and the others counted. */
import { expect, test } from 'vitest'
import { mostTold } from '../../load/left-out.ts'
import { parseSensor } from '../../load/parse-sensor.ts'
import type { Problem } from '../../schemas/problem.ts'
import { loadText } from './load-text.ts'

const head = 'apiVersion: sensorform.io/v1\nkind: Sensor\nmetadata: { name: a }\nspec:\n'
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('')

const leftOut = (problems: readonly Problem[]) => problems.find(({ code }) => code === 'PROBLEMS_LEFT_OUT')

test.each([
  ['keys that nobody knows', head + lines(5000, (index) => `  k${index}: 1\n`)],
  ['keys given twice', head + lines(5001, () => '  name: a\n')],
  ['documents', lines(5000, () => '--- 1\n')],
  ['lines that are no YAML', lines(5000, () => 'a: ]\n')],
])('of thousands of %s', async (_, text) => {
  const { problems } = await loadText({ 'a.yaml': text })
  const inFile = problems.filter(({ at }) => at?.file === 'a.yaml')
  expect(inFile).toHaveLength(mostTold + 1)
  const { summary = '', at, severity } = leftOut(problems) ?? {}
  expect(Number(/a\.yaml has (\d+) more problems/.exec(summary)?.[1])).toBeGreaterThanOrEqual(4900)
  expect({ severity, line: at?.line }).toEqual({ severity: 'error', line: inFile.at(-2)?.at?.line })
})

const saidOf = async (count: number) =>
  leftOut((await loadText({ 'a.yaml': lines(count, () => '--- 1\n') })).problems)?.summary

test('a hundred are told without a word, and the next one is counted', async () => {
  expect([await saidOf(mostTold), await saidOf(mostTold + 1)]).toEqual([undefined, 'a.yaml has 1 more problem'])
})

test('a file does not take the place of another', async () => {
  const { problems } = await loadText({ 'a.yaml': lines(5000, () => '--- 1\n'), 'b.yaml': '--- 1\n' })
  expect(problems.map(({ at }) => at?.file)).toContain('b.yaml')
})

test('the text of one sensor is told of in the same way', () => {
  const { problems } = parseSensor(head + lines(5000, (index) => `  k${index}: 1\n`), 'a.yaml')
  expect(problems).toHaveLength(mostTold + 1)
})
