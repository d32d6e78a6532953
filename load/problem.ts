import { documents } from '../schemas/catalog/documents.ts'
import type { Problem } from '../schemas/problem.ts'

/** Every code that loading can emit. */
export type DocumentCode = keyof typeof documents

/** Makes a problem of the severity that the catalogue gives its code, unless another is given. */
export const documentProblem = (
  code: DocumentCode,
  { severity, ...rest }: Omit<Problem, 'severity' | 'code'> & { severity?: Problem['severity'] },
): Problem => ({ severity: severity ?? documents[code].severity, code, ...rest })

/** Orders problems by file, line and column; those without a place come first. */
export const byPlace = ({ at: one }: Problem, { at: other }: Problem): number => {
  if (!one || !other) return Number(one !== undefined) - Number(other !== undefined)
  if (one.file !== other.file) return one.file < other.file ? -1 : 1
  return one.line - other.line || one.column - other.column
}
