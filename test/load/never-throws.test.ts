/** Whatever a file holds, loading answers with problems or a fleet, and no secret comes out. */
import { globSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { checkDocument, noteSecrets } from '../../load/check-document.ts'
import { literalSecrets } from '../../load/mask.ts'
import { faultProblems, parseDocuments } from '../../load/parse-documents.ts'
import { makeSource } from '../../load/source.ts'
import { documentKinds } from '../../schemas/documents.ts'
import { fieldsOf } from '../../schemas/fields.ts'
import type { Problem } from '../../schemas/problem.ts'
import { sensorSettings } from '../../schemas/sensor.ts'
import { badInput } from './bad-input-cases.ts'

/** What loading says about one text, without files around it. */
function problemsOf(text: string): Problem[] {
  const parsed = parseDocuments(makeSource({ path: '/a.yaml', file: 'a.yaml', text }))
  for (const document of parsed.documents) noteSecrets(document)
  const checked = parsed.documents.map(checkDocument)
  return [...faultProblems(parsed), ...checked.flatMap((result) => (Array.isArray(result) ? result : []))]
}

/** Every place lies in the text, so that a caret can be drawn below it. */
function expectPlaces(problems: readonly Problem[], text: string): void {
  const lines = text.split('\n')
  for (const { at } of problems) {
    expect(at?.line).toBeGreaterThanOrEqual(1)
    expect(at?.line).toBeLessThanOrEqual(lines.length)
    expect(at?.column).toBeLessThanOrEqual((lines[(at?.line ?? 1) - 1] ?? '').length + 1)
  }
}

/** The same documents every time, unless told otherwise: `HOSTILE_SEED=7 HOSTILE_RUNS=100000`. */
const seed = Number(process.env['HOSTILE_SEED'] ?? 1)
const exampleRuns = Number(process.env['HOSTILE_RUNS'] ?? 1200)

const exampleFolder = new URL('../../examples/', import.meta.url)
const examples: readonly string[] = globSync('**/*.yaml', { cwd: exampleFolder })
  .sort()
  .map((file) => readFileSync(new URL(file, exampleFolder), 'utf8'))

const texts = badInput.flatMap(([, files]) =>
  Object.values(files).filter((content): content is string => typeof content === 'string' && content.length < 5000),
)
const piece = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  ':',
  ' ',
  '\n',
  '\t',
  '-',
  '"',
  "'",
  '&a',
  '*a',
  '!!x',
  '|',
  '#',
  '%',
  '?',
  ',',
  '\0',
  '\u{1f600}',
  '---\n',
)

test('any text', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
      const text = pieces.join('')
      expectPlaces(problemsOf(text), text)
    }),
    { numRuns: 300 },
  )
})

test('documents with something cut out and something put in', () => {
  const edit = fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(12), fc.array(piece, { maxLength: 3 }))
  fc.assert(
    fc.property(edit, ([text, place, length, pieces]) => {
      const at = place % (text.length + 1)
      const edited = text.slice(0, at) + pieces.join('') + text.slice(at + length)
      expectPlaces(problemsOf(edited), edited)
    }),
    { numRuns: 500 },
  )
})

/** What somebody may put where a value, a key or a line is expected. */
const nasty = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  '{ __proto__: { a: 1 } }',
  '<<',
  '*a',
  '&a',
  '&a [*a, *a]',
  '9'.repeat(400),
  '-0',
  '1e999',
  '.inf',
  '.nan',
  '0x7fffffffffffffff',
  'null',
  '~',
  'true',
  '[[[[',
  '{}',
  '[]',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u0430dmin',
  '"\\u202e"',
  '"\\x1b[2J"',
  '"\\0"',
  '\0',
  '\x1b]0;a\x07',
  '\ud800',

  '\r\n',
  '\r',
  '\ufeff',
  '\t',
  '---\n',
  '...\n',
  '%YAML 1.1\n---\n',
  '!!js/function ',
  '!!binary ',
  '\u2028',
  '\u0085',

  '../../../../etc/passwd',
  '/etc/shadow',
  '${key}',
  '${env.HOME}',
  '${${key}}',
  '${key',
  '${__proto__}',
  '`id`',
  '$(id)',
)

/** One way to spoil a text: what is put in, and how much of what stands there goes. */
const spoiling = fc.record({ place: fc.nat(), cut: fc.nat(30), put: fc.oneof(nasty, piece) })

/** In one of two, a whole value goes, so that what is put in stands where the schema looks at it. */
function spoil(text: string, { place, cut, put }: { place: number; cut: number; put: string }): string {
  const values = [...text.matchAll(/(?<=: )[^\n{}[\],]+/g)]
  const value = values[place % values.length]
  if (cut % 2 === 0 && value) return text.slice(0, value.index) + put + text.slice(value.index + value[0].length)
  const at = place % (text.length + 1)
  return text.slice(0, at) + put + text.slice(at + cut)
}

