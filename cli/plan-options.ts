/** Options of planning, as the flags say. */
import { selectKeys } from '../load/select.ts'
import type { Overrides, PlanOptions } from '../reconcile/engine.ts'
import type { Fleet } from '../schemas/fleet.ts'
import { consoleAspects } from '../schemas/management-console.ts'
import { sensorAspects } from '../schemas/sensor.ts'
import type { Command } from './command.ts'
import { applianceOfKey, sensorOf } from './keys.ts'
import { nearest } from './nearest.ts'
import { isSettingPath } from './setting-path.ts'
import { UsageError } from './usage-error.ts'

export function planOptionsOf({ given }: Command, fleet: Fleet): PlanOptions {
  const select = given.text('select')
  const only = given.list('only').map(checkOnly)
  const concurrency = given.count('concurrency')
  return {
    ...(select !== undefined && { keys: keysOf(fleet, select) }),
    ...(only.length > 0 && { only }),
    ...(concurrency !== undefined && { concurrency }),
    overrides: overridesOf(given, fleet),
  }
}

/** A selection that selects nothing is an error, never "all is well". */
export function keysOf(fleet: Fleet, selector: string): readonly string[] {
  const { keys, problems } = selectKeys(fleet, selector)
  const [problem] = problems
  if (problem) throw new UsageError(problem.code, problem.summary, problem.hint)
  return keys
}

function checkOnly(path: string): string {
  const aspects = Object.keys({ ...sensorAspects, ...consoleAspects })
  if (aspects.includes(path.split(/[.[]/)[0] ?? '')) {
    if (isSettingPath(path)) return path
  }
  const near = nearest(path, aspects)
  throw new UsageError(
    'FLAG_VALUE',
    `--only ${JSON.stringify(path)} is neither an aspect nor a field`,
    near === undefined ? `Aspects are ${aspects.join(', ')}.` : `Did you mean ${near}?`,
  )
}

/** Exceptions to policy that the flags name. A verb that lacks a flag has none of its kind. */
export function overridesOf(given: Command['given'], fleet: Fleet): Overrides {
  const keys = (name: string): string[] => given.list(name).map((key) => sensorOf(fleet, key).key)
  const allowChanged = given.count('allow-changed')
  return {
    ...(allowChanged !== undefined && { allowChanged }),
    ...(given.on('allow-delete') && { allowDelete: keys('allow-delete') }),
    ...(given.on('allow-window') && { allowWindow: given.list('allow-window').map((site) => siteOf(fleet, site)) }),
    ...(given.on('adopt-record') && { adoptRecord: keys('adopt-record') }),
    ...(given.on('allow-cut-off') && {
      allowCutOff: given.list('allow-cut-off').map((key) => applianceOfKey(fleet, key).key),
    }),
    ...(given.on('allow-unguarded-network-change') && { allowUnguardedNetworkChange: true }),
    ...(given.on('rewrite-secrets') && { rewriteSecrets: true }),
  }
}

function siteOf({ sites }: Fleet, name: string): string {
  if (sites.has(name)) return name
  const near = nearest(name, sites.keys())
  throw new UsageError(
    'KEY_UNKNOWN',
    `No document declares a site ${JSON.stringify(name)}`,
    near === undefined ? undefined : `Did you mean ${near}?`,
  )
}
