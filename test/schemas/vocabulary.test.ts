/** Every `x-` keyword that is emitted is one that we know: zod accepts a misspelt one silently. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { vocabulary } from '../../schemas/vocabulary.ts'

const folder = new URL('../../schemas/generated/', import.meta.url)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))

test.each(files)('%s holds known keywords only', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8')
  const used = new Set([...text.matchAll(/"(x-[a-z-]+)":/g)].map(([, keyword]) => keyword))
  expect([...used].filter((keyword) => !vocabulary.some((known) => known === keyword))).toEqual([])
})
