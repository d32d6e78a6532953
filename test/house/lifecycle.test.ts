/** docs/lifecycle.md names functions and files; a name that is gone would lead its reader astray. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './sources.ts'

const page = readFileSync(join(root, 'docs/lifecycle.md'), 'utf8')

interface Mention {
  name: string
  file: string
}

/** `` `name` ([file](../file)) ``, and two names joined by "and" before one file. */
function mentions(): Mention[] {
  const found = page.matchAll(/`(\w+)`(?: and `(\w+)`)?\s+\(\[([\w./-]+)\]\(\.\.\/([\w./-]+)\)\)/g)
  return [...found].flatMap(([, first = '', second, shown = '', target = '']) => {
    expect(target).toBe(shown)
    return [first, ...(second === undefined ? [] : [second])].map((name) => ({ name, file: target }))
  })
}

const all = mentions()

test('every link to a source names what stands there', () => {
  const links = [...page.matchAll(/\]\(\.\.\/([\w./-]+\.ts)\)/g)].map(([, file]) => file)
  expect(new Set(all.map(({ file }) => file))).toEqual(new Set(links))
})

test.each(all)('$name is in $file', ({ name, file }) => {
  expect(readFileSync(join(root, file), 'utf8')).toMatch(new RegExp(`\\b(function|const) ${name}\\b`))
})
