/**
 * Places of values in the text of their document.
 *
 * @module
 */
import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml'
import type { ParsedDocument } from './parse-documents.ts'
import type { Range } from './source.ts'

/** The node of the value at a path, or of the nearest place above it; `key` marks the key instead, where there is one. */
export function rangeAt(
  document: ParsedDocument,
  path: readonly PropertyKey[],
  mark: 'key' | 'value' = 'value',
): Range {
  let at: Node | null | undefined = document.node().contents
  let range = rangeOf(at)
  for (const [index, segment] of path.entries()) {
    if (isAlias(at)) at = at.resolve(document.node())
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
  let at: Node | null | undefined = document.node().contents
  for (const segment of path) {
    const next = memberOf(isAlias(at) ? at.resolve(document.node()) : at, segment)
    at = isPair(next) ? (next.value as Node | null) : next
  }
  const target = isAlias(at) ? at.resolve(document.node()) : undefined
  return target ? [rangeOf(target)] : []
}

function memberOf(node: Node | null | undefined, segment: PropertyKey): Pair | Node | undefined {
  if (isMap(node)) {
    return node.items.findLast(({ key }) => isScalar(key) && key.value === String(segment))
  }
  return isSeq(node) ? (node.items[Number(segment)] as Node | undefined) : undefined
}

/** A block map or list is marked at its key: its text is many lines. */
const isBlock = ({ source }: ParsedDocument, node: Node): boolean =>
  (isMap(node) || isSeq(node)) && source.text.slice(...rangeOf(node)).includes('\n')

const rangeOf = (node: Node | null | undefined): Range =>
  node?.range ? [node.range[0], Math.max(node.range[1], node.range[0] + 1)] : [0, 1]
