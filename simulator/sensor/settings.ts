/**
 * Settings in their read form, and what a merge patch makes of them. Driven by the wire's schemas, so that no field is
 * named here.
 *
 * @module
 */
import * as z from 'zod'
import { settingsRead } from '../../schemas/api/settings.ts'
import type { ApplianceKind } from '../../schemas/documents.ts'
import { consoleAspects } from '../../schemas/management-console.ts'
import { formatPath } from '../../schemas/fields.ts'
import { factsOf, unwrapped } from '../../schemas/layered.ts'
import { sensorAspects } from '../../schemas/sensor.ts'
import type { AnyAspect, ConsoleSettings, Settings } from './state.ts'

type Plain = Readonly<Record<string, unknown>>
type Path = readonly string[]

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A secret as it is written; nothing else at a place where a secret may stand has a text as `value`. */
const isSecretWrite = (value: unknown): value is { value: string; tag: unknown } =>
  isPlain(value) && 'tag' in value && typeof value['value'] === 'string'

/** A secret as it is read. */
export const isSecretRead = (value: unknown): value is { set: boolean; tag: unknown } =>
  isPlain(value) && typeof value['set'] === 'boolean' && 'tag' in value

type Schemas = Readonly<Record<string, z.ZodType>>

/** Of each kind of appliance: its settings as they are read, and the rules of the spec. */
const kinds: Readonly<Record<ApplianceKind, { read: z.ZodObject; aspects: Schemas }>> = {
  Sensor: { read: settingsRead.Sensor, aspects: sensorAspects },
  ManagementConsole: { read: settingsRead.ManagementConsole, aspects: consoleAspects },
}

type AnySettings = Settings | ConsoleSettings

/** Brings a value to its read form: what is not there is null, groups are there. */
function complete(schema: z.ZodType, value: unknown): unknown {
  const inner = unwrapped(schema)
  const absent = value === undefined || value === null
  if (inner instanceof z.ZodRecord) {
    const entries = Object.entries((value ?? {}) as Plain)
    return Object.fromEntries(entries.map(([key, entry]) => [key, complete(inner.valueType as z.ZodType, entry)]))
  }
  if (absent && schema instanceof z.ZodNullable) return null
  if (!(inner instanceof z.ZodObject) || isSecretRead(value)) return value ?? null
  const shape = Object.entries<z.ZodType>(inner.shape)
  return Object.fromEntries(shape.map(([key, field]) => [key, complete(field, (value as Plain | undefined)?.[key])]))
}

/** Settings of which nothing is set. */
export function emptySettings(kind: 'Sensor'): Settings
export function emptySettings(kind: 'ManagementConsole'): ConsoleSettings
export function emptySettings(kind: ApplianceKind): AnySettings {
  return complete(kinds[kind].read, undefined) as AnySettings
}

export interface MergeOptions {
  /** A person in the console: secrets lose their tag, and the other fields of an action are kept. */
  console?: boolean
}

export interface Merged<S extends AnySettings = AnySettings> {
  settings: S
  secrets: Readonly<Record<string, string>>
}

/** Applies a merge patch (RFC 7396) to an aspect. Actions of forwarding rules are replaced whole. */
export function mergeSettings<S extends AnySettings>(
  kind: ApplianceKind,
  { settings, secrets }: Merged<S>,
  aspect: AnyAspect,
  patch: unknown,
  options: MergeOptions = {},
): Merged<S> {
  const written: Record<string, string> = {}
  const before = (settings as Plain)[aspect]
  const shape = (kinds[kind].read.shape as Schemas)[aspect]
  if (!shape) throw new TypeError(`a ${kind} has no aspect ${aspect}`)
  const next = { ...settings, [aspect]: complete(shape, merge(before, patch, [aspect], written, options)) }
  const kept = new Set(secretPaths(next))
  const all = Object.entries({ ...secrets, ...written })
  return { settings: next, secrets: Object.fromEntries(all.filter(([path]) => kept.has(path))) }
}

function merge(
  before: unknown,
  patch: unknown,
  path: Path,
  secrets: Record<string, string>,
  options: MergeOptions,
): unknown {
  if (isSecretWrite(patch)) {
    secrets[formatPath(path)] = patch.value
    return { set: true, tag: options.console ? null : patch.tag }
  }
  if (!isPlain(patch)) return patch
  const result: Record<string, unknown> = isPlain(before) && (options.console || !isAction(path)) ? { ...before } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merge(result[key], value, [...path, key], secrets, options)
  }
  return result
}

const isAction = (path: Path): boolean => path[0] === 'forwarding' && path[3] === 'actions' && path.length === 5

/** Only the first field of a patch: what takes effect when a write is half applied. */
export function firstOfPatch(patch: unknown, path: Path): unknown {
  if (!isPlain(patch) || isSecretWrite(patch) || isAction(path)) return patch
  const [first] = Object.entries(patch)
  return first ? { [first[0]]: firstOfPatch(first[1], [...path, first[0]]) } : patch
}

/** Every leaf of settings by path; lists and secrets are leaves. */
export function leavesOf(value: unknown, path: Path = []): [path: string, value: unknown][] {
  if (!isPlain(value) || isSecretRead(value)) return [[formatPath(path), value]]
  return Object.entries(value).flatMap(([key, entry]) => leavesOf(entry, [...path, key]))
}

const secretPaths = (settings: AnySettings): string[] =>
  leavesOf(settings).flatMap(([path, value]) => (isSecretRead(value) && value.set ? [path] : []))

export interface SettingChange {
  path: string
  before: unknown
  after: unknown
}

/** What differs. A secret is shown as set or not, never more. */
export function changedSettings(before: AnySettings, after: AnySettings): SettingChange[] {
  const old = new Map(leavesOf(before))
  const now = new Map(leavesOf(after))
  const paths = [...new Set([...old.keys(), ...now.keys()])]
  return paths
    .map((path) => ({ path, before: old.get(path) ?? null, after: now.get(path) ?? null }))
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after))
    .map(({ path, before, after }) => ({ path, before: withoutTag(before), after: withoutTag(after) }))
}

const withoutTag = (value: unknown): unknown => (isSecretRead(value) ? { set: value.set } : value)

/** Rules of the spec that settings break, as sentences with their path. */
export function brokenRules(
  kind: ApplianceKind,
  aspect: AnyAspect,
  settings: AnySettings,
): { path: string; message: string }[] {
  const schema = kinds[kind].aspects[aspect]
  if (!schema) return []
  const result = schema.safeParse(specForm(schema, (settings as Plain)[aspect]))
  const issues = result.success ? [] : result.error.issues
  return issues.map(({ path, message }) => ({ path: formatPath([aspect, ...path.map(String)]), message }))
}

/** The read form as a spec would declare it, so that the rules of the spec can judge it. */
function specForm(schema: z.ZodType, value: unknown): unknown {
  const facts = factsOf(schema)
  if (facts?.['x-sensitive']) return isSecretRead(value) && value.set ? { fromEnv: 'SET' } : undefined
  if (value === null || value === undefined) return undefined
  if (facts?.['x-file']) return { file: 'set' }
  const inner = unwrapped(schema)
  if (!isPlain(value)) return value
  const fieldOf = (key: string): z.ZodType | undefined =>
    inner instanceof z.ZodRecord ? (inner.valueType as z.ZodType) : (inner as z.ZodObject).shape[key]
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => {
    const field = fieldOf(key)
    return [key, field && specForm(field, entry)]
  })
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined))
}
