/**
 * One appliance: its layers merged, checked as a whole, its references followed.
 *
 * @module
 */
import type * as z from 'zod'
import { applianceSchemas, type ApplianceKind, type ApplianceSpec } from '../schemas/documents.ts'
import { formatPath } from '../schemas/fields.ts'
import type { DesiredAppliance, DesiredSettings, LoadedAccess, Origin } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import type { CheckedDocument } from './check-document.ts'
import { toFindings } from './finding.ts'
import { leavesOf, originAt, toValue } from './layer.ts'
import {
  isInherited,
  layerOf,
  mergeLayers,
  originOf,
  type ApplianceDocument,
  type From,
  type LayerTree,
} from './layers.ts'
import { documentProblem, type DocumentCode } from './problem.ts'
import type { ReferenceReader } from './read-reference.ts'
import { folderOf, followReferences, followTrust, type ReferenceContext } from './references.ts'
import { factsOf } from '../schemas/layered.ts'
import { isObject, schemaAt, sensitive } from './schema-walk.ts'
import { hubsOf, requirements, type Requirement } from './appliance-rules.ts'
import { rangeAt } from './range-at.ts'
import { placeOf } from './source.ts'

export type SiteDocument = Extract<CheckedDocument, { kind: 'Site' }>
export type FleetDocument = Extract<CheckedDocument, { kind: 'Fleet' }>
export type LowerDocument = FleetDocument | SiteDocument

/** What all appliances share while loading. */
export interface ResolveContext {
  reader: ReferenceReader
  secretsDir?: string | undefined
  packagesDir?: string | undefined
  env: NodeJS.ProcessEnv
  /** Wall clock, ms. */
  now: number
  /** Paths are shown relative to it. */
  cwd: string
}

/** An appliance of a set of documents; without `desired` it has errors and takes no further part. */
export interface ResolvedAppliance {
  document: ApplianceDocument
  /** Documents of the layers below it, the lowest first. */
  lower: readonly LowerDocument[]
  /** All layers merged, before references are followed. */
  spec: ApplianceSpec
  desired?: DesiredAppliance
  problems: readonly Problem[]
}

/** Merges, checks and resolves. */
export function resolveAppliance(
  context: ResolveContext,
  document: ApplianceDocument,
  lower: readonly LowerDocument[],
): ResolvedAppliance {
  const problems: Problem[] = []
  const { tree, spec, report } = mergeAppliance(document, lower, problems)
  const resolved = { document, lower, spec }
  if (problems.some(({ severity }) => severity === 'error')) return { ...resolved, problems }
  const references = referenceContext(context, document, tree, spec, report)
  const desired = desiredAppliance(references, document, lower, spec)
  return { ...resolved, desired, problems }
}

/** All layers of an appliance as one tree. Made anew whenever somebody asks: a fleet of trees would take more memory than all else. */
export const treeOf = (document: ApplianceDocument, lower: readonly LowerDocument[]): LayerTree =>
  mergeLayers([...lower.map(layerOf), layerOf(document)])

/** Merges the layers and checks them as a whole. What is found is added to `problems`; no reference is followed. */
export function mergeAppliance(
  document: ApplianceDocument,
  lower: readonly LowerDocument[],
  problems: Problem[],
): { tree: LayerTree; spec: ApplianceSpec; report: Report } {
  const tree = treeOf(document, lower)
  const value = toValue(tree)
  const key = document.data.metadata.name
  const report: Report = (code, path, { mark, severity, ...text }) =>
    problems.push(
      documentProblem(code, {
        at: placeInTree(tree, path, mark),
        key,
        field: fieldOf(path),
        ...text,
        ...(severity && { severity }),
      }),
    )
  const schema = applianceSchemas[document.kind].spec
  const parsed = schema.safeParse(value)
  if (!parsed.success) reportIssues(schema, value, parsed.error.issues, report)
  const spec = (parsed.data ?? value) as ApplianceSpec
  for (const { code, path, ...text } of requirements(spec, hubsIn(lower))) report(code, path, text)
  return { tree, spec, report }
}

/** Nobody knows the registrars of a document that stands alone. */
function hubsIn(lower: readonly LowerDocument[]): ReadonlySet<string> | undefined {
  const fleet = lower.find((one) => one.kind === 'Fleet')
  return fleet && hubsOf(Object.entries(fleet.data.spec.registrars ?? {}))
}

