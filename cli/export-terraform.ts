/** What a live appliance would be declared as in Terraform: an import block and its resource, as `terraform fmt` writes them. */
import { consoleAttributes, providerAttributes, sensorAttributes } from '../schemas/terraform/generated.ts'
import { isNested, type Attribute, type Attributes } from '../schemas/terraform/schema.ts'
import type { ApplianceKind } from '../schemas/documents.ts'

/** One argument: an expression on one line, or those within. */
interface Argument {
  name: string
  value: string | Argument[]
}

const resources: Readonly<Record<ApplianceKind, { type: string; attributes: Attributes }>> = {
  Sensor: { type: 'sensorform_sensor', attributes: sensorAttributes },
  ManagementConsole: { type: 'sensorform_management_console', attributes: consoleAttributes },
}

export interface TerraformAppliance {
  kind: ApplianceKind
  /** As a resource is named. */
  name: string
  endpoint: string
  credentials: string
  pin: string | undefined
  /** As in a document. */
  settings: Readonly<Record<string, unknown>>
}

/** Says the same as the id, so that the plan of both is empty. */
export function terraformAppliance({ kind, name, endpoint, credentials, pin, settings }: TerraformAppliance): string {
  const { type, attributes } = resources[kind]
  const access = { endpoint, credentials, ...(pin !== undefined && { trust: [{ pin }] }) }
  const id = [endpoint, credentials, ...(pin === undefined ? [] : [pin])].join(',')
  const imported: Argument[] = [
    { name: 'to', value: `${type}.${name}` },
    { name: 'id', value: quoted(id) },
  ]
  const said = argumentsOf(attributes, { access, ...settings })
  return `${block('import', imported)}\n${block(`resource "${type}" "${name}"`, said)}`
}

/** Where the provider comes from, and how it signs in. */
export function terraformProvider(credentials: string, username: string, passwordEnv: string): string {
  const source = [{ name: 'sensorform', value: '{ source = "sensorform/sensorform" }' }]
  const said = { credentials: { [credentials]: { username, password: { fromEnv: passwordEnv } } } }
  return [
    `terraform {\n  required_providers {\n${printed(source, '    ')}  }\n}\n`,
    block('provider "sensorform"', argumentsOf(providerAttributes, said)),
  ].join('\n')
}

/** A key as a resource may be named. */
export const resourceName = (key: string): string =>
  key.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?![A-Za-z_])/, '_')

const block = (head: string, said: readonly Argument[]): string => `${head} {\n${printed(said, '  ')}}\n`

/** What the spec says, by the names of Terraform. A secret is only ever a reference. */
function argumentsOf(attributes: Attributes, said: object): Argument[] {
  const spec = new Map(Object.entries(said))
  return Object.entries(attributes).flatMap(([name, attribute]): Argument[] => {
    const value = partOf(attribute, spec.get(attribute.spec?.key ?? ''))
    return value === undefined || value === null ? [] : [{ name, value: expression(attribute, value) }]
  })
}

/** Of a reference, what this attribute says. */
function partOf({ spec }: Attribute, said: unknown): unknown {
  if (spec?.form === 'same') return said
  if (!isGroup(said)) return undefined
  if (spec?.form === 'secretFromEnv') return said['fromEnv']
  return spec?.form === 'secretFromFile' ? said['fromFile'] : undefined
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function expression(attribute: Attribute, said: unknown): string | Argument[] {
  if (!isNested(attribute)) return literal(attribute.spec?.word === said ? [said] : said)
  const { nesting, attributes } = attribute
  if (nesting === 'single') return isGroup(said) ? argumentsOf(attributes, said) : literal(said)
  if (!isGroup(said)) return listOf(attributes, said)
  return Object.entries(said).map(([key, item]) => ({
    name: quoted(key),
    value: isGroup(item) ? argumentsOf(attributes, item) : literal(item),
  }))
}

const listOf = (attributes: Attributes, said: unknown): string => {
  const items = Array.isArray(said) ? said.filter(isGroup) : []
  return `[${items.map((item) => `{ ${inline(argumentsOf(attributes, item))} }`).join(', ')}]`
}

const inline = (said: readonly Argument[]): string =>
  said.map(({ name, value }) => `${name} = ${typeof value === 'string' ? value : `{ ${inline(value)} }`}`).join(', ')

function literal(said: unknown): string {
  if (typeof said === 'string') return quoted(said)
  if (Array.isArray(said)) return `[${said.map(literal).join(', ')}]`
  if (isGroup(said))
    return `{ ${inline(Object.entries(said).map(([key, item]) => ({ name: quoted(key), value: literal(item) })))} }`
  return JSON.stringify(said)
}

/** Nothing in it is a template, and no escape is one that Terraform does not know. */
const quoted = (text: string): string =>
  JSON.stringify(text)
    .replaceAll(/\\b/g, '\\u0008')
    .replaceAll(/\\f/g, '\\u000c')
    .replaceAll(/([$%])\{/g, '$1$1{')

/** Neighbours on one line each stand in line. */
function printed(said: readonly Argument[], indent: string): string {
  return said
    .map(({ name, value }, index) => {
      if (typeof value !== 'string')
        return value.length === 0
          ? `${indent}${name} = {}\n`
          : `${indent}${name} = {\n${printed(value, `${indent}  `)}${indent}}\n`
      return `${indent}${name.padEnd(widthAround(said, index))} = ${value}\n`
    })
    .join('')
}

function widthAround(said: readonly Argument[], index: number): number {
  const isLine = ({ value }: Argument) => typeof value === 'string'
  const before = said.slice(0, index).findLastIndex((one) => !isLine(one)) + 1
  const after = said.slice(index).findIndex((one) => !isLine(one))
  const run = said.slice(before, after < 0 ? said.length : index + after)
  return Math.max(...run.map(({ name }) => name.length))
}
