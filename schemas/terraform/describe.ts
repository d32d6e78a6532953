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
  if (schema instanceof z.ZodUnion) {
    return (schema.options as readonly z.ZodType[])
      .map(valuesOf)
      .filter((part) => part !== '')
      .join(' Or: ')
  }
  if (schema instanceof z.ZodLiteral) return `Only \`${String(schema.value)}\`.`
  return schema instanceof z.ZodEnum ? `One of ${schema.options.map((option) => `\`${option}\``).join(', ')}.` : ''
}
