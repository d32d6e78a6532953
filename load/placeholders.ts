/**
 * `${key}`, `${name}` and `${site}` in references. Nothing else is replaced, anywhere.
 *
 * @module
 */
import type * as z from 'zod'
import { factsOf } from '../schemas/layered.ts'
import type { Finding } from './finding.ts'
import { isObject, memberOf, sensitive } from './schema-walk.ts'

/** What the placeholders stand for. A sensor without a registered name or a site leaves theirs empty. */
export interface PlaceholderValues {
  key?: string | undefined
  name?: string | undefined
  site?: string | undefined
}

const placeholder = /\$\{([^}]*)\}?/g
const known = new Set(['key', 'name', 'site'])

export const hasPlaceholder = (text: string): boolean => text.includes('${')

/** Fills in the placeholders; the names of those that stand for nothing here come back as `missing`. */
export function fillIn(text: string, values: PlaceholderValues): { text: string; missing: readonly string[] } {
  const missing: string[] = []
  const filled = text.replace(placeholder, (_, name: string) => {
    const value = values[name as keyof PlaceholderValues]
    if (value === undefined) missing.push(name)
    return value ?? ''
  })
  return { text: filled, missing }
}

/** What to say of a placeholder that stands for nothing. */
export const missingPlaceholder = (name: string): { summary: string; hint: string } => ({
  summary: `\${${name}} stands for nothing here`,
  hint: missingHints[name] ?? missingHints.key,
})

const missingHints: Readonly<Record<string, string>> & { key: string } = {
  name: 'Declare the name of the sensor, or use ${key}.',
  site: 'Declare metadata.site of the sensor, or use ${key}.',
  key: 'This value belongs to no single sensor; write it without placeholders.',
}

const plain = (value: string | undefined): string | undefined => value?.replace(/[^A-Za-z0-9_]/g, '_')

/** Variables hold letters, digits and "_" only: what a placeholder brings in is brought to that. */
export function fillInVariable(text: string, values: PlaceholderValues): ReturnType<typeof fillIn> {
  return fillIn(text, { key: plain(values.key), name: plain(values.name), site: plain(values.site) })
}

/** Finds placeholders where they are not filled in, and names that are none. */
export const misplacedPlaceholders = (schema: z.ZodType, value: unknown): Finding[] =>
  holdsPlaceholder(value) ? misplacedBelow(schema, value, [], false) : []

/** Few documents hold any, and this asks no schema. */
function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return hasPlaceholder(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsPlaceholder)
}

function misplacedBelow(
  schema: z.ZodType,
  value: unknown,
  path: readonly (string | number)[],
  allowed: boolean,
): Finding[] {
  const here = allowed || sensitive(schema) || factsOf(schema)?.['x-file'] === true
  if (typeof value === 'string') return hasPlaceholder(value) ? findingsOf(value, path, here) : []
  const entries = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : []
  return entries.flatMap(([key, item]: [string | number, unknown]) => {
    const member = memberOf(schema, key)
    return member ? misplacedBelow(member, item, [...path, key], here) : []
  })
}

function findingsOf(text: string, path: readonly (string | number)[], allowed: boolean): Finding[] {
  const hint =
    'References (fromEnv, fromFile, file, pinFile, caFile) may hold ${key}, ${name} and ${site}; nothing else.'
  if (!allowed) return [{ code: 'PLACEHOLDER', path, summary: 'Placeholders are not filled in here', hint }]
  const unknown = [...text.matchAll(placeholder)].filter(
    ([whole, name = '']) => !known.has(name) || !whole.endsWith('}'),
  )
  return unknown.slice(0, 1).map(() => ({ code: 'PLACEHOLDER', path, summary: 'There is no such placeholder', hint }))
}
