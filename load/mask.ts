/**
 * Keeps secrets that were written into documents out of every excerpt.
 *
 * Values at positions that the schema knows as secret are masked by their range in the text (`literalSecrets`). Where the
 * schema cannot tell, in text that does not parse or below a misspelt key, the key's name decides (`maskLine`).
 *
 * @module
 */
import type * as z from 'zod'
import { isObject, memberOf, sensitive } from './schema-walk.ts'

const secretKey = /(\bp[as]*w|pass|secret|tok|priv\w*key|api.?key)\w*["']?\s*:\s*/gi
const reference = /^\{\s*\}|^(\{\s*)?(from_?(env|file)\b|$|#|&|\*|null\b|~)/i
const userInfo = /:\/\/[^\s/@]+@/
const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY|^\s*[A-Za-z0-9+/=]{60,}\s*$/

/** A line of a document without the values of keys that look like secrets: it ends where the first of them begins. */
export function maskLine(line: string): string {
  if (privateKey.test(line)) return '****'
  const cuts = [...line.matchAll(secretKey)].map(({ index, 0: text }) => index + text.length)
  const literal = cuts.find((cut) => !reference.test(line.slice(cut)) && !line.startsWith('****', cut))
  const masked = literal === undefined ? line : `${line.slice(0, literal)}****`
  const user = userInfo.exec(masked)
  return user ? `${masked.slice(0, user.index + 3)}****` : masked
}

type Path = readonly (string | number)[]

/** Paths of values that stand where the schema wants a reference to a secret, and are none. */
export function literalSecrets(schema: z.ZodType, value: unknown, path: Path = []): Path[] {
  if (value === null || value === undefined) return []
  if (sensitive(schema)) return isReference(value) ? [] : [path]
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => below(schema, index, item, path))
  }
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => below(schema, key, item, path)) : []
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
