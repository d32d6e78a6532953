/**
 * One spelling for values that mean the same, so that a difference is a real one. Only the comparison sees it; what is
 * shown and written keeps the user's own spelling.
 *
 * | field                          | what makes no difference                                |
 * | ------------------------------ | ------------------------------------------------------- |
 * | `…hostname`, `…host`, `…server`| letter case, a final dot, leading zeros of an address   |
 * | `…timezone`                    | letter case, aliases (`Asia/Kolkata`, `Asia/Calcutta`)  |
 * | addresses, masks, `network.dns`| leading zeros; the order of DNS servers does matter     |
 * | rule `protocols`, `engines`    | order, repetition, letter case; `any` and `[any]`       |
 * | email addresses                | letter case of the domain                               |
 * | `software.version`             | the build, and zeros at the end                         |
 * | certificate files              | everything but the certificates and their order         |
 *
 * @module
 */
import type { Field } from '../../schemas/fields.ts'
import { canonicalJson } from './canonical-json.ts'
import { readFile, type PublicFile } from './certificate-reading.ts'

/** A value in its one spelling. */
export type Canonical = string | number | boolean | readonly string[]

type Spelling = (text: string) => string

const lowerCase: Spelling = (text) => text.toLowerCase()
const ipv4: Spelling = (text) => (/^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number).join('.') : text)
const host: Spelling = (text) => ipv4(text.toLowerCase().replace(/\.$/, ''))
const email: Spelling = (text) => text.replace(/@[^@]*$/, lowerCase)

const version: Spelling = (text) => text.replace(/-.*$/, '').replace(/(\.0+)+$/, '')

const zones = new Map<string, string>()
function timeZone(text: string): string {
  let zone = zones.get(text)
  if (zone === undefined) zones.set(text, (zone = resolveZone(text)))
  return zone
}

function resolveZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    return text
  }
}

/** By the last name of the path, or the whole of it. */
const spellings: Readonly<Record<string, Spelling>> = {
  hostname: host,
  host,
  server: host,
  timezone: timeZone,
  address: (text) => (text.includes('@') ? email(text) : ipv4(text)),
  subnetMask: ipv4,
  gateway: ipv4,
  dns: ipv4,
  protocols: lowerCase,
  engines: lowerCase,
  'software.version': version,
}

const unordered = new Set(['protocols', 'engines'])

/** Brings a value of a field (no secret) to its one spelling. */
export function canonical(field: Field, value: unknown): Canonical {
  if (field.type === 'file') return canonicalFile(field, value as PublicFile)
  const name = lastName(field)
  const spell = spellings[field.pattern] ?? spellings[name]
  if (typeof value === 'string') return spell ? spell(value) : value
  if (!Array.isArray(value)) return value as Canonical
  const texts = (value as string[]).map((text) => (spell ? spell(text) : text))
  if (!unordered.has(name)) return texts
  return texts.includes('any') ? 'any' : [...new Set(texts)].sort()
}

/** Of the console's own certificate only the first counts: it is what is served; issuers are the chain's. */
function canonicalFile({ pattern }: Field, file: PublicFile): string {
  const { leaf, digest } = readFile(file)
  return pattern === 'certificate.certificate' && leaf ? leaf.sha256 : digest
}

/** True when both values of a field mean the same. */
export function sameValue(field: Field, a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  const [first, second] = [canonical(field, a), canonical(field, b)]
  return first === second || (typeof first === 'object' && canonicalJson(first) === canonicalJson(second))
}

const lastName = ({ pattern }: Field): string => pattern.slice(pattern.lastIndexOf('.') + 1)
