/** Problems of documents in words, with the places in their files: they concern no line of a configuration. */
import type { Problem, SourcePlace } from '../../schemas/problem.ts'
import type { Diagnostic, Path } from '../model/diagnostic.ts'

/** `sensors/line-1.yaml:3:5`; of a text without a file, line and column. */
export const placeText = ({ file, line, column }: SourcePlace): string =>
  [...(file === '' ? [] : [file]), line, column].join(':')

/** One line: where, what, what to do, and the code. */
export const problemLine = ({ at, summary, hint, code }: Problem): string =>
  [
    ...(at ? [`${placeText(at)}:`] : []),
    summary.replace(/\.?$/, '.'),
    ...(hint === undefined ? [] : [hint]),
    `(${code})`,
  ].join(' ')

/** At the attribute that led to the documents. */
export const documentDiagnostic = ({ severity, at, summary, hint, code }: Problem, path: Path): Diagnostic => ({
  severity,
  summary: summary.replace(/\.$/, ''),
  detail: [
    ...(at ? [`${placeText(at)}:${at.excerpt === undefined ? '' : ` ${at.excerpt.trim()}`}`] : []),
    [...(hint === undefined ? [] : [hint]), `(${code})`].join(' '),
  ].join('\n'),
  path,
})
