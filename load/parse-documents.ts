/**
 * YAML text to values with the places of their nodes. YAML 1.2, core schema: no tags, no merge keys, string keys only.
 * Nothing in a document is ever run.
 *
 * @module
 */
import { isScalar, visit, type Document, type Node, type Pair, type Alias, type YAMLError } from 'yaml'
import type { Problem } from '../schemas/problem.ts'
import { documentProblem, type DocumentCode } from './problem.ts'
import { isApplianceDocument } from './check-document.ts'
import { firstProblems } from './left-out.ts'
import { continuesSecret } from './mask.ts'
import { excessOf, tooDeepAt } from './parse-cost.ts'
import { compose, followAliases, keptNodes, passingNodes, type PlacedNodes } from './placed-nodes.ts'
import { placeOf, type Range, type Source } from './source.ts'
import { firstUnseen } from './unseen.ts'

export interface ParsedDocument {
  source: Source
  value: unknown
  /** Its nodes with their places. */
  nodes: () => PlacedNodes
}

/** What is wrong with the text, before places can be made: these need the ranges of secrets first. */
export interface Fault {
  code: DocumentCode
  range: Range
  summary: string
  hint?: string
}

export interface ParsedSource {
  source: Source
  documents: readonly ParsedDocument[]
  faults: readonly Fault[]
}

/** Aliases beyond this many, all expansions counted, are refused. */
export const maxAliases = 100

/** Parses every document of a file. A document that does not parse gives faults and no value. */
export function parseDocuments(source: Source): ParsedSource {
  const refused = unseenFault(source) ?? costFault(source)
  if (refused) return { source, documents: [], faults: [refused] }
  const parsed = attemptParse(source.text)
  if (!parsed) return { source, documents: [], faults: [{ ...tooDeepAt(0), code: 'YAML_SYNTAX' }] }
  const results = parsed.map((node) => valueOf(source, node))
  return {
    source,
    documents: results.flatMap(({ document }) => document ?? []),
    faults: results.flatMap(({ faults }) => faults),
  }
}

/**
 * A document that was written from values by `JSON.stringify`, which is YAML: it has no anchors, tags or double keys, so
 * its value needs no parser of YAML, and its places are looked up only when something is wrong.
 */
export function parseWritten(source: Source): ParsedSource {
  const isPlain = !unseenFault(source) && !/\\[bfu]|"__proto__"/.test(source.text)
  if (!isPlain) return parseDocuments(source)
  const value = JSON.parse(source.text) as unknown
  return { source, documents: [toDocument(source, value, [0, source.text.length])], faults: [] }
}

/** An appliance is asked about for itself; what it shares with others, for each of them. */
function toDocument(source: Source, value: unknown, range: Range): ParsedDocument {
  const nodes = isApplianceDocument({ value }) ? passingNodes(source, range) : keptNodes(source, range)
  return { source, value, nodes }
}

