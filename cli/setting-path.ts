import { findField } from '../reconcile/compare/setting-fields.ts'
import { sensorAspects } from '../schemas/sensor.ts'

const groups = new Set(['network.proxy', 'time.ntp', 'backup.target', 'backup.target.smb', 'forwarding.rules'])

/** Says whether the spec has a field, or a group of fields, at a path as a person types it. */
export function isSettingPath(path: string): boolean {
  try {
    return findField(path) !== undefined || isGroup(path)
  } catch {
    return false
  }
}

const isGroup = (path: string): boolean =>
  Object.hasOwn(sensorAspects, path) ||
  groups.has(path) ||
  path.startsWith('forwarding.rules.') ||
  path.startsWith('forwarding.rules[')
