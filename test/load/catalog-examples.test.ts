/** The examples of docs/problems.md bring about exactly the problem that they explain. */
import { expect, test } from 'vitest'
import { documents } from '../../schemas/catalog/documents.ts'
import type { CatalogEntry } from '../../schemas/catalog/entry.ts'
import { loadText } from './load-text.ts'

const withExample = Object.entries(documents as Readonly<Record<string, CatalogEntry>>).flatMap(([code, entry]) =>
  entry.example ? [{ code, severity: entry.severity, example: entry.example }] : [],
)

test.each(withExample)('$code', async ({ code, severity, example }) => {
  const { problems, fleet } = await loadText(example)
  expect(problems.map((problem) => problem.code)).toEqual([code])
  expect(problems.map((problem) => problem.severity)).toEqual([severity])
  expect(fleet === undefined).toBe(severity === 'error')
})
