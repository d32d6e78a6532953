/** Every kind of bad input, with the whole list of problems that loading finds: see bad-input.txt. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { LoadResult } from '../../load/load-fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { badInput } from './bad-input-cases.ts'
import { loadText } from './load-text.ts'

const wanted = new Map(
  readFileSync(new URL('bad-input.txt', import.meta.url), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [name = '', ...lines] = section.trimEnd().split('\n')
      return [name, lines] as const
    }),
)

/** The problem in lines: place and code, summary, hint. */
function toLines({ severity, code, at, key, summary, hint }: Problem): string[] {
  const place = at ? `${at.file}:${at.line}:${at.column}+${at.length ?? 0} ` : ''
  return [
    `${place}${severity === 'warning' ? 'warning ' : ''}${code}${key === undefined ? '' : ` (${key})`}`,
    `  ${summary}`,
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ]
}

const told = ({ problems, fleet }: LoadResult): string[] => [
  ...problems.flatMap(toLines),
  ...(fleet ? ['loads all the same'] : []),
]

test.each(badInput)('%s', async (name, files) => {
  const result = await loadText(files)
  expect(told(result)).toEqual(wanted.get(name))
  expect(JSON.stringify(result)).not.toContain('CANARY')
})

test('the table and the file name the same cases', () => {
  expect([...wanted.keys()]).toEqual(badInput.map(([name]) => name))
})