/** Nothing where the nesting is more than the parser's stack holds. */
function attemptParse(text: string): Document.Parsed[] | undefined {
  const { stackTraceLimit } = Error
  // The parser makes an error of everything that it stumbles over; where in itself it did so is of no interest.
  Error.stackTraceLimit = 0
  try {
    return compose(text)
  } catch {
    return undefined
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

const unseen = (name: string): string => `a character that nobody sees (${name})`

function unseenFault({ text }: Source): Fault | undefined {
  const found = firstUnseen(text)
  if (!found) return undefined
  const { at, name } = found
  return { code: 'YAML_SYNTAX', range: [at, at + 1], summary: `The file holds ${unseen(name)}`, hint: 'Remove it.' }
}

/** The same written as an escape: it would be sent to an appliance, and seen by nobody there. */
function escapedFaults(node: Node): readonly Fault[] {
  if (!isScalar(node) || node.type !== 'QUOTE_DOUBLE' || !node.range || typeof node.value !== 'string') return none
  const found = firstUnseen(node.value)
  if (!found) return none
  const range: Range = [node.range[0], node.range[1]]
  return [{ code: 'YAML_SYNTAX', range, summary: `The text holds ${unseen(found.name)}`, hint: 'Remove it.' }]
}

function costFault({ text }: Source): Fault | undefined {
  const excess = excessOf(text)
  return excess && { ...excess, code: 'YAML_SYNTAX' }
}

function valueOf(source: Source, node: Document.Parsed): { document?: ParsedDocument; faults: Fault[] } {
  const nodes = inspect(node)
  const fatal = [...nodes.fatal, ...versionFaults(node)]
  const errors = firstPerLine(source, node.errors).filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')
  const faults = [...errors.map(toFault), ...fatal, ...nodes.keys]
  if (fatal.length > 0 || node.errors.length > 0) return { faults }
  // Each that counts is looked for in all of the document.
  if (nodes.cyclic || nodes.aliases > maxAliases) return { faults: [...faults, aliasFault(node)] }
  try {
    const value: unknown = node.toJS({ maxAliasCount: maxAliases })
    if (value === null || value === undefined) return { faults }
    return { document: toDocument(source, value, [node.range[0], node.range[2]]), faults }
  } catch {
    return { faults: [...faults, aliasFault(node)] }
  }
}

/** One mistake often makes the parser stumble several times on the same line; the first says it best. */
function firstPerLine(source: Source, errors: readonly YAMLError[]): YAMLError[] {
  const seen = new Set<number>()
  return errors.filter(({ pos }) => {
    const { line } = source.lines.linePos(pos[0])
    return !seen.has(line) && seen.add(line)
  })
}

const duplicateKey: Omit<Fault, 'range'> = {
  code: 'DUPLICATE_KEY',
  summary: 'The key is given twice in one map',
  hint: 'Remove one of the two; neither wins silently.',
}

/** The parser's own messages may quote the text, and with it a secret; so these sentences stand in for them. */
const sentences: Readonly<Record<string, Omit<Fault, 'range'>>> = {
  NON_STRING_KEY: { code: 'YAML_SYNTAX', summary: 'A key must be a string', hint: 'Write a plain word as the key.' },
  TAB_AS_INDENT: { code: 'YAML_TAB', summary: 'A tab indents the line', hint: 'YAML is indented with spaces only.' },
  BAD_ALIAS: { code: 'YAML_ALIAS', summary: 'The alias names no anchor', hint: 'Define it with &name above.' },
  MISSING_CHAR: {
    code: 'YAML_SYNTAX',
    summary: 'A character is missing here, such as a closing quote or bracket, a comma or a space',
    hint: 'Close what was opened, and put a space after ":" and "-".',
  },
  BAD_INDENT: {
    code: 'YAML_SYNTAX',
    summary: 'The indentation does not fit the lines around it',
    hint: 'Keys of one map begin in the same column. A bracket or quote above may not be closed.',
  },
  BAD_SCALAR_START: {
    code: 'YAML_SYNTAX',
    summary: 'A plain value cannot begin with this character',
    hint: 'Put the value in quotes.',
  },
  BLOCK_IN_FLOW: {
    code: 'YAML_SYNTAX',
    summary: 'A map or list of lines cannot begin inside brackets',
    hint: 'Put a value that holds ": " in quotes.',
  },
  RESOURCE_EXHAUSTION: {
    code: 'YAML_SYNTAX',
    summary: 'The file is nested too deeply',
    hint: 'Documents of this tool are some ten levels deep.',
  },
  MULTILINE_IMPLICIT_KEY: {
    code: 'YAML_SYNTAX',
    summary: 'A key must stand on one line and be followed by ":"',
    hint: 'Add the missing ":" or correct the indentation.',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    code: 'YAML_SYNTAX',
    summary: 'A map cannot begin in the middle of a line',
    hint: 'Begin the nested map on its own line, or put a value that holds ": " in quotes.',
  },
  UNEXPECTED_TOKEN: { code: 'YAML_SYNTAX', summary: 'This does not belong here', hint: 'Check the lines above it.' },
}

function toFault({ code, pos }: YAMLError): Fault {
  const sentence = sentences[code] ?? {
    code: 'YAML_SYNTAX' as const,
    summary: `This is not YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
    hint: 'Correct the line.',
  }
  return { ...sentence, range: [pos[0], Math.max(pos[1], pos[0] + 1)] }
}

function versionFaults({ directives }: Document.Parsed): Fault[] {
  const { explicit, version } = directives?.yaml ?? {}
  if (!explicit || version === '1.2') return []
  return [
    {
      code: 'YAML_SYNTAX',
      range: [0, 1],
      summary: `Documents are YAML 1.2, not ${version ?? 'another version'}`,
      hint: 'Remove the %YAML directive.',
    },
  ]
}

/** What a walk over the nodes of a document finds. */
interface Nodes {
  /** Faults that leave no value. */
  fatal: readonly Fault[]
  keys: readonly Fault[]
  /** An alias inside its own anchor: a value without an end. */
  cyclic: boolean
  /** Aliases that stand for something. */
  aliases: number
}

/** One walk for all, as walking takes longer than parsing. */
function inspect(node: Document.Parsed): Nodes {
  const fatal: Fault[] = []
  const keys: Fault[] = []
  const { targets, pass, meet } = followAliases()
  let cyclic = false
  const look = (item: Node): void => {
    addAll(fatal, tagFaults(item))
    addAll(keys, escapedFaults(item))
    pass(item)
  }
  visit(node, {
    Map(_, map) {
      look(map)
      addAll(keys, duplicateKeys(map.items))
    },
    Pair(_, { key }) {
      addAll(keys, keyFaults(key))
    },
    Alias(_, alias, path) {
      const target = meet(alias)
      if (!target) addAll(fatal, unknownAlias(alias))
      cyclic ||= target !== undefined && path.includes(target)
    },
    Node: (_, item) => look(item),
  })
  return { fatal, keys, cyclic, aliases: targets.size }
}

/** A call with everything as its arguments would overflow the stack. */
function addAll<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item)
}

const none: readonly Fault[] = []

/** Standard tags too: what a value is, is said by the schema. */
function tagFaults({ tag, range }: Node): readonly Fault[] {
  if (!tag || !range) return none
  const hint = 'Write the value plainly; secrets are references such as { fromEnv: NAME }.'
  return [{ code: 'YAML_TAG', range: [range[0], range[1]], summary: 'Tags are not supported', hint }]
}

function unknownAlias({ range }: Alias): readonly Fault[] {
  if (!range) return none
  const hint = 'Define it with &name above.'
  return [{ code: 'YAML_ALIAS', range: [range[0], range[1]], summary: 'The alias names no anchor', hint }]
}

function duplicateKeys(items: readonly Pair[]): Fault[] {
  const seen = new Set<unknown>()
  return items.flatMap(({ key }) => {
    if (!isScalar(key) || !key.range) return []
    const { size } = seen
    if (seen.add(key.value).size > size) return []
    return [{ ...duplicateKey, range: [key.range[0], key.range[0] + 1] as const }]
  })
}

/** `<<` would look as if it merged, and `__proto__` would vanish. */
function keyFaults(key: unknown): readonly Fault[] {
  if (!isScalar(key) || !key.range) return none
  const range: Range = [key.range[0], key.range[1]]
  if (key.value === '<<') {
    const hint = 'Use the defaults of the Fleet or Site document, which merge.'
    return [{ code: 'YAML_MERGE_KEY', range, summary: 'YAML 1.2 has no merge keys', hint }]
  }
  if (key.value !== '__proto__') return none
  return [{ code: 'YAML_SYNTAX', range, summary: 'The key __proto__ is reserved', hint: 'Use another name.' }]
}

/** Says where the first alias stands: one of them holds itself, or all together stand for too much. */
function aliasFault(node: Document.Parsed): Fault {
  let range: Range = [0, 1]
  visit(node, {
    Alias(_, alias) {
      if (alias.range) range = [alias.range[0], alias.range[1]]
      return visit.BREAK
    },
  })
  return {
    code: 'YAML_ALIAS',
    range,
    summary: `The aliases of this document are cyclic or stand for more than ${maxAliases} values`,
    hint: 'Use the defaults of the Fleet or Site document instead of aliases.',
  }
}

/** What is wrong with the text of a file. */
export const faultProblems = ({ source, faults }: ParsedSource): Problem[] =>
  firstProblems(source.file, faults, (fault) => faultProblem(source, fault))

/** Turns a fault into a problem with its place. */
function faultProblem(source: Source, { code, range, summary, hint }: Fault): Problem {
  const { line } = source.lines.linePos(range[0])
  const start = source.lines.lineStarts[line - 1] ?? 0
  const before = source.text
    .slice(Math.max(0, start - maxLookBehind), start)
    .split('\n')
    .slice(0, -1)
  const own = source.text.slice(start, start + maxLookBehind).split('\n', 1)
  const secretRanges = continuesSecret([...before, ...own], before.length) ? [[start, start + 1] as const] : []
  const careful = { ...source, secretRanges: [...source.secretRanges, ...secretRanges] }
  return documentProblem(code, { at: placeOf(careful, range), summary, ...(hint && { hint }) })
}

/** Characters above a fault that tell what the line goes on with. */
const maxLookBehind = 16_384
