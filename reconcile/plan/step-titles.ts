/** Steps in plain words. */
import { findField, ruleOf } from '../compare/setting-fields.ts'

function wordFor(path: string): string {
  const rule = ruleOf(path)
  if (rule !== undefined) return `forwarding rule ${rule}`
  return findField(path)?.label ?? path
}

/** "time zone, date format and NTP". */
export function nameFields(paths: readonly string[]): string {
  const names = [...new Set(paths.map(wordFor))]
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`
}
