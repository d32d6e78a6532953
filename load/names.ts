/**
 * Rules across documents: what may exist once, and what a name must refer to.
 *
 * @module
 */
import type { Problem, SourcePlace } from '../schemas/problem.ts'
import { suggestion } from './nearest.ts'
import type { ParsedDocument } from './parse-documents.ts'
import { documentProblem, type DocumentCode } from './problem.ts'
import { kindOf, nameOf, subjectOf } from './check-document.ts'
import { placeInTree, type ResolvedSensor } from './resolve-sensor.ts'
import { isObject, valueBelow } from './schema-walk.ts'
import { rangeAt } from './range-at.ts'
import { placeOf } from './source.ts'

/** Names that documents may refer to. Broken documents count: their own problems are enough. */
export interface Names {
  sites: readonly string[]
  credentials: readonly string[]
  registrars: readonly string[]
  sensors: readonly string[]
}

/** Collects the names of all documents, whether they are as they should be or not. */
export function namesOf(documents: readonly ParsedDocument[]): Names {
  const ofKind = (kind: string) => documents.filter((document) => kindOf(document) === kind)
  const keysOf = (group: string) =>
    ofKind('Fleet').flatMap(({ value }) => {
      const entries = valueBelow(valueBelow(value, 'spec'), group)
      return isObject(entries) ? Object.keys(entries) : []
    })
  return {
    sites: ofKind('Site').flatMap((document) => nameOf(document) ?? []),
    sensors: ofKind('Sensor').flatMap((document) => nameOf(document) ?? []),
    credentials: keysOf('credentials'),
    registrars: keysOf('registrars'),
  }
}

/** Two documents of one kind and name, and a second Fleet. */
export function duplicateDocuments(documents: readonly ParsedDocument[]): Problem[] {
  const first = new Map<string, ParsedDocument>()
  return documents.flatMap((document) => {
    const [kind, name] = [kindOf(document), nameOf(document)]
    if (!kind || (kind !== 'Fleet' && name === undefined)) return []
    const id = kind === 'Fleet' ? kind : `${kind} ${name}`
    const earlier = first.get(id)
    if (!earlier) {
      first.set(id, document)
      return []
    }
    const there = placeAt(earlier, ['metadata', 'name'])
    return [
      documentProblem('DUPLICATE_DOCUMENT', {
        at: placeAt(document, ['metadata', 'name']),
        summary: `${kind === 'Fleet' ? 'A Fleet document' : `${kind} ${name}`} is declared already at ${there.file}:${there.line}`,
        hint:
          kind === 'Fleet' ? 'Merge the two; there is one Fleet document at most.' : 'Rename or remove one of the two.',
      }),
    ]
  })
}

/** A place where a document may name something that another declares. */
interface Reference {
  code: DocumentCode
  what: string
  names: keyof Names
  path: readonly string[]
}

const ofLayer: readonly Reference[] = [
  { code: 'CREDENTIALS_UNKNOWN', what: 'credentials', names: 'credentials', path: ['access', 'credentials'] },
  { code: 'CREDENTIALS_UNKNOWN', what: 'credentials', names: 'credentials', path: ['access', 'readCredentials'] },
  { code: 'REGISTRAR_UNKNOWN', what: 'registrar', names: 'registrars', path: ['registration', 'registrar'] },
]
const ofSensor: Reference = { code: 'SITE_UNKNOWN', what: 'site', names: 'sites', path: ['metadata', 'site'] }

/** What a document names exists, and a former key is free. Also in documents that have other mistakes. */
export function unresolvedNames(document: ParsedDocument, names: Names): Problem[] {
  const isSensor = kindOf(document) === 'Sensor'
  const layer = isSensor ? ['spec'] : ['spec', 'defaults']
  const references = ofLayer.map((reference) => ({ ...reference, path: [...layer, ...reference.path] }))
  return [
    ...[...(isSensor ? [ofSensor] : []), ...references].flatMap((reference) => unresolved(document, reference, names)),
    ...(isSensor ? usedFormerKey(document, names) : []),
  ]
}

function unresolved(document: ParsedDocument, { code, what, names, path }: Reference, known: Names): Problem[] {
  const name = valueAt(document, path)
  if (typeof name !== 'string' || known[names].includes(name)) return []
  const hint = suggestion(name, known[names]) ?? `No document declares any ${what}.`
  return [
    documentProblem(code, {
      at: placeAt(document, path),
      ...subjectOf(document),
      summary: `There is no ${what} ${name}`,
      hint,
    }),
  ]
}

