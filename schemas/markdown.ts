/**
 * Reference pages in Markdown: every field with its type, its rule, and where the rule comes from.
 *
 * @module
 */
import type * as z from 'zod'
import { access, credentials, hold, policy, registrar, window } from './access.ts'
import type { CatalogEntry } from './catalog/entry.ts'
import { applianceSchemas, documentKinds, type DocumentKind } from './documents.ts'
import { toJsonSchema, type JsonSchema } from './json-schema.ts'
import { problemCatalog } from './problem-catalog.ts'

type Properties = Readonly<Record<string, JsonSchema>>

/** What stands beside a schema for the reader, by kind. */
const sections: Readonly<Record<DocumentKind, readonly (readonly [path: string, schema: z.ZodType])[]>> = {
  Fleet: [
    ['spec.credentials.*', credentials],
    ['spec.registrars.*', registrar],
    ['spec.policy', policy],
  ],
  Site: [
    ['spec.window', window],
    ['spec.hold', hold],
  ],
  Sensor: [['spec.access', access], ...partsOf(applianceSchemas.Sensor.spec)],
  ManagementConsole: [['spec.access', access], ...partsOf(applianceSchemas.ManagementConsole.spec)],
}

/** Every part of a spec but how to reach the appliance. */
function partsOf({ shape }: z.ZodObject): (readonly [path: string, schema: z.ZodType])[] {
  const parts = Object.entries(shape as Readonly<Record<string, z.ZodType>>).filter(([key]) => key !== 'access')
  return parts.map(([key, schema]) => [`spec.${key}`, schema] as const)
}

const intros: Readonly<Record<DocumentKind, string>> = {
  Fleet:
    '`spec.defaults` may hold any part of the spec of a [Sensor](sensor.md). Fleet defaults are laid under those of the site, and these under the sensor itself.',
  Site: '`spec.defaults` may hold any part of the spec of a [Sensor](sensor.md). It is laid over the defaults of the [Fleet](fleet.md) and under the sensor itself.',
  Sensor: `Layers: defaults of the [Fleet](fleet.md), then of the [Site](site.md), then the sensor. Maps merge; lists, scalars, references and
groups of which exactly one key is given replace whole. \`null\` withdraws what an upper layer declared. Any part may stand in any layer;
the merged sensor needs \`access\` with \`endpoint\`, \`credentials\` and \`trust\`.

No setting has a default: only declared fields are compared and written. A setting that must be off says so with \`enabled: false\`; its
siblings are then neither compared nor written. With siblings declared and no \`enabled\`, it is on.

A *secret* is a reference, \`{ fromEnv: NAME }\` or \`{ fromFile: path }\`; a *file* is \`{ file: path }\`. Paths begin at the folder of the
document that names them (secrets: or at \`--secrets-dir\`) and stay below it. References may hold \`\${key}\`, \`\${name}\` and \`\${site}\`;
in the name of a variable, what they bring in has \`_\` for every character that a variable cannot hold.`,
  ManagementConsole: `What sensors of sites without a way to the cloud connect to. It hands out the connection string, assigns zones, collects backups and sends
system notifications. There are no layers below it; everything else is as with a [Sensor](sensor.md): no setting has a default, \`enabled: false\`
switches off, secrets and files are references. A [Sensor](sensor.md) names it in \`managementConsole.console\`.`,
}

/** The reference page of a document kind. */
export function referencePage(kind: DocumentKind): string {
  const json = toJsonSchema(documentKinds[kind])
  const metadata = propertiesOf(json)['metadata'] ?? {}
  return [
    generated,
    `# ${kind}`,
    text(json['description']),
    intros[kind],
    '*Basis* says whether a rule is documented by the vendor or a choice of this project.',
    section('metadata', metadata),
    ...sections[kind].map(([path, schema]) => section(path, toJsonSchema(schema))),
  ].join('\n\n')
}

const generated = '<!-- Generated from schemas/ by `npm run generate`. Do not edit. -->'

function section(path: string, json: JsonSchema): string {
  const isGroup = json['properties'] !== undefined
  const rows = isGroup ? rowsOf(json, []) : [row(path.split('.').at(-1) ?? '', json, false)]
  const heading = `## \`${path.replace('spec.', '')}\``
  const [basis, source] = [sharedBy(rows.map((one) => one.basis)), sharedBy(rows.map((one) => one.source))]
  const told = rows.map((one) => ({ ...one, basis: unless(one.basis, basis), source: unless(one.source, source) }))
  const isTold = (column: keyof Row) => told.some((one) => one[column] !== '')
  const otherwise = (column: keyof Row) => (isTold(column) ? ', unless a row says otherwise' : '')
  const shared = [
    ...(basis ? [`Basis${otherwise('basis')}: ${basis}.`] : []),
    ...(source ? [`Source${otherwise('source')}: ${source}`] : []),
  ].join(' ')
  const table = tableOf([titles, ...told], isTold)
  const description = [
    text(json['description']),
    ...(json['x-console'] ? [`Console: ${text(json['x-console'])}.`] : []),
  ]
  return [heading, ...(isGroup ? [description.join(' ')] : []), ...(shared ? [shared] : []), table].join('\n\n')
}

interface Row {
  field: string
  type: string
  rule: string
  basis: string
  source: string
}

const titles: Row = { field: 'field', type: 'type', rule: 'meaning and rule', basis: 'basis', source: 'source' }

