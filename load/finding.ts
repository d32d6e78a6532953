/**
 * What zod found, in the words of this tool. No sentence quotes a value: it could be a secret.
 *
 * @module
 */
import type * as z from 'zod'
import { applianceNouns, applianceSchemas, type ApplianceKind } from '../schemas/documents.ts'
import type { Refusal } from '../schemas/rules.ts'
import type { DocumentCode } from './problem.ts'
import { mostTold } from './left-out.ts'
import { nearest, suggestion } from './nearest.ts'
import { isReference } from './mask.ts'
import { knownKeys, schemaAt, sensitive } from './schema-walk.ts'

/** What is wrong at a path of a value. */
export interface Finding {
  code: DocumentCode
  path: readonly (string | number)[]
  /** Marks the key instead of the value. */
  mark?: 'key'
  summary: string
  hint?: string
}

type Issue = z.core.$ZodIssue
type Path = readonly (string | number)[]

/** Every issue as a finding; one of each code at one place, as the first says it best. */
export function toFindings(schema: z.ZodType, value: unknown, issues: readonly Issue[]): Finding[] {
  const findings = withoutSizesOfWrongTypes(issues).flatMap((issue) => {
    const secret = literalSecretAt(schema, value, issue)
    return secret ? [literalSecret(secret)] : issueFindings(schema, value, issue, issue.path as Path)
  })
  const seen = new Set<string>()
  return findings.filter(({ code, path }) => {
    const id = JSON.stringify([code, path])
    return !seen.has(id) && seen.add(id)
  })
}

/** A string has a length too, so that zod measures it where a list is wanted; and an infinite number has no type. */
function withoutSizesOfWrongTypes(issues: readonly Issue[]): Issue[] {
  const wrong = new Set(issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => JSON.stringify(path)))
  return issues.filter(
    ({ code, path }) => !(code === 'too_small' || code === 'too_big') || !wrong.has(JSON.stringify(path)),
  )
}

/** The path of the secret that an issue lies at or in, when its value is not a reference. */
function literalSecretAt(schema: z.ZodType, value: unknown, issue: Issue): Path | undefined {
  const path = issue.path as Path
  const depth = [...path, ''].findIndex((_, index) => {
    const at = schemaAt(schema, path.slice(0, index))
    return at !== undefined && sensitive(at)
  })
  if (depth < 0) return undefined
  const group = path.slice(0, depth)
  const given = valueAt(value, group)
  if (given === undefined || given === null) return undefined
  return isReference(given) ? undefined : group
}

const literalSecret = (path: Path): Finding => ({
  code: 'LITERAL_SECRET',
  path,
  summary: `${fieldName(path)} holds something other than a reference to a secret`,
  hint: 'Write { fromEnv: NAME } or { fromFile: path }. If this was ever committed or shared, change the secret.',
})

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<string | number, unknown> | undefined | null)?.[key], value)

/** The last key, with the index of a list item: `dns[1]`. */
function fieldName(path: Path): string {
  const index = path.findLastIndex((key) => typeof key === 'string')
  const items = path.slice(index + 1).map((item) => `[${item}]`)
  return index < 0 ? 'The document' : `${path[index] ?? ''}${items.join('')}`
}

function issueFindings(schema: z.ZodType, value: unknown, issue: Issue, path: Path): Finding[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      // A merge key has its own problem.
      return issue.keys
        .filter((key) => key !== '<<')
        .map((key, index) =>
          index < mostTold
            ? (ofOtherKind(schema, path, key) ?? unknownKey(schemaAt(schema, path), path, key))
            : countedKey(path, key),
        )
    case 'invalid_type':
      return [invalidType(value, issue.expected, path)]
    case 'invalid_value':
      return [invalidValue(value, issue.values, path)]
    case 'invalid_key':
      return [{ ...invalid(path, issue.issues[0]?.message ?? 'is not a valid name'), mark: 'key' }]
    case 'invalid_union':
      return unionFindings(schema, value, issue.errors, path)
    case 'too_small':
    case 'too_big':
      return [invalid(path, rangeSentence(issue))]
    case 'custom':
      return [custom(valueAt(value, path), issue, path)]
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
      break
  }
  return [invalid(path, formatSentence(issue))]
}

const invalid = (path: Path, message: string): Finding => ({
  code: 'VALUE_INVALID',
  path,
  summary: `${fieldName(path)} ${message}`,
})

/** Formats that zod checks by itself come with zod's words. */
function formatSentence(issue: Issue): string {
  const isOwn = issue.message.startsWith('is not ')
  if (issue.code !== 'invalid_format' || issue.format === 'regex' || isOwn) return issue.message
  if (issue.format.startsWith('date')) return 'is not a date such as 2030-01-31 or 2030-01-31T06:00:00Z'
  return `is not a valid ${issue.format === 'email' ? 'e-mail address' : issue.format}`
}

function unknownKey(schema: z.ZodType | undefined, path: Path, key: string): Finding {
  const hint = belongsBelow(schema, key) ?? suggestion(key, knownKeys(schema))
  return {
    code: 'UNKNOWN_KEY',
    path: [...path, key],
    mark: 'key',
    summary: `There is no key ${JSON.stringify(shownKey(key))} here`,
    ...(hint && { hint }),
  }
}

/** One that is counted and not told, so that nobody looks for what it may have meant. */
const countedKey = (path: Path, key: string): Finding => ({
  code: 'UNKNOWN_KEY',
  path: [...path, key],
  mark: 'key',
  summary: 'There is no such key here',
})

/** A key may be a value that was meant to follow it, as in "password=…". */
const shownKey = (key: string): string => key.replace(/[=:].*/s, '…')

