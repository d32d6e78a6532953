/**
 * Places of values in the text of their document.
 *
 * @module
 */
import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import type { ParsedDocument } from './parse-documents.ts'
import type { Range } from './source.ts'

/** The node of the value at a path, or of the nearest place above it; `key` marks the key instead, where there is one. */
export function rangeAt(
  document: ParsedDocument,
  path: readonly PropertyKey[],
  mark: 'key' | 'value' = 'value',
): Range {
  const { contents, targets } = document.nodes()
  let at: Node | null | undefined = contents
  let range = rangeOf(at)
  for (const [index, segment] of path.entries()) {
    if (isAlias(at)) at = targets.get(at)
    const next = memberOf(at, segment)
    if (!next) break
    const last = index === path.length - 1
    at = isPair(next) ? (next.value as Node | null) : next
    const key = isPair(next) ? (next.key as Node) : next
    range = !at || (last && mark === 'key') || isBlock(document, at) ? rangeOf(key) : rangeOf(at)
  }
  return range
}

/** The range of what an alias at a path stands for; none for everything else. */
export function anchorAt(document: ParsedDocument, path: readonly PropertyKey[]): Range[] {
  const { contents, targets } = document.nodes()
  let at: Node | null | undefined = contents
  for (const segment of path) {
    const next = memberOf(isAlias(at) ? targets.get(at) : at, segment)
    at = isPair(next) ? (next.value as Node | null) : next
  }
  const target = isAlias(at) ? targets.get(at) : undefined
  return target ? [rangeOf(target)] : []
}

function memberOf(node: Node | null | undefined, segment: PropertyKey): Pair | Node | undefined {
  if (isMap(node))
    return node.items.length > fewKeys ? pairsOf(node).get(String(segment)) : pairOf(node, String(segment))
  return isSeq(node) ? (node.items[Number(segment)] as Node | undefined) : undefined
}

const pairOf = ({ items }: YAMLMap, name: string): Pair | undefined =>
  items.findLast(({ key }) => isScalar(key) && key.value === name)

/** Maps of documents that somebody means have fewer; looking at each is faster there. */
const fewKeys = 50

const indexes = new WeakMap<YAMLMap, ReadonlyMap<unknown, Pair>>()

/** The last pair of each key. */
function pairsOf(map: YAMLMap): ReadonlyMap<unknown, Pair> {
  const known = indexes.get(map)
  if (known) return known
  const made = new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[pair.key.value, pair] as const] : [])))
  indexes.set(map, made)
  return made
}

/** A block map or list is marked at its key: its text is many lines. */
const isBlock = ({ source }: ParsedDocument, node: Node): boolean =>
  (isMap(node) || isSeq(node)) && source.text.slice(...rangeOf(node)).includes('\n')

const rangeOf = (node: Node | null | undefined): Range =>
  node?.range ? [node.range[0], Math.max(node.range[1], node.range[0] + 1)] : [0, 1]
