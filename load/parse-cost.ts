/**
 * What the parser would spend too much on is refused before it is parsed: its time and memory grow with the tokens of a
 * text and with the depth of its nesting.
 *
 * @module
 */
import { Lexer } from 'yaml'
import type { Range } from './source.ts'

/** What makes a text too costly, and where. */
export interface Excess {
  range: Range
  summary: string
  hint: string
}

/** Brackets, or `-` and `?` of one line, that are open at once. */
export const maxNesting = 100

/** Documents of one file. */
export const maxDocuments = 20_000

/** Tokens of one file. A mebibyte of documents that are written densely has some 400,000. */
export const maxTokens = 450_000

/** An alias takes the memory of so many other tokens. */
const tokensOfAlias = 3

export const tooDeepAt = (at: number): Excess => ({
  range: [at, at + 1],
  summary: 'The file is nested too deeply',
  hint: 'Documents of this tool are some ten levels deep.',
})

const tooManyTokensAt = (at: number): Excess => ({
  range: [at, at + 1],
  summary: `The file holds more than ${maxTokens} words and signs`,
  hint: 'Split it into several files.',
})

const tooManyDocumentsAt = (at: number): Excess => ({
  range: [at, at + 3],
  summary: `The file holds more than ${maxDocuments} documents`,
  hint: 'Split it into several files.',
})

/** The first reason not to parse a text; nothing for documents that somebody means. */
export function excessOf(text: string): Excess | undefined {
  const refused = mayBeDeep(text) || mayHaveManyTokens(text) ? firstExcess(text) : undefined
  if (refused) return refused
  const at = startOfDocument(text, maxDocuments)
  return at === undefined ? undefined : tooManyDocumentsAt(at)
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

/** What a character can begin. Of letters and blanks, the first of a run alone. */
const [sign, blank, letter, block] = [0, 1, 2, 3]
const tokensOfKind = [1, 1, 2, 4]
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[|>*]/.test(character)) return block
  if (/[ \t]/.test(character)) return blank
  return /[[\]{},:#&*!%'"`\r\n]/.test(character) ? sign : letter
})

/** Cheap, and never false for text with too many: words of comments and strings count as well. */
function mayHaveManyTokens(text: string): boolean {
  if (text.length * 2 < maxTokens) return false
  let [tokens, before] = [0, sign]
  for (let at = 0; at < text.length; at += 1) {
    const kind = kinds[text.charCodeAt(at)] ?? letter
    if (kind !== before || kind === sign || kind === block) tokens += tokensOfKind[kind] ?? 0
    before = kind
  }
  return tokens > maxTokens
}

/** Reads tokens up to the first that is too deep, or one too many. */
function firstExcess(text: string): Excess | undefined {
  let [at, count, brackets, indicators] = [0, 0, 0, 0]
  for (const token of new Lexer().lex(text)) {
    count += token.startsWith('*') ? tokensOfAlias : 1
    if (token === '---') brackets = indicators = 0
    else if (token === '[' || token === '{') brackets++
    else if (token === ']' || token === '}') brackets = Math.max(0, brackets - 1)
    else if (token === '-' || token === '?') indicators++
    else if (token.includes('\n')) indicators = 0
    if (brackets > maxNesting || indicators > maxNesting) return tooDeepAt(at)
    if (count > maxTokens) return tooManyTokensAt(at)
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
