/**
 * Flags as data, and their reading: strict, and with the nearest known flag for one that is unknown. A mistyped flag
 * that is ignored has turned dry runs into real ones elsewhere.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { nearest } from './nearest.ts'
import { UsageError } from './usage-error.ts'

export interface Flag {
  /** Placeholder of its value, such as `DIR`; a flag without one is a switch. */
  value?: string
  description: string
  short?: string
  /** May be given several times. */
  repeatable?: true
  /** The only values. */
  choices?: readonly string[]
  /** Values that are promised for a later version. */
  later?: readonly string[]
  /** How the value is completed and checked. */
  kind?: 'file' | 'folder' | 'count' | 'duration' | 'seed'
}

export type FlagTable = Readonly<Record<string, Flag>>

/** What was given: switches are `true`, values are text, repeatable ones a list. */
export interface Given {
  on(name: string): boolean
  text(name: string): string | undefined
  list(name: string): readonly string[]
  count(name: string): number | undefined
  durationMs(name: string): number | undefined
}

export interface ParsedLine {
  positionals: string[]
  given: Given
}

type OptionToken = { name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined }

/** Reads the words after the verb. Throws a UsageError. */
export function parseLine(words: readonly string[], table: FlagTable, verb: string): ParsedLine {
  const { tokens, positionals } = parseArgs({
    args: [...words],
    options: Object.fromEntries(Object.entries(table).map(([name, flag]) => [name, optionOf(flag)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values = new Map<string, string[]>()
  for (const token of tokens) if (token.kind === 'option') take(token, table, values, verb)
  return { positionals, given: givenFrom(values) }
}

const optionOf = (flag: Flag): { type: 'string' | 'boolean'; short?: string } => ({
  type: flag.value === undefined ? 'boolean' : 'string',
  ...(flag.short !== undefined && { short: flag.short }),
})

function take(token: OptionToken, table: FlagTable, values: Map<string, string[]>, verb: string): void {
  const { name, rawName, value, inlineValue } = token
  const flag = Object.hasOwn(table, name) ? table[name] : undefined
  if (!flag) throw unknownFlag(rawName, table, verb)
  if (flag.value === undefined && value !== undefined) {
    throw new UsageError('FLAG_VALUE', `${rawName} takes no value, but was given one`, `Write ${rawName} alone.`)
  }
  if (flag.value !== undefined && (value === undefined || (!inlineValue && value.startsWith('-')))) {
    throw new UsageError(
      'FLAG_VALUE',
      `${rawName} needs a value: ${rawName} ${flag.value}`,
      'A value that begins with "-" is written after "=".',
    )
  }
  const before = values.get(name)
  if (before && !flag.repeatable) throw new UsageError('FLAG_REPEATED', `${rawName} is given twice`, 'Give it once.')
  check(rawName, flag, value)
  values.set(name, [...(before ?? []), value ?? ''])
}

function unknownFlag(rawName: string, table: FlagTable, verb: string): UsageError {
  const near = nearest(rawName.replace(/^-+/, ''), Object.keys(table))
  const help = `"sensorform ${verb} --help" lists the flags.`
  return new UsageError(
    'FLAG_UNKNOWN',
    `${rawName} is not a flag of "sensorform ${verb}"`,
    near === undefined ? `${help[0]?.toUpperCase() ?? ''}${help.slice(1)}` : `Did you mean --${near}? ${help}`,
  )
}

function check(rawName: string, flag: Flag, value: string | undefined): void {
  if (value === undefined) return
  if (value === '')
    throw new UsageError('FLAG_VALUE', `${rawName} is given without a value`, `Write ${rawName} ${flag.value}.`)
  if (flag.later?.includes(value)) {
    throw new UsageError(
      'FLAG_VALUE',
      `${rawName} ${value} is not part of this version, which knows ${flag.choices?.join(', ') ?? 'none'}`,
    )
  }
  if (flag.choices && !flag.choices.includes(value)) {
    const near = nearest(value, flag.choices)
    throw new UsageError(
      'FLAG_VALUE',
      `${rawName} ${JSON.stringify(value)} is none of ${flag.choices.join(', ')}`,
      near === undefined ? undefined : `Did you mean ${near}?`,
    )
  }
  if (flag.kind === 'count' && !/^[1-9][0-9]{0,5}$/.test(value)) {
    throw new UsageError('FLAG_VALUE', `${rawName} ${JSON.stringify(value)} is not a whole number from 1 to 999999`)
  }
  if (flag.kind === 'seed' && !/^[0-9]{1,9}$/.test(value)) {
    throw new UsageError('FLAG_VALUE', `${rawName} ${JSON.stringify(value)} is not a whole number from 0 to 999999999`)
  }
  if (flag.kind === 'duration' && durationMs(value) === undefined) {
    throw new UsageError(
      'FLAG_VALUE',
      `${rawName} ${JSON.stringify(value)} is not a length of time such as 90s, 30m or 2h`,
    )
  }
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000 } as const

function durationMs(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,5})([smh])$/.exec(text)
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : undefined
}

function givenFrom(values: ReadonlyMap<string, string[]>): Given {
  const text = (name: string): string | undefined => values.get(name)?.[0]
  return {
    on: (name) => values.has(name),
    text,
    list: (name) => values.get(name) ?? [],
    count: (name) => (values.has(name) ? Number(text(name)) : undefined),
    durationMs: (name) => durationMs(text(name) ?? ''),
  }
}