/** A setting that exists, but for the other kind of appliance. */
function ofOtherKind(schema: z.ZodType, path: Path, key: string): Finding | undefined {
  const depth = path[1] === 'defaults' ? 2 : 1
  if (path[0] !== 'spec' || !schemaAt(schema, [...path.slice(0, depth), 'access'])) return undefined
  const inner = [...path.slice(depth), key]
  const kind = (Object.keys(applianceSchemas) as ApplianceKind[]).find((one) =>
    schemaAt(applianceSchemas[one].spec, inner),
  )
  return kind && otherKind(kind, path, key)
}

const otherKind = (kind: ApplianceKind, path: Path, key: string): Finding => ({
  code: 'OTHER_KIND',
  path: [...path, key],
  mark: 'key',
  summary: `${key} exists for a ${applianceNouns[kind]} only`,
  hint: `Declare it in a document of kind ${kind}, or remove it.`,
})

/** A key that is right one level further down. */
function belongsBelow(schema: z.ZodType | undefined, key: string): string | undefined {
  const group = knownKeys(schema).find((name) => schema && knownKeys(schemaAt(schema, [name])).includes(key))
  return group && `It belongs below ${group}.`
}

const names: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a string',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Date) return 'a date'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'no finite number'
  if (typeof value === 'boolean') return `${value} (true or false)`
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`
}

function invalidType(value: unknown, expected: string, path: Path): Finding {
  const given = valueAt(value, path)
  if (given === undefined) {
    return { code: 'REQUIRED', path, summary: `${fieldName(path)} is missing`, hint: `Add ${path.join('.')}.` }
  }
  const hint = typeHint(expected, given)
  return {
    code: 'WRONG_TYPE',
    path,
    summary: `${fieldName(path)} must be ${names[expected] ?? expected}, but is ${typeName(given)}`,
    ...(hint && { hint }),
  }
}

function typeHint(expected: string, given: unknown): string | undefined {
  if (given === null) return 'null withdraws in layers only. Give a value or remove the key.'
  if (expected === 'string' && ['number', 'boolean'].includes(typeof given)) {
    return 'Put the value in quotes; without them YAML reads it as a number or as true or false.'
  }
  if (typeof given !== 'string') return undefined
  if (expected === 'boolean') return 'Write true or false, without quotes.'
  return Number.isFinite(Number(given)) && ['number', 'int'].includes(expected) ? 'Remove the quotes.' : undefined
}

function invalidValue(value: unknown, values: readonly unknown[], path: Path): Finding {
  const given = valueAt(value, path)
  if (given === undefined) {
    return {
      code: 'REQUIRED',
      path,
      summary: `${fieldName(path)} is missing`,
      hint: `Write ${fieldName(path)}: ${values.join(' or ')}.`,
    }
  }
  const options = values.map(String)
  const match = typeof given === 'string' ? nearest(given, options) : undefined
  const hint = match === undefined ? typeHint(typeof values[0], given) : `Did you mean ${match}?`
  return {
    ...invalid(path, `must be ${values.length === 1 ? '' : 'one of '}${options.join(', ')}`),
    ...(hint && { hint }),
  }
}

/** The alternative that comes closest tells what is wrong: the one that accepts the type of the value. */
function unionFindings(
  schema: z.ZodType,
  value: unknown,
  errors: readonly (readonly Issue[])[],
  path: Path,
): Finding[] {
  const given = valueAt(value, path)
  const nested = errors.find((issues) => issues.length > 0 && issues.every(({ path }) => path.length > 0))
  if (nested) {
    return toFindings(
      schema,
      value,
      nested.map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
    )
  }
  const [told] = errors
    .flatMap(withoutSizesOfWrongTypes)
    .filter(({ code }) => code !== 'invalid_type' && code !== 'invalid_value')
  if (told && typeof given === 'string') return issueFindings(schema, value, { ...told, path: [...path] }, path)
  const types = errors
    .flat()
    .flatMap((issue) => (issue.code === 'invalid_type' ? [names[issue.expected] ?? issue.expected] : []))
  const options = [...new Set([...literalsOf(errors), ...types])].join(' or ')
  if (typeof given === 'string') return [invalid(path, `must be ${options}`)]
  return [{ code: 'WRONG_TYPE', path, summary: `${fieldName(path)} must be ${options}, but is ${typeName(given)}` }]
}

const literalsOf = (errors: readonly (readonly Issue[])[]): string[] =>
  errors.flat().flatMap((issue) => (issue.code === 'invalid_value' ? issue.values.map(String) : []))

function rangeSentence(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  if (issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER) return 'is far too large'
  const [limit, word] = issue.code === 'too_small' ? [issue.minimum, 'at least'] : [issue.maximum, 'at most']
  const one = Number(limit) === 1
  const unit = { string: one ? ' character' : ' characters', array: one ? ' entry' : ' entries' }[
    issue.origin as string
  ]
  return unit ? `must have ${word} ${String(limit)}${unit}` : `must be ${word} ${String(limit)}`
}

function custom(value: unknown, issue: Extract<Issue, { code: 'custom' }>, path: Path): Finding {
  const { code, known = [], ...given } = (issue.params ?? {}) as Partial<Refusal> & { code?: DocumentCode }
  if (!code) return invalid(path, issue.message)
  const match = typeof value === 'string' ? nearest(value, known) : undefined
  const hint = match === undefined ? given.hint : `Did you mean ${match}?`
  const startsLow = /^[a-z]/.test(issue.message)
  const summary = startsLow ? `${fieldName(path)} ${issue.message}` : issue.message
  return { code, path, summary, ...(hint && { hint }) }
}