test('examples that are spoilt in up to four places', () => {
  let refused = 0
  const spoilt = fc.tuple(fc.constantFrom(...examples), fc.array(spoiling, { minLength: 1, maxLength: 4 }))
  fc.assert(
    fc.property(spoilt, ([text, changes]) => {
      const result = changes.reduce(spoil, text)
      const problems = problemsOf(result)
      expectPlaces(problems, result)
      if (problems.length > 0) refused += 1
    }),
    { numRuns: exampleRuns, seed },
  )
  expect(examples.length).toBeGreaterThan(5)
  // Most are wrong: otherwise the changes would miss what is looked at.
  expect(refused).toBeGreaterThan(exampleRuns / 2)
}, 600_000)

const sensorOf = (spec: string): string =>
  `apiVersion: sensorform.io/v1\nkind: Sensor\nmetadata: { name: a }\nspec: ${spec}\n`
const fill = (text: string): string => text.repeat(Math.floor(1_000_000 / text.length))

/** As large as a file may be. */
const costly: readonly (readonly [what: string, text: string, code: string])[] = [
  ['open lists', fill('['), 'YAML_SYNTAX'],
  ['open maps', fill('{a: '), 'YAML_SYNTAX'],
  ['lists in lists on one line', fill('- '), 'YAML_SYNTAX'],
  ['keys of keys on one line', fill('? '), 'YAML_SYNTAX'],
  ['brackets closed in comments alone', fill('[ # ]\n'), 'YAML_SYNTAX'],
  ['nested below a separator in quotes', `["\n--- ", ${fill('[')}`, 'YAML_SYNTAX'],
  ['documents', fill('---\n'), 'YAML_SYNTAX'],
  ['one key in every line', `a: 1\n${'a: 1\n'.repeat(2000)}`, 'DUPLICATE_KEY'],
]

test.each(costly)('a file full of %s is refused in a few seconds', (_, text, code) => {
  const start = performance.now()
  const problems = problemsOf(text)
  expect(problems.map((problem) => problem.code)).toContain(code)
  expectPlaces(problems.slice(0, 10), text)
  // Minutes, or no memory left, before; the limit is wide, as machines differ.
  expect(performance.now() - start).toBeLessThan(15_000)
})

test('brackets in comments and strings nest nothing', () => {
  const text = `# ${'['.repeat(500)}\n${sensorOf(`{ name: "${'{'.repeat(500)}" }`)}`
  expect(problemsOf(text).map(({ summary }) => summary)).not.toContain('The file is nested too deeply')
})

test('any JSON value as the spec of any kind', () => {
  const kind = fc.constantFrom(...Object.keys(documentKinds))
  fc.assert(
    fc.property(kind, fc.jsonValue({ maxDepth: 4 }), (kind, spec) => {
      problemsOf(JSON.stringify({ apiVersion: 'sensorform.io/v1', kind, metadata: { name: 'a' }, spec }))
    }),
    { numRuns: 300 },
  )
})

const secretPaths = fieldsOf(sensorSettings)
  .filter(({ type }) => type === 'secret')
  .map(({ pattern }) => pattern.split('.').map((segment) => (segment === '*' ? 'entry' : segment)))

/** Ways to write a secret that people really try. */
const forms = [
  'CANARY',
  { value: 'CANARY' },
  { CANARY: null },
  ['CANARY'],
  { fromEnv: 'CANARY!' },
  { fromEnv: 'A', literal: 'CANARY' },
  { fromFile: 'x\nCANARY' },
  { fromEnv: { CANARY: 1 } },
]

test('a secret in any position and form is refused and not shown', () => {
  expect(secretPaths.length).toBeGreaterThan(4)
  const sameLine = fc.boolean()
  fc.assert(
    fc.property(fc.constantFrom(...secretPaths), fc.constantFrom(...forms), sameLine, (path, form, sameLine) => {
      const spec = path.toReversed().reduce<unknown>((value, key) => ({ [key]: value, zzz: 1 }), form)
      const json = { apiVersion: 'sensorform.io/v1', kind: 'Sensor', metadata: { name: 'a' }, spec }
      const text = sameLine ? JSON.stringify(json) : JSON.stringify(json, null, 1)
      const problems = problemsOf(text)
      expect(problems.map(({ code }) => code)).toContain('LITERAL_SECRET')
      expect(JSON.stringify(problems)).not.toContain('CANARY')
    }),
    { numRuns: 200 },
  )
})

test('a reference is no literal secret', () => {
  const schema = z.strictObject({ settings: sensorSettings })
  for (const path of secretPaths) {
    const value = path.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), { fromEnv: 'A' })
    expect(literalSecrets(schema, { settings: value })).toEqual([])
  }
})
