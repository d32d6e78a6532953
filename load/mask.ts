/**
 * Keeps secrets that were written into documents out of every excerpt.
 *
 * Values at positions that the schema knows as secret are masked by their range in the text (`literalSecrets`). Where the
 * schema cannot tell, in text that does not parse or below a misspelt key, the key's name decides (`maskLine`).
 *
 * @module
 */
import type * as z from 'zod'
import { nearest } from './nearest.ts'
import { isObject, knownKeys, memberOf, sensitive } from './schema-walk.ts'

const secretKey =
  /(\bp[as]*w|pass|kennw|secret|credential\b|tok|priv\w*key|api.?key|authorization|cookie)\w*( \w+)?["']?\s*[:=]\s*/gi
const reference = /^\{\s*\}|^(\{\s*)?(from_?(env|file)\b|$|#|&|\*|null\b|~)/i
/** What follows may be a password: `//user:…@`, `user:…@host`, `https://host/path?sig=…`. */
const beforeSecrets = [
  { needs: '@', pattern: /:\/\/(?=[^\s/@]+@)/ },
  { needs: '@', pattern: /[^\s:@/"'{[,]+:(?=[^\s@]+@)/ },
  { needs: '?', pattern: /:\/\/[^\s?]*\?/ },
]
const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY|^\s*[A-Za-z0-9+/=]{60,}\s*$/

/** A line of a document without the values of keys that look like secrets: it ends where the first of them begins. */
export function maskLine(line: string): string {
  if (privateKey.test(line)) return '****'
  const cuts = [...line.matchAll(secretKey)].map(({ index, 0: text }) => index + text.length)
  const literal = cuts.find((cut) => !reference.test(line.slice(cut)) && !line.startsWith('****', cut))
  const masked = literal === undefined ? line : `${line.slice(0, literal)}****`
  return beforeSecrets.reduce((text, { needs, pattern }) => {
    const found = text.includes(needs) ? pattern.exec(text) : null
    return found ? `${text.slice(0, found.index + found[0].length)}****` : text
  }, masked)
}

/** No character of a run can be matched by two parts of it, so that a long line takes no longer than its length. */
const keyOfLine = /^[-?{[,\s]*["']?[\w.](?:[\w .-]*[\w.-])?["']?\s*:(?:\s|$)/
const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0

/**
 * True when a line goes on with what a key above it holds, and that key looks like a secret's. For text that does not
 * parse, where nothing else tells how far a value reaches.
 */
export function continuesSecret(lines: readonly string[], index: number): boolean {
  if (reference.test((lines[index] ?? '').trim())) return false
  let depth = keyOfLine.test(lines[index] ?? '') ? indentOf(lines[index] ?? '') : Infinity
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    const line = lines[at] ?? ''
    if (!keyOfLine.test(line) || indentOf(line) >= depth) continue
    if (maskLine(line) !== line || opensSecret.test(line)) return true
    depth = indentOf(line)
  }
  return false
}

const opensSecret = new RegExp(`${secretKey.source}$`, 'i')

type Path = readonly (string | number)[]

/**
 * Paths of values that stand where the schema wants a reference to a secret, and are none; and of values that stand
 * where nothing is known, beside secrets or in place of a group that holds them.
 */
export function literalSecrets(schema: z.ZodType, value: unknown, path: Path = []): Path[] {
  if (value === null || value === undefined) return []
  if (sensitive(schema)) return isReference(value) ? [] : [path]
  if (holdsSecrets(schema)) {
    return isObject(value) ? Object.entries(value).flatMap(([key, item]) => inGroup(schema, key, item, path)) : [path]
  }
  if (!isObject(value) && holdsSecrets(anyMember(schema))) return [path]
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => below(schema, index, item, path))
  }
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => below(schema, key, item, path)) : []
}

const groups = new WeakMap<z.ZodType, boolean>()

/** True for a group with a secret directly in it. */
function holdsSecrets(schema: z.ZodType | undefined): boolean {
  if (!schema) return false
  const known = groups.get(schema)
  if (known !== undefined) return known
  const holds = knownKeys(schema).some((key) => isSecret(schema, key))
  groups.set(schema, holds)
  return holds
}

const isSecret = (schema: z.ZodType, key: string): boolean => {
  const member = memberOf(schema, key)
  return member !== undefined && sensitive(member)
}

/** What every entry of a map by name is. */
const anyMember = (schema: z.ZodType): z.ZodType | undefined =>
  knownKeys(schema).length > 0 ? undefined : memberOf(schema, '')

/** A key that nobody knows may be a secret's, unless it is plainly another one misspelt. */
function inGroup(schema: z.ZodType, key: string, value: unknown, path: Path): Path[] {
  if (memberOf(schema, key) || isReference(value)) return below(schema, key, value, path)
  const meant = nearest(key, knownKeys(schema))
  return meant === undefined || isSecret(schema, meant) ? [[...path, key]] : []
}

function below(schema: z.ZodType, key: string | number, value: unknown, path: Path): Path[] {
  const member = memberOf(schema, key)
  return member ? literalSecrets(member, value, [...path, key]) : []
}

const referenceKeys = new Set(['fromEnv', 'fromFile'])
const envName = /^[A-Za-z_][A-Za-z0-9_]*$|\$\{/

/** A value that holds nothing but names of where a secret is found. */
export function isReference(value: unknown): boolean {
  if (!isObject(value)) return false
  const keys = Object.keys(value)
  const { fromEnv, fromFile } = value
  return (
    keys.every((key) => referenceKeys.has(key)) &&
    (fromEnv === undefined || (typeof fromEnv === 'string' && envName.test(fromEnv))) &&
    (fromFile === undefined || (typeof fromFile === 'string' && !/\p{C}/u.test(fromFile)))
  )
}
