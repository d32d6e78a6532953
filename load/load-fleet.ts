/**
 * Files to a fleet. Offline: nothing is contacted, and no secret is needed.
 *
 * @module
 */
import { resolve } from 'node:path'
import type { DesiredAppliance, Fleet } from '../schemas/fleet.ts'
import type { Problem, SourcePlace } from '../schemas/problem.ts'
import { checkCertificates, type Unchecked } from './check-certificates.ts'
import {
  checkDocument,
  isApplianceDocument,
  kindOf,
  nameOf,
  noteSecrets,
  type CheckedDocument,
} from './check-document.ts'
import { isAppliance, type ApplianceDocument } from './layers.ts'
import { cutOff } from './left-out.ts'
import { uncheckedMail } from './mail-rules.ts'
import { duplicateDocuments, duplicateValues, namesOf, unresolvedNames } from './names.ts'
import {
  faultProblems,
  parseDocuments,
  parseWritten,
  type ParsedDocument,
  type ParsedSource,
} from './parse-documents.ts'
import { documentProblem } from './problem.ts'
import { rangeAt } from './range-at.ts'
import { readFiles } from './read-files.ts'
import { makeReferenceReader } from './read-reference.ts'
import { readSecretScope, secretsOutside, type SecretScope } from './secret-scope.ts'
import { makeSource, placeOf } from './source.ts'
import { expiredHold, resolveCredentials, resolveRegistrars, resolveSites, siteHolds } from './resolve-fleet.ts'
import {
  placeInTree,
  resolveAppliance,
  treeOf,
  type FleetDocument,
  type ResolveContext,
  type ResolvedAppliance,
  type SiteDocument,
} from './resolve-appliance.ts'

export interface LoadOptions {
  /** Paths are relative to it, and shown so. */
  cwd: string
  /** Where files of secrets are looked for first. */
  secretsDir?: string
  /** File that says which secrets may be sent where. Not given: documents decide. */
  secretScope?: string
  /** Where update packages are looked for first. */
  packagesDir?: string
  /** Not given: the environment of the process. Read only to check what is there. */
  env?: NodeJS.ProcessEnv
  /** A Fleet document that declares no appliance will do. Default: false. */
  mayBeEmpty?: boolean
  /** Wall clock, ms. Not given: now. */
  now?: number
}

export interface LoadResult {
  /** Present when no problem is an error. */
  fleet?: Fleet
  /** All of them, by file and line. */
  problems: Problem[]
  /** Files that were read, as shown. */
  files: string[]
  /** Checks that something is missing for, such as a private key. */
  unchecked: readonly Unchecked[]
}

/** Loads every document of the given files and folders. */
export const loadFleet = async (paths: readonly string[], options: LoadOptions): Promise<LoadResult> =>
  loadFleetNow(paths, options)

/** A text of documents that lies in no file of its own. */
export interface DocumentText {
  /** As it is shown. References in it begin at the folder that this path, taken from `cwd`, lies in. */
  file: string
  text: string
  /** It was written from values by `JSON.stringify`. */
  isWritten?: boolean
}

/** The same while the caller waits, with documents that are handed in as text. */
export function loadFleetNow(
  paths: readonly string[],
  options: LoadOptions,
  texts: readonly DocumentText[] = [],
): LoadResult {
  const { cwd, env = process.env, now = Date.now() } = options
  const found = readFiles(paths, cwd)
  const handedIn = texts.map(({ file, text, isWritten }) =>
    (isWritten ? parseWritten : parseDocuments)(makeSource({ path: resolve(cwd, file), file, text })),
  )
  const parsed = [...found.sources.map(parseDocuments), ...handedIn]
  const documents = parsed.flatMap(({ documents }) => documents)
  for (const document of documents) noteSecrets(document)
  const context: ResolveContext = {
    reader: makeReferenceReader(),
    ...(options.secretsDir !== undefined && { secretsDir: resolve(cwd, options.secretsDir) }),
    ...(options.packagesDir !== undefined && { packagesDir: resolve(cwd, options.packagesDir) }),
    env,
    now,
    cwd,
  }
  const isWhole = isComplete(parsed, found.problems)
  const scope = options.secretScope === undefined ? undefined : readSecretScope(options.secretScope, options)
  const result = buildFleet(context, documents, found.root, isWhole, scope?.scope)
  const problems = sorted([
    ...found.problems,
    ...(scope?.problems ?? []),
    ...(isWhole ? emptySet(documents, options.mayBeEmpty === true) : []),
    ...parsed.flatMap(faultProblems),
    ...result.problems,
  ])
  const ok = problems.every(({ severity }) => severity !== 'error')
  return {
    ...(ok && { fleet: result.fleet }),
    problems,
    files: found.sources.map(({ file }) => file),
    unchecked: result.unchecked,
  }
}

/** False when something could not be read or parsed, so that what seems to be missing may stand there. */
const isComplete = (parsed: readonly ParsedSource[], problems: readonly Problem[]): boolean =>
  problems.length === 0 &&
  parsed.every(
    ({ documents, faults }) =>
      faults.every(({ code }) => code === 'DUPLICATE_KEY' || code === 'YAML_MERGE_KEY') &&
      documents.every((one) => kindOf(one) && nameOf(one) !== undefined),
  )

interface Built {
  fleet: Fleet
  problems: Problem[]
  unchecked: readonly Unchecked[]
}

