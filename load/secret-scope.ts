/**
 * Holds a fleet to the secret scope of the runner: every secret that is referred to, and every host that it would be sent
 * to, is looked up before anything is contacted. Reads no secret.
 *
 * @module
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { dirname, resolve } from 'node:path'
import type * as z from 'zod'
import { credentials as credentialsSchema } from '../schemas/access.ts'
import { applianceSchemas } from '../schemas/documents.ts'
import { formatPath } from '../schemas/fields.ts'
import { appliancesOf, type DesiredAppliance, type Fleet, type LoadedSecret } from '../schemas/fleet.ts'
import { factsOf, unwrapped } from '../schemas/layered.ts'
import type { Problem, SourcePlace } from '../schemas/problem.ts'
import { secretScope, type SecretScopeSpec } from '../schemas/secret-scope.ts'
import { toFindings } from './finding.ts'
import { firstProblems } from './left-out.ts'
import { faultProblems, parseDocuments, type ParsedDocument } from './parse-documents.ts'
import { documentProblem } from './problem.ts'
import { rangeAt } from './range-at.ts'
import { readFiles, shownPath } from './read-files.ts'
import { realPath } from './read-reference.ts'
import { isObject, knownKeys, memberOf, sensitive } from './schema-walk.ts'
import { secretName } from './secrets.ts'
import { placeOf } from './source.ts'

/** A scope that was read. */
export interface SecretScope {
  /** As it is shown. */
  file: string
  entries: readonly ScopeEntry[]
}

interface ScopeEntry {
  matches: (secret: Sent) => boolean
  receives: (host: string) => boolean
}

/**
 * What is sent: a secret, what the machine itself signs in to Azure with, or what an appliance holds from earlier and
 * sends on to whatever server it is told of.
 */
type Sent = LoadedSecret | 'azureIdentity' | 'heldByAppliance'

/** Reads a scope file. What is wrong with it is told at its place, and nothing is in scope then. */
export function readSecretScope(
  path: string,
  { cwd, secretsDir }: { cwd: string; secretsDir?: string | undefined },
): { scope: SecretScope; problems: Problem[] } {
  const { sources, problems } = readFiles([path], cwd)
  const parsed = sources.map(parseDocuments)
  const faults = parsed.flatMap(faultProblems)
  const folder = secretsDir === undefined ? dirname(resolve(cwd, path)) : resolve(cwd, secretsDir)
  const read = parsed.flatMap(({ documents }) => documents).map((document) => readDocument(document, folder))
  return {
    scope: { file: shownPath(resolve(cwd, path), cwd), entries: read.flatMap(({ entries }) => entries) },
    problems: [...problems, ...faults, ...read.flatMap((one) => one.problems)],
  }
}

function readDocument(document: ParsedDocument, folder: string): { entries: ScopeEntry[]; problems: Problem[] } {
  const { success, data, error } = secretScope.safeParse(document.value)
  if (success) return { entries: data.spec.secrets.map((entry) => entryOf(entry, folder)), problems: [] }
  const findings = toFindings(secretScope, document.value, error.issues)
  const problems = firstProblems(document.source.file, findings, ({ code, path, mark, ...text }) =>
    documentProblem(code, {
      at: placeOf(document.source, rangeAt(document, path, mark)),
      field: formatPath(path.map(String)),
      ...text,
    }),
  )
  return { entries: [], problems }
}

function entryOf({ fromEnv, fromFile, ...rest }: SecretScopeSpec['secrets'][number], folder: string): ScopeEntry {
  const receives = receiversOf(rest.sentTo)
  if (fromEnv !== undefined) {
    const pattern = patternOf(fromEnv, String.raw`\w*`)
    return { matches: (sent) => isReference(sent) && matchesOne(pattern, sent.fromEnv), receives }
  }
  if (fromFile !== undefined) {
    const pattern = patternOf(resolve(realPath(folder) ?? folder, fromFile), '[^/]*')
    return { matches: (sent) => isReference(sent) && matchesOne(pattern, realFile(sent.fromFile)), receives }
  }
  const meant = rest.azureIdentity ? 'azureIdentity' : 'heldByAppliance'
  return { matches: (sent) => sent === meant, receives }
}

const isReference = (sent: Sent): sent is LoadedSecret => typeof sent === 'object'

