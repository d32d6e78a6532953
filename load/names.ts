/**
 * Rules across documents: what may exist once, and what a name must refer to.
 *
 * @module
 */
import { applianceNouns } from '../schemas/documents.ts'
import type { Problem, SourcePlace } from '../schemas/problem.ts'
import type { ParsedDocument } from './parse-documents.ts'
import { suggestion } from './nearest.ts'
import { documentProblem, type DocumentCode } from './problem.ts'
import { isApplianceDocument, kindOf, nameOf, subjectOf } from './check-document.ts'
import { placeInTree, treeOf, type ResolvedAppliance } from './resolve-appliance.ts'
import { isObject, valueBelow } from './schema-walk.ts'
import { rangeAt } from './range-at.ts'
import { placeOf } from './source.ts'
import { ofLayer, unknownName, type Names, type Reference } from './unknown-names.ts'

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
    appliances: documents.filter(isApplianceDocument).flatMap((document) => nameOf(document) ?? []),
    consoles: ofKind('ManagementConsole').flatMap((document) => nameOf(document) ?? []),
    credentials: keysOf('credentials'),
    registrars: keysOf('registrars'),
  }
}

/** Two documents of one kind and name, two appliances of one key, and a second Fleet. */
export function duplicateDocuments(documents: readonly ParsedDocument[]): Problem[] {
  const first = new Map<string, ParsedDocument>()
  return documents.flatMap((document) => {
    const [kind, name] = [kindOf(document), nameOf(document)]
    if (!kind || (kind !== 'Fleet' && name === undefined)) return []
    const id = kind === 'Fleet' ? kind : `${isApplianceDocument(document) ? 'appliance' : kind} ${name}`
    const earlier = first.get(id)
    if (!earlier) {
      first.set(id, document)
      return []
    }
    const there = placeAt(earlier, ['metadata', 'name'])
    return [
      documentProblem('DUPLICATE_DOCUMENT', {
        at: placeAt(document, ['metadata', 'name']),
        summary: `${kind === 'Fleet' ? 'A Fleet document' : `${kindOf(earlier)} ${name}`} is declared already at ${there.file}:${there.line}`,
        hint:
          kind === 'Fleet' ? 'Merge the two; there is one Fleet document at most.' : 'Rename or remove one of the two.',
      }),
    ]
  })
}

const ofAppliance: Reference = { code: 'SITE_UNKNOWN', what: 'site', names: 'sites', path: ['metadata', 'site'] }

/** Names that are compared to say what was meant, in one load: of thousands of unknown names nobody reads more. */
const maxComparisons = 200_000

/** What documents name exists, and a former key is free. Also in documents that have other mistakes. */
export function unresolvedNames(documents: readonly ParsedDocument[], names: Names): Problem[] {
  let left = maxComparisons
  const suggest: typeof suggestion = (name, known) => {
    left -= known.length
    return left < 0 ? undefined : suggestion(name, known)
  }
  return documents.flatMap((document) => unresolvedIn(document, names, suggest))
}

function unresolvedIn(document: ParsedDocument, names: Names, suggest: typeof suggestion): Problem[] {
  const isAppliance = isApplianceDocument(document)
  const layer = isAppliance ? ['spec'] : ['spec', 'defaults']
  const references = ofLayer.map((reference) => ({ ...reference, path: [...layer, ...reference.path] }))
  return [
    ...[...(isAppliance ? [ofAppliance] : []), ...references].flatMap((reference) =>
      unresolved(document, reference, names, suggest),
    ),
    ...(isAppliance ? usedFormerKey(document, names) : []),
  ]
}

function unresolved(
  document: ParsedDocument,
  reference: Reference,
  known: Names,
  suggest: typeof suggestion,
): Problem[] {
  const { path, names, what } = reference
  const hint = `No document declares any ${what}.`
  const problem = unknownName(valueAt(document, path), reference, known[names], hint, suggest)
  return problem ? [{ ...problem, at: placeAt(document, path), ...subjectOf(document) }] : []
}

function usedFormerKey(document: ParsedDocument, { appliances }: Names): Problem[] {
  const path = ['metadata', 'formerKey']
  const formerKey = valueAt(document, path)
  if (typeof formerKey !== 'string' || !appliances.includes(formerKey)) return []
  return [
    documentProblem('FORMER_KEY_IN_USE', {
      at: placeAt(document, path),
      ...subjectOf(document),
      summary: `The former key ${formerKey} is the key of an appliance that is still declared`,
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
  /** What must differ between appliances; undefined takes no part. */
  value(appliance: ResolvedAppliance): string | undefined
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

/** Two appliances with one name, endpoint, address or identity. */
export function duplicateValues(appliances: readonly ResolvedAppliance[]): Problem[] {
  return rules.flatMap((rule) => {
    const first = new Map<string, ResolvedAppliance>()
    return appliances.flatMap((appliance) => {
      const value = rule.value(appliance)
      const earlier = value === undefined ? undefined : first.get(value)
      if (value !== undefined && !earlier) first.set(value, appliance)
      return earlier ? [duplicate(rule, appliance, earlier)] : []
    })
  })
}

const called = ({ document: { kind, data } }: ResolvedAppliance): string =>
  `${applianceNouns[kind]} ${data.metadata.name}`

function duplicate(
  { code, what, hint, path }: Rule,
  appliance: ResolvedAppliance,
  earlier: ResolvedAppliance,
): Problem {
  const placeIn = ({ document, lower }: ResolvedAppliance) =>
    path.length > 0 ? placeInTree(treeOf(document, lower), path) : placeAt(document, ['metadata', 'formerKey'])
  const there = placeIn(earlier)
  const name = called(appliance)
  return documentProblem(code, {
    at: placeIn(appliance),
    key: appliance.document.data.metadata.name,
    ...(path.length > 0 && { field: path.join('.') }),
    summary: `${name[0]?.toUpperCase()}${name.slice(1)} has the same ${what} as ${called(earlier)} (${there.file}:${there.line})`,
    hint,
  })
}

/** One spelling: the host in lower case and without a dot at its end, the port only where it is not 443. */
function normalEndpoint(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined
  return new URL(endpoint).origin.replace(/\.(?=:\d+$|$)/, '')
}