/** What most rows have in common is told once, above them. */
function sharedBy(cells: readonly string[]): string | undefined {
  const count = (cell: string) => cells.filter((one) => one === cell).length
  return [...new Set(cells)].find((cell) => cell && count(cell) > 1 && count(cell) * 2 >= cells.length)
}

const unless = (cell: string, shared: string | undefined): string =>
  shared === undefined ? cell : cell === shared ? '' : cell || '–'

function tableOf([head, ...rows]: readonly Row[], has: (column: keyof Row) => boolean): string {
  const columns = (Object.keys(titles) as (keyof Row)[]).filter(has)
  const line = (one: Row) => `| ${columns.map((column) => one[column]).join(' | ')} |`
  return [...(head ? [line(head)] : []), `|${' --- |'.repeat(columns.length)}`, ...rows.map(line)].join('\n')
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const propertiesOf = (json: JsonSchema): Properties => (json['properties'] ?? {}) as Properties

/** One row for each field; groups that are maps are gone into. */
function rowsOf(json: JsonSchema, path: readonly string[]): Row[] {
  const required = new Set((json['required'] ?? []) as string[])
  return Object.entries(propertiesOf(json)).flatMap(([key, field]) =>
    fieldRows(field, [...path, key], required.has(key)),
  )
}

function fieldRows(field: JsonSchema, path: readonly string[], required: boolean): Row[] {
  const isValue = field['x-sensitive'] === true || isFileGroup(field)
  if (isValue) return [row(path.join('.'), field, required)]
  if (field['properties']) return [...groupRow(field, path), ...rowsOf(field, path)]
  const { additionalProperties: entries } = field
  if (typeof entries === 'object' && entries !== null && 'properties' in entries) {
    return [row(path.join('.'), field, required), ...rowsOf(entries, [...path, '*'])]
  }
  const items = field['items'] as JsonSchema | undefined
  const itemRows = items?.['properties'] ? rowsOf(items, [...path.slice(0, -1), `${path.at(-1) ?? ''}[]`]) : []
  return [row(path.join('.'), field, required), ...itemRows]
}

/** A group has a row of its own where it has a rule of its own. */
const groupRow = (field: JsonSchema, path: readonly string[]): Row[] =>
  field['x-rule'] !== undefined || field['x-exactly-one'] === true ? [row(path.join('.'), field, false)] : []

const isFileGroup = (field: JsonSchema): boolean => field['x-file'] === true && field['properties'] !== undefined

function row(path: string, field: JsonSchema, required: boolean): Row {
  const source = [text(field['x-source']), ...(field['x-console'] ? [`Console: ${text(field['x-console'])}.`] : [])]
  return {
    field: `\`${path}\`${required ? ' (required)' : ''}`,
    type: cell(typeOf(field)),
    rule: cell(
      `${text(field['description'])}${field['x-reactivates'] === true ? ' **Re-activates the sensor.**' : ''}`,
    ),
    basis: text(field['x-basis']),
    source: cell(source.join(' ').trim()),
  }
}

const cell = (content: string): string => content.replace(/[|<]/g, '\\$&').replaceAll('\n', ' ')

/** The type in a few words. */
export function typeOf(field: JsonSchema): string {
  if (field['x-sensitive'] === true) return 'secret'
  if (isFileGroup(field)) return 'file'
  if (field['x-file'] === true) return 'path of a file'
  if (field['const'] !== undefined) return `\`${plain(field['const'])}\``
  if (Array.isArray(field['enum'])) return field['enum'].map((value) => `\`${String(value)}\``).join(', ')
  if (Array.isArray(field['anyOf'])) return (field['anyOf'] as JsonSchema[]).map(typeOf).join(' or ')
  const unit = field['x-unit'] === undefined ? '' : ` (${text(field['x-unit'])})`
  return `${namedType(field)}${unit}`
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function namedType(field: JsonSchema): string {
  const { type, minimum, maximum } = field
  if (type === 'array') return `list of ${plural(field['items'] as JsonSchema)}`
  if (type === 'object') return field['properties'] ? 'map' : 'map by name'
  if (type === 'integer')
    return `whole number${minimum === undefined ? '' : `, ${plain(minimum)} to ${plain(maximum)}`}`
  return type === 'boolean' ? 'true or false' : text(type)
}

const plural = (items: JsonSchema): string => (items['type'] === 'string' && !items['enum'] ? 'strings' : typeOf(items))

/** docs/problems.md: every code with its explanation. */
export function problemsPage(): string {
  const entries = Object.entries(problemCatalog).sort(([one], [other]) => (one < other ? -1 : 1))
  return [
    generated,
    '# Problems',
    'Every problem has a stable code. Scripts may rely on the codes, not on the sentences.',
    entries
      .map(([code, { severity, title }]) => `- [\`${code}\`](#${code.toLowerCase()}) ${title} (${severity})`)
      .join('\n'),
    ...entries.map(([code, entry]) => problemSection(code, entry)),
  ].join('\n\n')
}

const problemSection = (code: string, { severity, title, explanation, remedy, example = {} }: CatalogEntry): string =>
  [
    `## ${code}`,
    `${title} (${severity}).`,
    explanation,
    `**What to do:** ${remedy}`,
    ...Object.entries(example).map(([file, content]) => `\`${file}\`\n\n${fence(content, file)}`),
  ].join('\n\n')

const fence = (content: string, file: string): string =>
  `\`\`\`\`${/\.ya?ml$/.test(file) ? 'yaml' : 'text'}\n${content.replace(/\n$/, '')}\n\`\`\`\``
