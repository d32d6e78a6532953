/**
 * What the appliance has and nobody declares, each listed once under the shortest path below which nothing is declared:
 * `time` when nothing of it is, `network.proxy` when other fields of the network are.
 *
 * @module
 */
import { formatPath } from '../../schemas/fields.ts'
import { compareText } from './canonical-json.ts'
import type { Look } from './look.ts'
import { restoredValue } from './withdrawn-properties.ts'
import { actionPathOf, declaredFields, findField, isOwnSetting, segmentsOf } from './setting-fields.ts'

const known = new Map<string, readonly string[]>()

/** The path's ancestors from the aspect down, and the path itself. */
function prefixesOf(path: string): readonly string[] {
  let prefixes = known.get(path)
  if (!prefixes) {
    const segments = segmentsOf(path)
    known.set(path, (prefixes = segments.map((_, index) => formatPath(segments.slice(0, index + 1)))))
  }
  return prefixes
}

/** Lists live paths that nobody declares. */
export function findNotManaged(look: Look): string[] {
  const declared = new Set<string>()
  const off = new Set<string>()
  const fields = declaredFields(look.desired)
  for (const [path, value] of fields) {
    for (const prefix of prefixesOf(path)) declared.add(prefix)
    if (path.endsWith('.enabled') && value === false) off.add(path.slice(0, -'.enabled'.length))
  }
  const result = new Set<string>()
  for (const path of look.live.keys()) {
    if (fields.has(path) || !isListed(path)) continue
    const prefixes = prefixesOf(path)
    if (prefixes.some((prefix) => off.has(prefix)) || isOtherType(path, declared)) continue
    const shortest = prefixes.find((prefix) => !declared.has(prefix))
    if (shortest !== undefined && !isRemoved(look, path)) result.add(groupRules(shortest, path))
  }
  return [...result].sort(compareText)
}

/** Name and mode of an appliance are always managed by whoever registered it; they are no settings. */
function isListed(path: string): boolean {
  const field = findField(path)
  return field === undefined || isOwnSetting(field) || field.pattern === 'name'
}

/** Rules are named one by one, even where no rule is declared: each may matter to somebody. */
const groupRules = (shortest: string, path: string): string =>
  shortest === 'forwarding' || shortest === 'forwarding.rules' ? formatPath(segmentsOf(path).slice(0, 3)) : shortest

/** Fields of an action that is declared with another type are withdrawn, not left alone. */
function isOtherType(path: string, declared: ReadonlySet<string>): boolean {
  const action = actionPathOf(path)
  return action !== undefined && declared.has(action) && !declared.has(formatPath(segmentsOf(path).slice(0, 6)))
}

/** Rules that must not be there are changes, and so are properties that are brought back. */
function isRemoved(look: Look, path: string): boolean {
  const { forwarding, systemProperties } = look.desired.settings
  const [aspect, , rule = ''] = segmentsOf(path)
  if (aspect === 'systemProperties') {
    return systemProperties?.withdrawnKeys === 'restore' && restoredValue(look, path) !== undefined
  }
  if (aspect !== 'forwarding') return false
  const declared = forwarding?.rules?.[rule]
  return declared ? declared.absent === true : forwarding?.unmanagedRules === 'remove'
}
