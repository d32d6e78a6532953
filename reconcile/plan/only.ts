/** Narrows what is looked at to aspects or fields (`--only PATH`). */
import type { Findings } from '../compare/look.ts'
import { liesBelow } from '../compare/setting-fields.ts'

/** True when a path lies at or below one of the given ones; everything does when none are given. */
export const isLookedAt = (path: string, only: readonly string[] | undefined): boolean =>
  only === undefined || only.length === 0 || only.some((prefix) => liesBelow(path, prefix))

/** Leaves out what was not asked for. Problems that concern no field stay. */
export const narrow = (
  { changes, unverifiable, problems }: Findings,
  only: readonly string[] | undefined,
): Findings => ({
  changes: changes.filter(({ path }) => isLookedAt(path, only)),
  unverifiable: unverifiable.filter((path) => isLookedAt(path, only)),
  problems: problems.filter(({ field }) => field === undefined || isLookedAt(field, only)),
})
