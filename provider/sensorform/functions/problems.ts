/** Problems as a value: a list that a `check`, a `precondition` or an output can look at. */
import type { Problem } from '../../../schemas/problem.ts'
import type { Value } from '../../model/value.ts'

/** What does not apply is null. */
export const problemsValue = (problems: readonly Problem[]): Value =>
  problems.map(({ severity, code, at, field, summary, hint }) => ({
    severity,
    code,
    line: at?.line ?? null,
    column: at?.column ?? null,
    field: field ?? null,
    summary,
    hint: hint ?? null,
  }))
