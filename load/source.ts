/**
 * A file of documents and the places in it.
 *
 * @module
 */
import { LineCounter } from 'yaml'
import type { SourcePlace } from '../schemas/problem.ts'
import { maskLine } from './mask.ts'

/** Offsets in the text, the end not included. */
export type Range = readonly [start: number, end: number]

export interface Source {
  /** Absolute path. */
  path: string
  /** As the user gave or would give it. */
  file: string
  text: string
  lines: LineCounter
  /** Where the text ends, white space at its end left out. */
  end: number
  /** Values that must never be shown: no excerpt holds them. Filled before the first place is made. */
  secretRanges: Range[]
  /** The line that was shown last, as values of one line follow one another. */
  shown?: { start: number; excerpt: string }
}

/** Makes a source; its line table is ready without parsing. */
export function makeSource({ path, file, text }: Pick<Source, 'path' | 'file' | 'text'>): Source {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  return { path, file, text, lines, end: text.trimEnd().length, secretRanges: [] }
}

/** A long line says no more than its beginning. */
const maxExcerpt = 240

/** So much of a line decides what of its beginning is masked: the patterns take long for a line of a mebibyte. */
const maxMasked = 4096

/** The place of a range, marked up to the end of its first line. */
export function placeOf(source: Source, [from, end]: Range): SourcePlace {
  // What is missing at the end of a file is shown where the text ends.
  const start = Math.max(0, Math.min(from, source.end - 1))
  const { line, col } = source.lines.linePos(start)
  const lineStart = source.lines.lineStarts[line - 1] ?? 0
  const lineEnd = lineStart + lineLength(source.text, lineStart)
  const excerpt = excerptAt(source, lineStart, lineEnd)
  const length = Math.max(1, Math.min(end, lineEnd, lineStart + Math.max(excerpt.length, col)) - start)
  return { file: source.file, line, column: col, length, excerpt }
}

function lineLength(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  const stop = end < 0 ? text.length : end
  return (text[stop - 1] === '\r' && stop > start ? stop - 1 : stop) - start
}

function excerptAt(source: Source, start: number, end: number): string {
  if (source.shown?.start !== start) source.shown = { start, excerpt: excerptOf(source, start, end) }
  return source.shown.excerpt
}

/** A line, cut where a secret begins. */
function excerptOf({ text, secretRanges }: Source, start: number, end: number): string {
  const covered = secretRanges.filter((range) => range[0] < end && range[1] > start)
  const cut = Math.min(end, ...covered.map((range) => Math.max(range[0], start)))
  const line = maskLine(text.slice(start, Math.min(cut, start + maxMasked)) + (covered.length > 0 ? '****' : ''))
  return line.length > maxExcerpt ? `${line.slice(0, maxExcerpt)}…` : line
}