/** What is not there is matched by no pattern, not even by `*`. */
const matchesOne = (pattern: RegExp, text: string | undefined): boolean => text !== undefined && pattern.test(text)

/** Where the file really lies, as a link could stand for any other secret; a file that is not there yet is none. */
const realFile = (file: string | undefined): string | undefined => file && (realPath(file) ?? file)

const patternOf = (text: string, any: string): RegExp => new RegExp(`^${text.split('*').map(literally).join(any)}$`)

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

function receiversOf(sentTo: readonly string[]): (host: string) => boolean {
  const networks = new BlockList()
  const names = new Set<string>()
  const domains: string[] = []
  for (const receiver of sentTo) {
    const [address = '', bits] = receiver.split('/')
    const family = familyOf(address)
    if (bits !== undefined && family) networks.addSubnet(address, Number(bits), family)
    else if (family) networks.addAddress(address, family)
    else if (receiver.startsWith('*.')) domains.push(receiver.slice(1).toLowerCase())
    else names.add(receiver.toLowerCase())
  }
  return (host) => {
    const family = familyOf(host)
    return family
      ? networks.check(host, family)
      : names.has(host) || domains.some((domain) => host.endsWith(domain) && host.length > domain.length)
  }
}

const familyOf = (address: string): 'ipv4' | 'ipv6' | undefined =>
  isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined

/** Where a finding lies: at a field of an appliance, or in the Fleet document. */
interface Where {
  appliance?: DesiredAppliance
  path: readonly string[]
}

/** One way of a secret to one host. */
interface Sending {
  sent: Sent
  at: Where
  host: string
  hostAt: Where
}

/**
 * What a fleet would send outside the scope: one problem for each secret that the scope does not name, and one for each
 * host that a named one may not be sent to. `placeInFleet` gives places in the Fleet document, where it is at hand.
 */
export function secretsOutside(
  fleet: Omit<Fleet, 'root' | 'policy'>,
  { file, entries }: SecretScope,
  placeInFleet?: (path: readonly string[]) => SourcePlace | undefined,
): Problem[] {
  const told = new Map<string, Problem>()
  for (const { sent, at, host, hostAt } of sendingsOf(fleet)) {
    const named = entries.filter(({ matches }) => matches(sent))
    if (named.some(({ receives }) => receives(host))) continue
    const [where, summary] =
      named.length === 0 && sent !== 'heldByAppliance'
        ? [at, `The secret scope does not name the ${nameOf(sent)}`]
        : [hostAt, `The ${nameOf(sent)} may not be sent to ${host}`]
    const hint = `${file} says which secrets may be sent where. If this is right, whoever keeps that file adds ${sent === 'heldByAppliance' ? 'the host to an entry with heldByAppliance: true' : 'it there'}.`
    const problem = problemAt(where, { summary, hint }, placeInFleet)
    told.set(JSON.stringify([problem.at ?? problem.key, summary]), problem)
  }
  return [...told.values()]
}

function nameOf(sent: Sent): string {
  if (isReference(sent)) return secretName(sent)
  return sent === 'azureIdentity' ? 'identity of this machine in Azure' : 'password that the appliance may hold already'
}

function problemAt(
  { appliance, path }: Where,
  text: { summary: string; hint: string },
  placeInFleet?: (path: readonly string[]) => SourcePlace | undefined,
): Problem {
  const at = appliance ? placeAt(appliance, path) : placeInFleet?.(path)
  return documentProblem('SECRET_SCOPE', {
    ...text,
    ...(at && { at }),
    ...(appliance && { key: appliance.key }),
    field: formatPath([...path]),
  })
}

/** The place of a field, or of what it lies in. */
function placeAt({ origins, place }: DesiredAppliance, path: readonly string[]): SourcePlace {
  const depth = path.findLastIndex((_, index) => origins.has(formatPath(path.slice(0, index + 1))))
  return origins.get(formatPath(path.slice(0, depth + 1)))?.place ?? place
}

