/**
 * The nodes of a document with their places. They take several times the memory of its value, and most documents of a fleet
 * have nothing to tell: so they are made from the text when somebody asks where something stands.
 *
 * @module
 */
import { Composer, Parser, visit, type Alias, type Document, type Node } from 'yaml'
import type { Range, Source } from './source.ts'

export interface PlacedNodes {
  contents: Document.Parsed['contents']
  /** What each alias stands for. */
  targets: ReadonlyMap<Alias, Node>
}

const options = {
  version: '1.2',
  schema: 'core',
  merge: false,
  stringKeys: true,
  strict: true,
  // The parser compares each key with all before it; that takes long, and whoever cares looks them up.
  uniqueKeys: false,
  prettyErrors: false,
} as const

/** Every document of a text. Ranges count from `offset`, where the text begins in its file. */
export function compose(text: string, offset = 0): Document.Parsed[] {
  const parser = new Parser()
  parser.offset = offset
  return [...new Composer(options).compose(parser.parse(text))]
}

/** Finds what aliases stand for, on a walk that passes every node in its order. */
export function followAliases() {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  return {
    targets,
    pass: (item: Node): void => {
      if ('anchor' in item && item.anchor !== undefined) anchors.set(item.anchor, item)
    },
    meet: (alias: Alias): Node | undefined => {
      const target = anchors.get(alias.source)
      if (target) targets.set(alias, target)
      return target
    },
  }
}

/** The nodes of the document that begins and ends there, made once: for what many appliances ask about. */
export function keptNodes(source: Source, range: Range): () => PlacedNodes {
  let nodes: PlacedNodes | undefined
  return () => (nodes ??= makeNodes(source, range))
}

/** Problems tell of two documents at most, one after the other. */
const mostKept = 4

const lately = new Map<object, PlacedNodes>()

/** The same, kept only as long as few others are asked about. */
export function passingNodes(source: Source, range: Range): () => PlacedNodes {
  return () => {
    const nodes = lately.get(range) ?? makeNodes(source, range)
    lately.delete(range)
    lately.set(range, nodes)
    const [oldest] = lately.keys()
    if (lately.size > mostKept && oldest) lately.delete(oldest)
    return nodes
  }
}

function makeNodes({ text }: Source, [from, to]: Range): PlacedNodes {
  const [document] = compose(text.slice(from, to), from)
  const { targets, pass, meet } = followAliases()
  if (document) visit(document, { Alias: (_, alias) => void meet(alias), Node: (_, item) => pass(item) })
  return { contents: document?.contents ?? null, targets }
}
