/** Every code that schemas and formats can bring about while loading is explained. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { documents } from '../../schemas/catalog/documents.ts'
import { problemCatalog } from '../../schemas/problem-catalog.ts'

const root = new URL('../../', import.meta.url)
const folders = ['schemas/', 'schemas/aspects/', 'formats/', 'load/']
const sources = folders.flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => folder + name),
)

test.each(sources)('%s emits codes of the catalogue only', (path) => {
  const text = readFileSync(new URL(path, root), 'utf8')
  const codes = [...text.matchAll(/code: '([A-Z_]+)'/g)].map(([, code = '']) => code)
  expect(codes.filter((code) => !Object.hasOwn(problemCatalog, code))).toEqual([])
})

const provider = new URL('provider/sensorform/', root)
const ofProvider = readdirSync(provider, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

test.each(ofProvider)('provider/sensorform/%s tells codes of the catalogue only', (path) => {
  const text = readFileSync(new URL(path, provider), 'utf8')
  const codes = [...text.matchAll(/\(([A-Z]+(?:_[A-Z]+)+)\)/g)].map(([, code = '']) => code)
  expect(codes.filter((code) => !Object.hasOwn(problemCatalog, code))).toEqual([])
})

test('every document problem is emitted somewhere', () => {
  const text = sources.map((path) => readFileSync(new URL(path, root), 'utf8')).join('\n')
  expect(Object.keys(documents).filter((code) => !text.includes(`'${code}'`))).toEqual([])
})

test.each(Object.entries(problemCatalog))('%s is explained in whole sentences', (code, entry) => {
  expect(code).toMatch(/^[A-Z]+(_[A-Z0-9]+)*$/)
  expect(entry.title).not.toMatch(/[.]$/)
  expect(entry.explanation).toMatch(/[.]$/)
  expect(entry.remedy).toMatch(/[.]$/)
})
