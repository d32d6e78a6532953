/** Holds a JSON result to its committed schema. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const validators = new Map<string, ReturnType<typeof ajv.compile>>()

function validatorOf(kind: string): ReturnType<typeof ajv.compile> {
  const known = validators.get(kind)
  if (known) return known
  const file = new URL(`../../schemas/generated/results/${kind}.schema.json`, import.meta.url)
  const made = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object)
  validators.set(kind, made)
  return made
}

/** Throws when the text is no result, or not what the schema of its kind says. */
export function checkResult(text: string): void {
  const result = JSON.parse(text) as { kind: string }
  const validate = validatorOf(result.kind)
  if (!validate(result)) throw new Error(`not a ${result.kind} result: ${ajv.errorsText(validate.errors)}`)
}
