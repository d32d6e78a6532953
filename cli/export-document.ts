/** What a live appliance would be declared as: a pure function from one read to a document. */
import type { Observation } from '../reconcile/driver.ts'
import { findField } from '../reconcile/compare/setting-fields.ts'
import { apiVersion, applianceSchemas, type ApplianceKind } from '../schemas/documents.ts'
import { firstUnseen } from '../load/unseen.ts'
import { parsePath } from '../schemas/fields.ts'

export interface ExportOptions {
  kind: ApplianceKind
  key: string
  endpoint: string
  credentials: string
}

export interface ExportedAppliance {
  document: Readonly<Record<string, unknown>> & { spec: Readonly<Record<string, unknown>> }
  /** What is left out, and why. */
  leftOut: readonly string[]
}

type Tree = { [key: string]: unknown }

export function exportAppliance(
  observation: Observation,
  { kind, key, endpoint, credentials }: ExportOptions,
): ExportedAppliance {
  const { served, identity } = observation
  const access = {
    endpoint,
    credentials,
    identity,
    ...(served && { trust: [{ pin: served.pin }] }),
  }
  const { settings, leftOut } = settingsOf(observation, kind)
  return {
    document: { apiVersion, kind, metadata: { name: key }, spec: { access, ...settings } },
    leftOut,
  }
}

function settingsOf({ live }: Observation, kind: ApplianceKind): { settings: Tree; leftOut: string[] } {
  const settings: Tree = {}
  const leftOut: string[] = []
  for (const [path, value] of live) {
    const type = findField(path)?.type
    if (type === 'secret') leftOut.push(`${path}: a secret cannot be read; declare a reference to it`)
    else if (type === 'file') leftOut.push(`${path}: a file; declare the file that it was made from`)
    else if (path.startsWith('systemProperties.'))
      leftOut.push(`${path}: system properties are declared one by one, knowingly`)
    else if (type === undefined) leftOut.push(`${path}: no field of this version`)
    else if (parsePath(path).some(holdsUnseen) || holdsUnseen(value))
      leftOut.push(`${path}: holds a character that nobody sees, which documents may not`)
    else put(settings, parsePath(path), value)
  }
  silenceDisabled(settings)
  return { settings, leftOut: [...leftOut, ...removeRefused(settings, kind)] }
}

/** Text itself, or in a list or group. */
const holdsUnseen = (value: unknown): boolean =>
  typeof value === 'string'
    ? firstUnseen(value) !== undefined
    : typeof value === 'object' && value !== null && Object.values(value).some(holdsUnseen)

function put(tree: Tree, segments: readonly string[], value: unknown): void {
  const [first = '', ...rest] = segments
  if (rest.length === 0) setOwn(tree, first, value)
  else {
    const there = Object.hasOwn(tree, first) ? tree[first] : undefined
    const below = isTree(there) ? there : {}
    setOwn(tree, first, below)
    put(below, rest, value)
  }
}

/** Names of rules are a user's to choose, `__proto__` included. */
const setOwn = (tree: Tree, key: string, value: unknown): void => {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true })
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Settings of what is switched off are neither compared nor written. */
function silenceDisabled(tree: Tree): void {
  if (tree['enabled'] === false) for (const key of Object.keys(tree)) if (key !== 'enabled') delete tree[key]
  for (const value of Object.values(tree)) if (isTree(value)) silenceDisabled(value)
}

/** Takes out what the spec refuses, until it refuses nothing: a sensor may say what no document could. */
function removeRefused(settings: Tree, kind: ApplianceKind): string[] {
  const removed: string[] = []
  for (let round = 0; round < 1000; round++) {
    const issue = applianceSchemas[kind].settings.safeParse(settings).error?.issues.find(({ path }) => path.length > 0)
    if (!issue) return removed
    const path = issue.path.map(String)
    removed.push(`${path.join('.')}: ${issue.message}`)
    remove(settings, path)
  }
  return removed
}

/** Removes a value, or the nearest group around it that is there. */
function remove(tree: Tree, [first = '', ...rest]: readonly string[]): void {
  const below = tree[first]
  const inside = rest.length > 0 && isTree(below) && (rest[0] ?? '') in below
  if (inside) remove(below, rest)
  else delete tree[first]
  if (inside && Object.keys(below).length === 0) delete tree[first]
}