function* sendingsOf(fleet: Omit<Fleet, 'root' | 'policy'>): Generator<Sending> {
  for (const [name, { azure }] of fleet.registrars) {
    if (!azure) continue
    const at = (key: string): Where => ({ path: ['spec', 'registrars', name, 'azure', key] })
    const host = hostOf(azure.endpoint)
    yield {
      sent: azure.token ?? 'azureIdentity',
      at: at(azure.token ? 'token' : 'endpoint'),
      host,
      hostAt: at('endpoint'),
    }
  }
  for (const appliance of appliancesOf(fleet)) {
    const { settings } = applianceSchemas[appliance.kind]
    for (const secret of [...signIns(fleet, appliance), ...secretsIn(settings, appliance.settings, [], appliance)]) {
      for (const { host, hostAt } of [...addressesOf(appliance), ...secret.sentOn]) yield { ...secret, host, hostAt }
    }
    for (const { host, hostAt } of serversWithoutSecret(settings, appliance.settings, [], appliance))
      yield { sent: 'heldByAppliance', at: hostAt, host, hostAt }
  }
}

type Receivers = Pick<Sending, 'host' | 'hostAt'>[]
type SecretAt = Pick<Sending, 'sent' | 'at'> & { sentOn: Receivers }

/** An appliance that moves is signed in to at its new address as well. */
function addressesOf(appliance: DesiredAppliance): Receivers {
  const { endpoint } = appliance.access
  const address = appliance.settings.network?.address
  return [
    { host: hostOf(endpoint), hostAt: { appliance, path: ['access', 'endpoint'] } },
    ...(address === undefined ? [] : [{ host: address, hostAt: { appliance, path: ['network', 'address'] } }]),
  ]
}

/** Entries of one appliance alone stand under `<name>/<key>`. */
function signIns({ credentials }: Pick<Fleet, 'credentials'>, { access }: DesiredAppliance): SecretAt[] {
  return [access.credentials, access.readCredentials].flatMap((name) => {
    const entry = name === undefined ? undefined : credentials.get(name)
    const path = ['spec', 'credentials', (name ?? '').split('/')[0] ?? '']
    return entry ? secretsIn(credentialsSchema, entry, path) : []
  })
}

/** Every secret of a value, and the servers that the appliance sends it on to, as the schema says. */
function secretsIn(
  schema: z.ZodType,
  value: unknown,
  path: readonly string[],
  appliance?: DesiredAppliance,
  sentOn: Receivers = [],
): SecretAt[] {
  if (Array.isArray(value)) {
    const element = memberOf(schema, 0)
    return element ? value.flatMap((item, index) => secretsIn(element, item, [...path, String(index)], appliance)) : []
  }
  if (!isObject(value)) return []
  if (sensitive(schema)) return [{ sent: value, at: { ...(appliance && { appliance }), path }, sentOn }]
  return Object.entries(value).flatMap(([key, item]) => {
    const member = memberOf(unwrapped(schema), key)
    if (!member) return []
    const beside = factsOf(member)?.['x-sent-on-to']
    const server = beside === undefined ? undefined : value[beside]
    const on = typeof server === 'string' ? [serverAt(server, [...path, beside ?? ''], appliance)] : sentOn
    return secretsIn(member, item, [...path, key], appliance, on)
  })
}

/**
 * Servers whose secret is not declared beside them: a secret that is not declared stays as it is on the appliance, which
 * then tells it to the new server. Actions of forwarding rules have maps of secrets, and are written whole.
 */
function serversWithoutSecret(
  schema: z.ZodType,
  value: unknown,
  path: readonly string[],
  appliance: DesiredAppliance,
): Receivers {
  if (!isObject(value)) return []
  const own = knownKeys(schema).flatMap((key) => {
    const member = memberOf(schema, key)
    const beside = member && sensitive(member) ? factsOf(member)?.['x-sent-on-to'] : undefined
    const server = beside === undefined || value[key] !== undefined ? undefined : value[beside]
    return typeof server === 'string' ? [serverAt(server, [...path, beside ?? ''], appliance)] : []
  })
  const below = Object.entries(value).flatMap(([key, item]) => {
    const member = memberOf(schema, key)
    return member ? serversWithoutSecret(member, item, [...path, key], appliance) : []
  })
  return [...own, ...below]
}

const serverAt = (server: string, path: readonly string[], appliance?: DesiredAppliance): Receivers[number] => ({
  host: hostOf(server),
  hostAt: { ...(appliance && { appliance }), path },
})

/** The host of a URL, or a host as it is; small letters, IPv6 without brackets. */
function hostOf(text: string): string {
  const host = URL.canParse(text) && text.includes('://') ? new URL(text).hostname : text
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, '')
}
