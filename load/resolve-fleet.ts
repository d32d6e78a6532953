/**
 * The parts of the Fleet and Site documents, with their references followed.
 *
 * @module
 */
import type { Credentials, RegistrarSpec } from '../schemas/access.ts'
import { azureEndpoint, credentials as credentialsSchema, registrar as registrarSchema } from '../schemas/access.ts'
import type { DesiredAppliance, LoadedRegistrar, Site } from '../schemas/fleet.ts'
import type { Hold } from '../schemas/access.ts'
import { registrarPinKey } from '../schemas/pin-file.ts'
import type { Problem, SourcePlace } from '../schemas/problem.ts'
import { hasPlaceholder, type PlaceholderValues } from './placeholders.ts'
import { documentProblem } from './problem.ts'
import { folderOf, followFolder, followReferences, followTrust, type ReferenceContext } from './references.ts'
import type { FleetDocument, ResolveContext, SiteDocument } from './resolve-appliance.ts'
import { dnsNameOf } from './appliance-rules.ts'
import { rangeAt } from './range-at.ts'
import { placeOf } from './source.ts'

/** Follows references of the Fleet document itself, outside its defaults. */
function fleetReferences(
  { reader, secretsDir }: ResolveContext,
  document: FleetDocument,
  problems: Problem[],
  values: PlaceholderValues = {},
): ReferenceContext {
  return {
    reader,
    secretsDir,
    values,
    folderAt: () => folderOf(document.source.path),
    report: (code, path, summary, hint) =>
      problems.push(documentProblem(code, { at: placeOf(document.source, rangeAt(document, path)), summary, hint })),
  }
}

/** Registrars by name. */
export function resolveRegistrars(
  context: ResolveContext,
  document: FleetDocument | undefined,
  problems: Problem[],
): Map<string, LoadedRegistrar> {
  if (!document) return new Map()
  const references = fleetReferences(context, document, problems)
  const entries = Object.entries(document.data.spec.registrars ?? {}).map(
    ([name, spec]) => [name, resolveRegistrar(references, name, spec)] as const,
  )
  return new Map(entries)
}

function resolveRegistrar(references: ReferenceContext, name: string, spec: RegistrarSpec): LoadedRegistrar {
  const path = ['spec', 'registrars', name]
  if (spec.directory) {
    const at = [...path, 'directory', 'path']
    return { directory: { path: followFolder(references, spec.directory.path, at) ?? spec.directory.path } }
  }
  const anchors = spec.azure?.trust ?? [{ system: true as const }]
  const { azure } = followReferences(references, registrarSchema, spec, path) as RegistrarSpec
  const trust = followTrust(references, anchors, [...path, 'azure', 'trust'], registrarPinKey(name))
  const byAuthority = anchors.some(({ caFile, system }) => caFile !== undefined || system)
  const { endpoint = azureEndpoint } = azure ?? {}
  if (byAuthority && dnsNameOf(endpoint) === undefined) {
    const hint = 'Name the host in the endpoint, or pin its key.'
    const summary = 'A certificate authority is trusted, but the endpoint is an address, which certificates do not name'
    references.report('NO_SERVER_NAME', [...path, 'azure', 'endpoint'], summary, hint)
  }
  return { azure: { ...azure, endpoint, trust } } as LoadedRegistrar
}

/** Sites by name. */
export const resolveSites = (documents: readonly SiteDocument[]): Map<string, Site> =>
  new Map(
    documents.map(({ data: { metadata, spec } }) => [
      metadata.name,
      {
        name: metadata.name,
        labels: metadata.labels ?? {},
        ...(spec.window && { window: spec.window }),
        ...(spec.hold && { hold: spec.hold }),
      },
    ]),
  )

/** A hold that is over, at its place. */
export function expiredHold(
  hold: Hold | undefined,
  now: number,
  at: () => SourcePlace,
  whose: { key?: string; summary: string },
): Problem[] {
  if (!hold || Date.parse(hold.until) > now) return []
  const { key, summary } = whose
  return [
    documentProblem('HOLD_EXPIRED', {
      at: at(),
      ...(key !== undefined && { key }),
      summary: `${summary} ended at ${hold.until}; it is contacted again`,
      hint: 'Remove the hold, or give it a later end.',
    }),
  ]
}

/** Expired holds of sites; those of sensors are found with them. */
export const siteHolds = (sites: readonly SiteDocument[], now: number): Problem[] =>
  sites.flatMap((document) =>
    expiredHold(
      document.data.spec.hold,
      now,
      () => placeOf(document.source, rangeAt(document, ['spec', 'hold', 'until'])),
      { summary: `The hold of site ${document.data.metadata.name}` },
    ),
  )

/**
 * Credentials by name. An entry whose references hold placeholders is another one for each appliance that uses it: it is
 * added under `<name>/<key>`, and the appliance refers to that.
 */
export function resolveCredentials(
  context: ResolveContext,
  document: FleetDocument | undefined,
  declared: readonly DesiredAppliance[],
  problems: Problem[],
): { credentials: Map<string, Credentials>; appliances: DesiredAppliance[] } {
  const entries = Object.entries(document?.data.spec.credentials ?? {})
  const credentials = new Map<string, Credentials>()
  const ownEntries = new Set(entries.filter(([, entry]) => hasPlaceholder(JSON.stringify(entry))).map(([name]) => name))
  const follow = (name: string, entry: Credentials, values: PlaceholderValues): Credentials => {
    const references = fleetReferences(context, document as FleetDocument, problems, values)
    return followReferences(references, credentialsSchema, entry, ['spec', 'credentials', name]) as Credentials
  }
  const shared = entries.filter(([name]) => !ownEntries.has(name))
  for (const [name, entry] of shared) credentials.set(name, follow(name, entry, {}))
  const ownEntry = (sensor: DesiredAppliance, name: string | undefined): string | undefined => {
    if (name === undefined || !ownEntries.has(name)) return name
    const own = `${name}/${sensor.key}`
    const entry = document?.data.spec.credentials?.[name]
    const values = { key: sensor.key, name: sensor.settings.name, site: sensor.site }
    if (entry && !credentials.has(own)) credentials.set(own, follow(name, entry, values))
    return own
  }
  return { credentials, appliances: declared.map((appliance) => withCredentials(appliance, ownEntry)) }
}

function withCredentials(
  sensor: DesiredAppliance,
  ownEntry: (sensor: DesiredAppliance, name: string | undefined) => string | undefined,
): DesiredAppliance {
  const { credentials, readCredentials } = sensor.access
  const [own, read] = [ownEntry(sensor, credentials), ownEntry(sensor, readCredentials)]
  if (own === credentials && read === readCredentials) return sensor
  const access = {
    ...sensor.access,
    credentials: own ?? credentials,
    ...(read !== undefined && { readCredentials: read }),
  }
  return { ...sensor, access }
}