function usedFormerKey(document: ParsedDocument, { sensors }: Names): Problem[] {
  const path = ['metadata', 'formerKey']
  const formerKey = valueAt(document, path)
  if (typeof formerKey !== 'string' || !sensors.includes(formerKey)) return []
  return [
    documentProblem('FORMER_KEY_IN_USE', {
      at: placeAt(document, path),
      ...subjectOf(document),
      summary: `The former key ${formerKey} is the key of a sensor that is still declared`,
      hint: 'A former key belongs to a document that was renamed. Remove formerKey, or the other document.',
    }),
  ]
}

const valueAt = ({ value }: ParsedDocument, path: readonly string[]): unknown => path.reduce<unknown>(valueBelow, value)

const placeAt = (document: ParsedDocument, path: readonly string[]): SourcePlace =>
  placeOf(document.source, rangeAt(document, path))

interface Rule {
  code: DocumentCode
  what: string
  hint: string
  path: readonly string[]
  /** What must differ between sensors; undefined takes no part. */
  value(sensor: ResolvedSensor): string | undefined
}

/** Where a system has no other loopback address, simulated sensors share this one and differ in their ports. */
const soleLoopback = '127.0.0.1'

const rules: readonly Rule[] = [
  {
    code: 'DUPLICATE_NAME',
    what: 'registered name',
    hint: 'A registrar knows each name once. Rename one of the two.',
    path: ['name'],
    value: ({ spec }) => spec.name && `${spec.registration?.registrar ?? ''} ${spec.name.toLowerCase()}`,
  },
  {
    code: 'DUPLICATE_ENDPOINT',
    what: 'endpoint',
    hint: 'Two documents must not reach one appliance. Correct one of the two.',
    path: ['access', 'endpoint'],
    value: ({ spec }) => normalEndpoint(spec.access?.endpoint),
  },
  {
    code: 'DUPLICATE_ADDRESS',
    what: 'network address',
    hint: 'Within a site an address belongs to one appliance. Correct one of the two.',
    path: ['network', 'address'],
    value: ({ spec: { network }, document }) =>
      network?.address === soleLoopback
        ? undefined
        : network?.address && `${document.data.metadata.site ?? ''} ${network.address}`,
  },
  {
    code: 'DUPLICATE_IDENTITY',
    what: 'identity',
    hint: 'Two documents must not reach one appliance. Correct one of the two.',
    path: ['access', 'identity'],
    value: ({ spec }) => spec.access?.identity,
  },
  {
    code: 'FORMER_KEY_IN_USE',
    what: 'former key',
    hint: 'One document takes over from one other. Correct one of the two.',
    path: [],
    value: ({ document }) => document.data.metadata.formerKey,
  },
]

/** Two sensors with one name, endpoint, address or identity. */
export function duplicateValues(sensors: readonly ResolvedSensor[]): Problem[] {
  return rules.flatMap((rule) => {
    const first = new Map<string, ResolvedSensor>()
    return sensors.flatMap((sensor) => {
      const value = rule.value(sensor)
      const earlier = value === undefined ? undefined : first.get(value)
      if (value !== undefined && !earlier) first.set(value, sensor)
      return earlier ? [duplicate(rule, sensor, earlier)] : []
    })
  })
}

function duplicate({ code, what, hint, path }: Rule, sensor: ResolvedSensor, earlier: ResolvedSensor): Problem {
  const placeIn = ({ tree, document }: ResolvedSensor) =>
    path.length > 0 ? placeInTree(tree, path) : placeAt(document, ['metadata', 'formerKey'])
  const there = placeIn(earlier)
  const { name: key } = sensor.document.data.metadata
  return documentProblem(code, {
    at: placeIn(sensor),
    key,
    ...(path.length > 0 && { field: path.join('.') }),
    summary: `Sensor ${key} has the same ${what} as sensor ${earlier.document.data.metadata.name} (${there.file}:${there.line})`,
    hint,
  })
}

/** One spelling: the host in lower case and without a dot at its end, the port only where it is not 443. */
function normalEndpoint(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined
  return new URL(endpoint).origin.replace(/\.(?=:\d+$|$)/, '')
}
