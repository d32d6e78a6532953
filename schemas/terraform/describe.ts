import * as z from 'zod'
import { factsOf, unwrapped } from '../layered.ts'

/** What a user reads of an attribute: meaning, values, rule, unit, and what the rule rests on. */
export function describeAttribute(field: z.ZodType): string {
  const facts = factsOf(field) ?? {}
  const { description = '', 'x-rule': rule, 'x-unit': unit, 'x-basis': basis } = facts
  return [
    ended(description),
    valuesOf(unwrapped(field)),
    facts['x-file'] === true && unwrapped(field) instanceof z.ZodObject ? 'Give the content, as with `file("…")`.' : '',
    rule === undefined ? '' : ended(rule),
    unit === undefined ? '' : `Unit: ${ended(unit)}`,
    facts['x-reactivates'] ? 'Changing it re-activates the sensor.' : '',
    basis === undefined ? '' : `Basis: ${basis}.`,
  ]
    .filter((part, index, all) => part !== '' && all.indexOf(part) === index)
    .join(' ')
}

const ended = (text: string): string => (text === '' || /[.!?)`]$/.test(text) ? text : `${text}.`)

function valuesOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodArray) return valuesOf(schema.element as z.ZodType)
  if (schema instanceof z.ZodUnion) return eitherOf(schema.options as readonly z.ZodType[])
  if (schema instanceof z.ZodLiteral) return `Only \`${String(schema.value)}\`.`
  return schema instanceof z.ZodEnum ? `One of ${schema.options.map((option) => `\`${option}\``).join(', ')}.` : ''
}

/** A word that stands for all of a list is a list of that word in Terraform. */
function eitherOf(options: readonly z.ZodType[]): string {
  const words = options.flatMap((option) => (option instanceof z.ZodLiteral ? String(option.value) : []))
  const names = options.flatMap((option) => (isListOfNames(option) ? option.element.options : []))
  if (words.length === 0) return options.map(valuesOf).filter(Boolean).join(' Or: ')
  return [
    ...(names.length > 0 ? [`Of ${names.map((name) => `\`${name}\``).join(', ')}.`] : []),
    ...words.map((word) => `For ${word} write \`["${word}"]\`.`),
  ].join(' ')
}

const isListOfNames = (schema: z.ZodType): schema is z.ZodArray<z.ZodEnum> =>
  schema instanceof z.ZodArray && schema.element instanceof z.ZodEnum
