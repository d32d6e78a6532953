import { globSync, readFileSync } from 'node:fs'
import { isMap, isScalar, parseAllDocuments, visit, type Node } from 'yaml'
import { describe, expect, test } from 'vitest'
import { parseDocuments } from '../../load/parse-documents.ts'
import { makeSource } from '../../load/source.ts'

const ends = 'kind: Site\nmetadata: { name: b }\n'
const texts: readonly (readonly [what: string, text: string])[] = [
  ['one document', ends],
  ['several', `kind: Sensor\nmetadata: { name: a }\n---\n${ends}---\nkind: Fleet\n`],
  ['one behind directives', `%YAML 1.2\n---\n${ends}`],
  ['one on the line of its marker', `--- { kind: Sensor }\n--- "text"\n--- |\n  lines\n`],
  ['one after an end', `${ends}...\n# between\n---\n${ends}...\n`],
  ['one that is indented', `\n\n    kind: Sensor\n    metadata:\n      name: a\n`],
  ['lines that end in CR LF', `kind: Sensor\r\nmetadata: { name: a }\r\n---\r\n${ends}`],
  ['comments', `# first\nkind: Sensor # beside\n# last\n---\n# next\n${ends}`],
  ['anchors and aliases', `kind: Sensor\na: &x { b: 1 }\nc: *x\nd: &x [2]\ne: *x\n---\n${ends}a: &x 3\nb: *x\n`],
  ...globSync('examples/**/*.yaml').map((file) => [file, readFileSync(file, 'utf8')] as const),
]

describe('nodes that are made when somebody asks stand where the parser of the whole file found them:', () => {
  test.each(texts)('%s', (_, text) => {
    const { documents, faults } = parseDocuments(makeSource({ path: 'a.yaml', file: 'a.yaml', text }))
    const whole = parseAllDocuments(text, { version: '1.2', stringKeys: true })
    const contents = whole.map((document) => document.contents)
    expect(faults).toEqual([])
    expect(documents.map((document) => rangesOf(document.nodes().contents))).toEqual(contents.map(rangesOf))
  })
})

test('an alias stands for the anchor of its name that came last', () => {
  const [, text = ''] = texts.find(([what]) => what === 'anchors and aliases') ?? []
  const { documents } = parseDocuments(makeSource({ path: 'a.yaml', file: 'a.yaml', text }))
  const textAt = (node: Node) => text.slice(node.range?.[0], node.range?.[1])
  const targets = documents.map((document) => [...document.nodes().targets.values()].map(textAt))
  expect(targets).toEqual([['{ b: 1 }', '[2]'], ['3']])
})

test('many documents are asked about in turn', () => {
  const text = Array.from({ length: 20 }, (_, index) => `kind: Sensor\nmetadata: { name: s-${index} }\n`).join('---\n')
  const { documents } = parseDocuments(makeSource({ path: 'a.yaml', file: 'a.yaml', text }))
  const names = [...documents, ...documents.toReversed()].map(({ nodes }) => {
    const { contents } = nodes()
    const name = isMap(contents) ? contents.getIn(['metadata', 'name'], true) : undefined
    return isScalar(name) ? text.slice(name.range?.[0], name.range?.[1]) : undefined
  })
  const expected = documents.map((_, index) => `s-${index}`)
  expect(names).toEqual([...expected, ...expected.toReversed()])
})

/** Every node in its order, with its place. */
function rangesOf(contents: Node | null): unknown[] {
  const found: unknown[] = []
  if (contents) visit(contents, { Node: (_, { range }) => void found.push(range?.slice(0, 2)) })
  return found
}
