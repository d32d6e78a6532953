/**
 * YAML text to values with the places of their nodes. YAML 1.2, core schema: no tags, no merge keys, string keys only.
 * Nothing in a document is ever run.
 *
 * @module
 */
import {
  isAlias,
  isScalar,
  Lexer,
  parseAllDocuments,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml'
import type { Problem } from '../schemas/problem.ts'
import { documentProblem, type DocumentCode } from './problem.ts'
import { continuesSecret } from './mask.ts'
import { placeOf, type Range, type Source } from './source.ts'

export interface ParsedDocument {
  source: Source
  /** Nodes with their places; of a document that was written from values they are made when somebody asks. */
  node: () => Document.Parsed
  value: unknown
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
  const refused = [...unseenFaults(source), ...costlyFaults(source.text)].slice(0, 1)
  if (refused.length > 0) return { source, documents: [], faults: refused }
  let parsed
  try {
    parsed = nodesOf(source.text)
  } catch {
    return { source, documents: [], faults: [tooDeepAt(0)] }
  }
  const results = [...parsed].map((node) => valueOf(source, node as Document.Parsed))
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
  if (unseenFaults(source).length > 0 || source.text.includes('"__proto__"')) return parseDocuments(source)
  let node: Document.Parsed | undefined
  const nodeOf = () => (node ??= nodesOf(source.text)[0] as Document.Parsed)
  return { source, documents: [{ source, node: nodeOf, value: JSON.parse(source.text) }], faults: [] }
}

const nodesOf = (text: string) =>
  parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    strict: true,
    // The parser compares each key with all before it; `duplicateKeys` looks them up.
    uniqueKeys: false,
    prettyErrors: false,
  })

const unseenCharacter = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

/** Control characters, which YAML forbids, and those that turn the direction of text: what a reviewer sees is not what is read. */
function unseenFaults({ text }: Source): Fault[] {
  const at = text.search(unseenCharacter)
  if (at < 0) return []
  const code = (text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const summary = `The file holds a character that nobody sees (U+${code})`
  return [{ code: 'YAML_SYNTAX', range: [at, at + 1], summary, hint: 'Remove it.' }]
}

const tooDeepAt = (at: number): Fault => ({
  code: 'YAML_SYNTAX',
  range: [at, at + 1],
  summary: 'The file is nested too deeply',
  hint: 'Documents of this tool are some ten levels deep.',
})

/** Brackets, or `-` and `?` of one line, that are open at once. */
export const maxNesting = 100

/** Documents of one file. */
export const maxDocuments = 20_000

/** What the parser would spend a gigabyte and many seconds on. */
function costlyFaults(text: string): Fault[] {
  const deep = mayBeDeep(text) ? firstTooDeep(text) : undefined
  if (deep !== undefined) return [tooDeepAt(deep)]
  const at = startOfDocument(text, maxDocuments)
  if (at === undefined) return []
  const summary = `The file holds more than ${maxDocuments} documents`
  return [{ code: 'YAML_SYNTAX', range: [at, at + 3], summary, hint: 'Split it into several files.' }]
}

/** Cheap, and never false for text that is too deep: what opens in comments and strings of a document counts as well. */
function mayBeDeep(text: string): boolean {
  let opened = 0
  for (const [token] of text.matchAll(/^---(?=\s)|[[{]|[-?][ \t]+(?=[-?][ \t])/gm)) {
    opened = token === '---' ? 0 : opened + 1
    if (opened > maxNesting) return true
  }
  return false
}

/** Reads tokens up to the first that is too deep. */
function firstTooDeep(text: string): number | undefined {
  let [at, brackets, indicators] = [0, 0, 0]
  for (const token of new Lexer().lex(text)) {
    if (token === '---') brackets = indicators = 0
    else if (token === '[' || token === '{') brackets++
    else if (token === ']' || token === '}') brackets = Math.max(0, brackets - 1)
    else if (token === '-' || token === '?') indicators++
    else if (token.includes('\n')) indicators = 0
    if (brackets > maxNesting || indicators > maxNesting) return at
    if (!marks.has(token)) at += token.length
  }
  return undefined
}

/** Tokens of the lexer that stand for no text: byte order mark aside, document, flow end and scalar. */
const marks = new Set(['\u0002', '\u0018', '\u001f'])

/** Where the document after so many begins; undefined where there are not so many. */
function startOfDocument(text: string, count: number): number | undefined {
  let seen = 0
  for (const { index } of text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)) if (++seen > count) return index
  return undefined
}

function valueOf(source: Source, node: Document.Parsed): { document?: ParsedDocument; faults: Fault[] } {
  const nodes = inspect(node)
  const fatal = [...nodes.fatal, ...versionFaults(node)]
  const errors = firstPerLine(source, node.errors).filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')
  const faults = [...errors.map(toFault), ...fatal, ...nodes.keys]
  if (fatal.length > 0 || node.errors.length > 0) return { faults }
  if (nodes.cyclic) return { faults: [...faults, aliasFault(node)] }
  try {
    const value: unknown = node.toJS({ maxAliasCount: maxAliases })
    return value === null || value === undefined
      ? { faults }
      : { document: { source, node: () => node, value }, faults }
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
}

/** One walk for all, as walking takes longer than parsing. */
function inspect(node: Document.Parsed): Nodes {
  const fatal: Fault[] = []
  const keys: Fault[] = []
  let cyclic = false
  visit(node, {
    Map(_, { items }) {
      keys.push(...duplicateKeys(items))
    },
    Pair(_, { key }) {
      keys.push(...keyFaults(key))
    },
    Node(_, item, path) {
      fatal.push(...tagFaults(item))
      if (!isAlias(item)) return
      const target = item.resolve(node)
      if (!target) fatal.push(...unknownAlias(item))
      else cyclic ||= path.includes(target)
    },
  })
  return { fatal, keys, cyclic }
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

/** Turns a fault into a problem with its place. */
export function faultProblem(source: Source, { code, range, summary, hint }: Fault): Problem {
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
