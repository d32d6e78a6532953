/**
 * One spelling of a JSON value: keys sorted, no white space, members that are `undefined` left out. What is compared,
 * digested or signed goes through here, so that equal values are equal bytes.
 *
 * @module
 */
import { createHash } from 'node:crypto'

/** Writes a value in its one spelling. Maps count as objects. */
export function canonicalJson(value: unknown): string {
  if (value instanceof Map) return canonicalJson(Object.fromEntries(value))
  if (Array.isArray(value)) return `[${value.map((entry) => canonicalJson(entry ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => compareText(a, b))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
}

/** SHA-256 of the canonical spelling, hex. */
export const digestOf = (value: unknown): string => sha256(canonicalJson(value))

/** SHA-256 of a text, hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Order by code units: the same on every machine, whatever its language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
