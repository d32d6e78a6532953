/** Every field of the spec, with a value that no field takes: told at its place, and nothing loads. */
import { expect, test } from 'vitest'
import { applianceSchemas } from '../../schemas/documents.ts'
import { fieldTable, parsePath } from '../../schemas/fields.ts'
import { console, fleet as around, sensor } from './bad-input-cases.ts'
import { loadText } from './load-text.ts'

const wrong = '[[wrong]]'

/** Lines of YAML, one for each step down. */
const linesOf = (path: readonly string[]): string =>
  path.map((key, depth) => `${'  '.repeat(depth + 1)}${JSON.stringify(key)}:`).join('\n')

const places = (['Sensor', 'ManagementConsole'] as const).flatMap((kind) =>
  fieldTable(applianceSchemas[kind].settings).fields.map(({ pattern }) => [kind, pattern] as const),
)

test.each(places)('%s: %s', async (kind, pattern) => {
  const name = /headers/i.test(pattern) ? 'X-Plant' : '22.3.9'
  const path = parsePath(pattern).map((key) => (key === '*' ? name : key))
  const spec = `${linesOf(path)} ${wrong}\n`
  const text = kind === 'Sensor' ? sensor(spec) : around + console(spec)
  const line = text.split('\n').findIndex((one) => one.includes(wrong))
  const column = text.split('\n')[line]?.indexOf(wrong) ?? 0
  const { fleet, problems } = await loadText({ 'a.yaml': text })
  expect(fleet).toBeUndefined()
  const here = problems.filter(({ at, severity }) => severity === 'error' && at?.line === line + 1)
  expect(here.map(({ summary }) => summary).join()).toMatch(/\w/)
  expect(here.some(({ at }) => (at?.column ?? 0) > column && (at?.column ?? 0) <= column + 3)).toBe(true)
})
