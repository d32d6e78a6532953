/** A problem as a person reads it: what and where, the line with a caret, what to do. */
import type { Problem, SourcePlace } from '../schemas/problem.ts'
import { plainLines, plainText } from './neutral.ts'
import type { Style } from './style.ts'

const longestExcerpt = 160

export function problemLines(problem: Problem, style: Style, indent = ''): string[] {
  const { at, severity, code, hint } = problem
  const paint = severity === 'error' ? style.red : style.yellow
  const place = at === undefined ? '' : `${plainText(at.file)}:${at.line}:${at.column}: `
  return [
    `${place}${paint(severity)} ${code}: ${subject(problem)}${plainText(problem.summary)}`,
    ...(at?.excerpt === undefined ? [] : excerptLines(at, at.excerpt, paint)),
    ...(hint === undefined ? [] : hintLines(hint, style)),
  ].map((line) => indent + line)
}

/** Instructions may have several lines. */
function hintLines(hint: string, style: Style): string[] {
  const [first = '', ...more] = plainLines(hint)
  return [`  ${style.dim('hint:')} ${first}`, ...more.map((line) => `        ${line}`)]
}

/** Whom it concerns, unless the sentence names it already. */
function subject({ key, field, summary }: Problem): string {
  const parts = [key, field].filter((part) => part !== undefined && !summary.includes(part))
  return parts.length === 0 ? '' : `${plainText(parts.join('.'))}: `
}

function excerptLines({ line, column, length = 1 }: SourcePlace, excerpt: string, paint: Style['red']): string[] {
  const from = Math.max(0, column - 1 - longestExcerpt / 2)
  const shown = excerpt.slice(from, from + longestExcerpt)
  const gutter = String(line)
  const before = plainText(shown.slice(0, column - 1 - from))
  const marked = Math.max(1, Math.min(length, shown.length - (column - 1 - from)))
  return [
    `  ${gutter} | ${plainText(shown)}`,
    `  ${' '.repeat(gutter.length)} | ${' '.repeat(before.length)}${paint('^'.repeat(marked))}`,
  ]
}
