import { isSettingPath as isOneOf } from '../reconcile/compare/setting-fields.ts'

/** Says whether the spec has a field, or a group of fields, at a path as a person types it. */
export function isSettingPath(path: string): boolean {
  try {
    return isOneOf(path)
  } catch {
    return false
  }
}