function buildFleet(
  context: ResolveContext,
  documents: readonly ParsedDocument[],
  root: string,
  complete: boolean,
  scope: SecretScope | undefined,
): Built {
  const checks = documents.map(checkDocument)
  const checked = checks.filter((item): item is CheckedDocument => !Array.isArray(item))
  const fleetDocument = checked.find((item): item is FleetDocument => item.kind === 'Fleet')
  const sites = checked.filter((item): item is SiteDocument => item.kind === 'Site')
  const resolved = resolveAppliances(context, documents, checked)
  const names = namesOf(documents)
  const problems = [
    ...checks.filter((item) => Array.isArray(item)).flat(),
    ...duplicateDocuments(documents),
    ...resolved.flatMap((appliance) => appliance.problems),
    ...(complete ? unresolvedNames(documents, names) : []),
    ...duplicateValues(resolved),
    ...siteHolds(sites, context.now),
    ...resolved.flatMap((appliance) => ownHold(appliance, context.now)),
  ]
  const registrars = resolveRegistrars(context, fleetDocument, problems)
  const declared = resolved.flatMap(({ desired }) => desired ?? [])
  const { credentials, appliances } = resolveCredentials(context, fleetDocument, declared, problems)
  const siteMap = resolveSites(sites)
  const [sensors, consoles] = ['Sensor', 'ManagementConsole'].map((kind) =>
    appliances.filter((one) => one.kind === kind),
  ) as [DesiredAppliance[], DesiredAppliance[]]
  const fleet: Fleet = {
    ...(fleetDocument && { name: fleetDocument.data.metadata.name }),
    root,
    policy: fleetDocument?.data.spec.policy ?? {},
    credentials,
    registrars,
    sites: siteMap,
    sensors: byKey(sensors.map((sensor) => withHold(sensor, siteMap))),
    managementConsoles: byKey(consoles.map((console) => withHold(console, siteMap))),
  }
  const outside = scope ? secretsOutside(fleet, scope, placesIn(fleetDocument)) : []
  // A secret outside the scope is not even read to be checked.
  const certificates = outside.length > 0 ? noCertificates : checkCertificates(appliances, context)
  return {
    fleet,
    problems: [...problems, ...outside, ...certificates.problems],
    unchecked: [...certificates.unchecked, ...uncheckedMail(appliances)],
  }
}

const noCertificates: ReturnType<typeof checkCertificates> = { problems: [], unchecked: [] }

const placesIn =
  (document: FleetDocument | undefined) =>
  (path: readonly string[]): SourcePlace | undefined =>
    document && placeOf(document.source, rangeAt(document, path))

const byKey = (appliances: readonly DesiredAppliance[]): Map<string, DesiredAppliance> =>
  new Map(appliances.map((appliance) => [appliance.key, appliance]))

/** Appliances whose layers are as they should be; a broken layer has its own problems, which each sensor would repeat. */
function resolveAppliances(
  context: ResolveContext,
  documents: readonly ParsedDocument[],
  checked: readonly CheckedDocument[],
): ResolvedAppliance[] {
  const fleet = checked.find((item): item is FleetDocument => item.kind === 'Fleet')
  const brokenFleet = !fleet && documents.some((document) => kindOf(document) === 'Fleet')
  const sites = new Map(
    checked.flatMap((item) => (item.kind === 'Site' ? [[item.data.metadata.name, item] as const] : [])),
  )
  const siteNames = new Set(documents.flatMap((item) => (kindOf(item) === 'Site' ? (nameOf(item) ?? []) : [])))
  const isWhole = ({ kind, data }: ApplianceDocument) => {
    if (kind === 'ManagementConsole') return true
    const { site } = data.metadata
    return !brokenFleet && (site === undefined || sites.has(site) || !siteNames.has(site))
  }
  const lowerOf = ({ kind, data }: ApplianceDocument) =>
    kind === 'Sensor' ? [fleet, sites.get(data.metadata.site ?? '')].filter((layer) => layer !== undefined) : []
  return checked
    .filter(isAppliance)
    .filter(isWhole)
    .map((document) => resolveAppliance(context, document, lowerOf(document)))
}

const ownHold = ({ document, lower, spec }: ResolvedAppliance, now: number): Problem[] =>
  expiredHold(spec.hold, now, () => placeInTree(treeOf(document, lower), ['hold', 'until']), {
    key: document.data.metadata.name,
    summary: `The hold of sensor ${document.data.metadata.name}`,
  })

/** A site that is held is held with all that stands in it. */
function withHold(appliance: DesiredAppliance, sites: Fleet['sites']): DesiredAppliance {
  const hold = sites.get(appliance.site ?? '')?.hold
  return appliance.hold || !hold ? appliance : { ...appliance, hold }
}

function emptySet(documents: readonly ParsedDocument[], mayBeEmpty: boolean): Problem[] {
  const suffices = (document: ParsedDocument) =>
    isApplianceDocument(document) || (mayBeEmpty && kindOf(document) === 'Fleet')
  if (documents.some(suffices)) return []
  return [
    documentProblem('NO_SENSORS', {
      summary:
        documents.length === 0
          ? 'The given paths hold no documents'
          : 'The given documents declare no sensor and no management console',
      hint: 'Give the files or folders of the fleet. An empty set is never taken as "nothing to do".',
    }),
  ]
}

/** By file and line, and no more of one file than anybody reads. What is wrong in a layer that sensors share is said once, and of no sensor. */
function sorted(problems: readonly Problem[]): Problem[] {
  const unique = new Map<string, Problem>()
  for (const problem of problems) {
    const earlier = unique.get(idOf(problem))
    unique.set(idOf(problem), earlier && earlier.key !== problem.key ? withoutKey(earlier) : problem)
  }
  return cutOff([...unique.values()])
}

function withoutKey(problem: Problem): Problem {
  const { key: _, ...rest } = problem
  return rest
}

const idOf = ({ code, at, key, summary }: Problem): string =>
  JSON.stringify(at ? [code, at.file, at.line, at.column, summary] : [code, key, summary])
