/**
 * Rules across documents: what may exist once, and what a name must refer to.
 *
 * @module
 */
import type { Problem } from '../schemas/problem.ts'
import { suggestion } from './nearest.ts'
import { rangeAt, type ParsedDocument } from './parse-documents.ts'
import { documentProblem, type DocumentCode } from './problem.ts'
import { kindOf } from './check-document.ts'
import { placeInTree, type ResolvedSensor } from './resolve-sensor.ts'
import { isObject } from './schema-walk.ts'
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
      const entries = memberAt(memberAt(value, 'spec'), group)
      return isObject(entries) ? Object.keys(entries) : []
    })
  return {
    sites: ofKind('Site').flatMap((document) => nameOf(document) ?? []),
    sensors: ofKind('Sensor').flatMap((document) => nameOf(document) ?? []),
    credentials: keysOf('credentials'),
    registrars: keysOf('registrars'),
  }
}

const memberAt = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined)

/** `metadata.name`, where it is a string. */
export function nameOf({ value }: ParsedDocument): string | undefined {
  const name = memberAt(memberAt(value, 'metadata'), 'name')
  return typeof name === 'string' ? name : undefined
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
    const there = placeOf(earlier.source, rangeAt(earlier, ['metadata', 'name']))
    return [
      documentProblem('DUPLICATE_DOCUMENT', {
        at: placeOf(document.source, rangeAt(document, ['metadata', 'name'])),
        summary: `${kind === 'Fleet' ? 'A Fleet document' : `${kind} ${name}`} is declared already at ${there.file}:${there.line}`,
        hint:
          kind === 'Fleet' ? 'Merge the two; there is one Fleet document at most.' : 'Rename or remove one of the two.',
      }),
    ]
  })
}

/** Site, credentials and registrar of a sensor exist, and its former key is free. */
export function unresolvedNames({ document, tree, spec }: ResolvedSensor, names: Names): Problem[] {
  const { name: key, site, formerKey } = document.data.metadata
  const inTree = (path: string[]) => placeInTree(tree, path)
  const inMetadata = (field: string) => placeOf(document.source, rangeAt(document, ['metadata', field]))
  const unknown = (
    code: DocumentCode,
    what: string,
    name: string | undefined,
    known: readonly string[],
    field: string,
  ) => {
    if (name === undefined || known.includes(name)) return []
    const at = code === 'SITE_UNKNOWN' ? inMetadata('site') : inTree(field.split('.'))
    const hint = suggestion(name, known) ?? `No document declares any ${what}.`
    return [documentProblem(code, { at, key, field, summary: `There is no ${what} ${name}`, hint })]
  }
  const { access, registration } = spec
  return [
    ...unknown('SITE_UNKNOWN', 'site', site, names.sites, 'metadata.site'),
    ...unknown('CREDENTIALS_UNKNOWN', 'credentials', access?.credentials, names.credentials, 'access.credentials'),
    ...unknown(
      'CREDENTIALS_UNKNOWN',
      'credentials',
      access?.readCredentials,
      names.credentials,
      'access.readCredentials',
    ),
    ...unknown('REGISTRAR_UNKNOWN', 'registrar', registration?.registrar, names.registrars, 'registration.registrar'),
    ...(formerKey !== undefined && names.sensors.includes(formerKey)
      ? [
          documentProblem('FORMER_KEY_IN_USE', {
            at: inMetadata('formerKey'),
            key,
            summary: `The former key ${formerKey} is the key of a sensor that is still declared`,
            hint: 'A former key belongs to a document that was renamed. Remove formerKey, or the other document.',
          }),
        ]
      : []),
  ]
}

interface Rule {
  code: DocumentCode
  what: string
  hint: string
  path: readonly string[]
  /** What must differ between sensors; undefined takes no part. */
  value(sensor: ResolvedSensor): string | undefined
}

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

/** Two sensors with one name, endpoint or identity. */
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
    path.length > 0 ? placeInTree(tree, path) : placeOf(document.source, rangeAt(document, ['metadata', 'formerKey']))
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

/** One spelling: the host in lower case, the port only where it is not 443. */
function normalEndpoint(endpoint: string | undefined): string | undefined {
  return endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).origin : undefined
}
