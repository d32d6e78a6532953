/** Holds requests and answers to the committed OpenAPI document. */
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

interface Media {
  schema: { $ref?: string }
}
interface OperationObject {
  operationId: string
  parameters: { name: string; in: string; required?: boolean }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { content?: Record<string, Media> }>
  security: object[]
}
interface Document {
  paths: Record<string, Record<string, OperationObject>>
  components: { schemas: Record<string, object> }
}

const file = new URL('../../../schemas/generated/sensor-settings.openapi.json', import.meta.url)
const document = JSON.parse(readFileSync(file, 'utf8')) as Document
const ajv = new Ajv2020({ strict: false, validateFormats: false })
const validators = new Map<string, ValidateFunction>(
  Object.entries(document.components.schemas).map(([name, schema]) => [name, ajv.compile(schema)]),
)

export interface Recorded {
  method: string
  /** With query. */
  path: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Buffer
  status: number
  answer: Buffer
}

/** Operation id of a request, if the document has it. */
export function operationIdOf({ method, path }: Pick<Recorded, 'method' | 'path'>): string | undefined {
  return find(method, path)?.operationId
}

function find(method: string, path: string): OperationObject | undefined {
  const parts = (path.split('?')[0] ?? '').split('/')
  const matches = (pattern: string) => {
    const wanted = pattern.split('/')
    return (
      wanted.length === parts.length && wanted.every((part, index) => part.startsWith('{') || part === parts[index])
    )
  }
  return Object.entries(document.paths).find(([pattern, item]) => matches(pattern) && item[method.toLowerCase()])?.[1][
    method.toLowerCase()
  ]
}

/** What of an exchange the document does not allow. Empty for a good one. */
export function violations(recorded: Recorded): string[] {
  const operation = find(recorded.method, recorded.path)
  if (!operation) return [`${recorded.method} ${recorded.path} is no operation`]
  const problems: string[] = []
  for (const { name, required, in: place } of operation.parameters) {
    if (place === 'header' && required && recorded.headers[name.toLowerCase()] === undefined) {
      problems.push(`header ${name} is missing`)
    }
  }
  if (operation.security.length > 0 && !recorded.headers['authorization']) problems.push('no session')
  problems.push(
    ...bodyViolations('request', operation.requestBody?.content, recorded.headers['content-type'], recorded.body),
  )
  const response = operation.responses[recorded.status]
  if (!response) problems.push(`status ${recorded.status} is not documented`)
  else problems.push(...bodyViolations('answer', response.content, 'application/json', recorded.answer))
  return problems.map((problem) => `${operation.operationId}: ${problem}`)
}

function bodyViolations(
  what: string,
  content: Record<string, Media> | undefined,
  type: string | string[] | undefined,
  body: Buffer,
): string[] {
  if (!content) return body.length > 0 ? [`${what} has a body`] : []
  const media = content[String(type)]
  if (!media) return [`${what} of type ${String(type)}`]
  const name = media.schema.$ref?.split('/').at(-1)
  const validate = name ? validators.get(name) : undefined
  if (!validate) return []
  return validate(JSON.parse(body.toString())) ? [] : [`${what}: ${ajv.errorsText(validate.errors)}`]
}
