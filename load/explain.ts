/**
 * Where the values of a sensor come from.
 *
 * @module
 */
import { formatPath, parsePath } from '../schemas/fields.ts'
import type { DesiredAppliance, Fleet, Origin } from '../schemas/fleet.ts'
import type { Problem, SourcePlace } from '../schemas/problem.ts'
import { suggestion } from './nearest.ts'
import { documentProblem } from './problem.ts'
import { isObject } from './schema-walk.ts'

/** One declared value. */
export interface Explanation {
  key: string
  /** As in `time.timezone` or `access.endpoint`. */
  path: string
  /** Plain values as they are; secrets and files as the reference that leads to them. */
  value: unknown
  layer: Origin['layer']
  place: SourcePlace
}

/** Explains `KEY` (everything declared) or `KEY.path` (one value, or all below). A key may hold dots. */
export function explain(fleet: Pick<Fleet, 'sensors'>, query: string): Explanation[] | Problem {
  const sensor = sensorOf(fleet, query)
  if (!sensor) {
    const hint = suggestion(query.split('.')[0] ?? query, [...fleet.sensors.keys()])
    return notDeclared(`No document declares a sensor ${query}`, hint)
  }
  const path = pathOf(query.slice(sensor.key.length))
  if (!path) return notDeclared(`${query} is not a path`, 'Write it as in line-1.time.timezone.')
  const found = [...sensor.origins].filter(([origin]) => isAtOrBelow(parsePath(origin), path))
  const explanations = wholeValues(found).map(([origin, { layer, place }]) => ({
    key: sensor.key,
    path: origin,
    value: shownValue(valueAt(sensor, parsePath(origin))),
    layer,
    place,
  }))
  if (explanations.length > 0) return explanations
  const declared = [...sensor.origins.keys()]
  return notDeclared(`No layer of ${sensor.key} declares ${formatPath(path)}`, suggestion(formatPath(path), declared))
}

const notDeclared = (summary: string, hint: string | undefined): Problem =>
  documentProblem('NOT_DECLARED', { summary, ...(hint && { hint }) })

/** The sensor whose key the query begins with; the longest, as `line` and `line.1` may both be keys. */
function sensorOf({ sensors }: Pick<Fleet, 'sensors'>, query: string): DesiredAppliance | undefined {
  const keys = [...sensors.keys()].filter(
    (key) => query === key || (/^[.[]/.test(query.slice(key.length)) && query.startsWith(key)),
  )
  const longest = keys.toSorted((one, other) => other.length - one.length)[0]
  return longest === undefined ? undefined : sensors.get(longest)
}

function pathOf(text: string): string[] | undefined {
  try {
    return parsePath(text.replace(/^\./, ''))
  } catch {
    return undefined
  }
}

const isAtOrBelow = (path: readonly string[], above: readonly string[]): boolean =>
  above.every((segment, index) => path[index] === segment)

/** Groups that replace whole are also there in parts; the parts say it better. */
function wholeValues(found: readonly (readonly [string, Origin])[]): (readonly [string, Origin])[] {
  return found.filter(
    ([path], index) => !found[index + 1]?.[0].startsWith(`${path}.`) && !found[index + 1]?.[0].startsWith(`${path}[`),
  )
}

function valueAt({ access, settings, hold }: DesiredAppliance, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), { ...settings, access, hold })
}

/** A loaded file is shown as its path: its content belongs nowhere else. */
function shownValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownValue)
  if (!isObject(value)) return value
  const { content: _, encoding: __, certificates: ___, ...rest } = value
  return rest
}
