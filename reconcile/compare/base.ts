/**
 * What a plan was made from: digests of what is live under every path that its steps touch. Apply reads again and
 * compares: where a digest moved, the appliance is no longer what the plan was made for.
 *
 * @module
 */
import { digestOf } from './canonical-json.ts'
import type { Observation } from '../driver.ts'
import type { Step } from '../plan-types.ts'
import { legacyPath } from './legacy-record.ts'
import { liesBelow, ruleOf } from './setting-fields.ts'
import { changeUnderWay } from './unfinished.ts'

/** Paths that steps change or write. */
export const touchedPaths = (steps: readonly Step[]): string[] => [
  ...new Set(
    steps.flatMap(({ changes, action }) => [...changes, ...('values' in action ? Object.keys(action.values) : [])]),
  ),
]

/** Digests of what is live, by path. */
export function baseOf(observation: Observation, paths: readonly string[]): Record<string, string> {
  const below = finderBelow(observation.live)
  return Object.fromEntries(paths.map((path) => [path, digestOf(liveUnder(observation, path, below) ?? null)]))
}

/** Paths of a base whose live value moved; empty when the plan still fits. */
export const staleFields = (base: Readonly<Record<string, string>>, observation: Observation): string[] =>
  Object.entries(baseOf(observation, Object.keys(base)))
    .filter(([path, digest]) => digest !== base[path])
    .map(([path]) => path)

type Live = Observation['live']
type Entries = readonly (readonly [path: string, value: unknown])[]

/** What is live below a path. Entries are sorted by rule once: a sensor may tell of thousands, each of which is to be removed. */
function finderBelow(live: Live): (path: string) => Entries {
  let byRule: Map<string | undefined, Entries> | undefined
  return (path) => {
    byRule ??= Map.groupBy(live, ([one]) => ruleOf(one))
    const entries = 'forwarding.rules'.startsWith(path) ? [...live] : (byRule.get(ruleOf(path)) ?? [])
    return entries.filter(([one]) => liesBelow(one, path))
  }
}

function liveUnder(observation: Observation, path: string, entriesBelow: (path: string) => Entries): unknown {
  const { live, activation, served, backups, unfinished } = observation
  // It lies in the cloud alone.
  if (path === legacyPath) return undefined
  if (path === 'network.change') return changeUnderWay(unfinished)
  if (path === 'intent') return unfinished.intent && [unfinished.intent.run, unfinished.intent.step]
  if (path === 'backup.maxAge') return backups?.latest?.createdAt
  if (path === 'certificate.certificate') return [live.get(path), served?.sha256]
  if (liesBelow(path, 'activation') || liesBelow(path, 'registration') || path === 'name') {
    return activation && [activation.name, activation.mode, activation.site, activation.status, activation.file?.sha256]
  }
  const direct = live.get(path)
  if (direct !== undefined) return direct
  // A rule as a whole, as when it is removed.
  const below = entriesBelow(path)
  return below.length > 0 ? Object.fromEntries(below) : undefined
}
