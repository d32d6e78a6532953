/** Whatever a file holds, loading answers with problems or a fleet, and no secret comes out. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { checkDocument, noteSecrets } from '../../load/check-document.ts'
import { literalSecrets } from '../../load/mask.ts'
import { faultProblem, parseDocuments } from '../../load/parse-documents.ts'
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
  return [
    ...parsed.faults.map((fault) => faultProblem(parsed.source, fault)),
    ...checked.flatMap((result) => (Array.isArray(result) ? result : [])),
  ]
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