/** Says what is wrong at a path of the merged spec. */
export type Report = (
  code: DocumentCode,
  path: readonly PropertyKey[],
  text: Omit<Requirement, 'code' | 'path'> & { mark?: 'key' },
) => void

function reportIssues(schema: z.ZodType, value: unknown, issues: readonly z.core.$ZodIssue[], report: Report): void {
  for (const { code, path, ...text } of toFindings(schema, value, issues)) report(code, path, text)
}

const fieldOf = (path: readonly PropertyKey[]): string => formatPath(path.map(String))

/** The place of a merged value, or of the nearest place above it. */
export function placeInTree(tree: LayerTree, path: readonly PropertyKey[], mark?: 'key') {
  const from = originAt(tree, path)
  const depth = from.path.length - (from.path[1] === 'defaults' ? 2 : 1)
  return placeOf(from.document.source, rangeAt(from.document, [...from.path, ...path.slice(depth)], mark))
}

function referenceContext(
  { reader, secretsDir, packagesDir }: ResolveContext,
  document: ApplianceDocument,
  tree: LayerTree,
  { name }: ApplianceSpec,
  report: Report,
): ReferenceContext {
  const { name: key, site } = document.data.metadata
  return {
    reader,
    secretsDir,
    packagesDir,
    values: { key, name, site },
    folderAt: (path) => folderOf(originAt(tree, path).document.source.path),
    report: (code, path, summary, hint) => report(code, path, { summary, hint }),
  }
}

function desiredAppliance(
  references: ReferenceContext,
  document: ApplianceDocument,
  lower: readonly LowerDocument[],
  { access, hold, ...settings }: ApplianceSpec,
): DesiredAppliance {
  const { name: key, site, labels = {}, formerKey } = document.data.metadata
  const trust = followTrust(references, access.trust ?? [], ['access', 'trust'], key, formerKey)
  let origins: ReadonlyMap<string, Origin> | undefined
  return {
    kind: document.kind,
    key,
    ...(formerKey !== undefined && { formerKey }),
    ...(site !== undefined && { site }),
    labels,
    access: { ...access, driver: access.driver ?? 'api', trust } as LoadedAccess,
    settings: followReferences(references, applianceSchemas[document.kind].settings, settings, []) as DesiredSettings,
    ...(hold && { hold }),
    get place() {
      return placeOf(document.source, rangeAt(document, ['metadata', 'name']))
    },
    // Most of a fleet has nothing to tell that needs a place.
    get origins() {
      return (origins ??= originsOf(document.kind, treeOf(document, lower)))
    },
  }
}

/** The origin of every leaf, and of the parts of leaves that are maps, each at its own place. */
function originsOf(kind: ApplianceKind, tree: LayerTree): Map<string, Origin> {
  return new Map(
    leavesOf(tree).flatMap(({ path, value, from }) =>
      partsOf(kind, path, value, from).map(([path, part]) => [path, originOf(part)] as const),
    ),
  )
}

type Parts = readonly (readonly [path: string, from: From])[]

const parts = new WeakMap<From, Parts>()

/** Made once where sensors inherit it. */
function partsOf(kind: ApplianceKind, path: readonly string[], value: unknown, from: From): Parts {
  if (!isInherited(from)) return makeParts(kind, path, value, from)
  let made = parts.get(from)
  if (!made) parts.set(from, (made = makeParts(kind, path, value, from)))
  return made
}

const makeParts = (kind: ApplianceKind, path: readonly string[], value: unknown, from: From): Parts =>
  [[path, from] as const, ...innerParts(kind, path, value, from)].map(
    ([path, part]) => [formatPath(path), part] as const,
  )

/** Secrets and files are one value; other groups that replace whole still have places of their own inside. */
function innerParts(
  kind: ApplianceKind,
  path: readonly string[],
  value: unknown,
  from: From,
): (readonly [readonly string[], From])[] {
  const schema = schemaAt(applianceSchemas[kind].spec, path)
  const whole = !schema || sensitive(schema) || factsOf(schema)?.['x-file'] === true
  if (whole || !isObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => {
    const inner = { ...from, path: [...from.path, key] }
    return [[[...path, key], inner] as const, ...innerParts(kind, [...path, key], item, inner)]
  })
}
