/**
 * Peers that an appliance will speak TLS with once its document is carried out: certificate validation judges these, and
 * not those that are about to go.
 *
 * A management console that is known by its connection string alone is left out: its address is part of a secret.
 *
 * @module
 */
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Observation, PlannedPeer } from '../driver.ts'
import { actionPathOf, declaredFields, liesBelow, ruleOf } from './setting-fields.ts'

export interface PlannedPeers {
  /** Not there yet, or elsewhere. */
  added: readonly PlannedPeer[]
  /** Paths of present peers that will no longer be. */
  gone: ReadonlySet<string>
}

interface Peer {
  path: string
  before: PlannedPeer | undefined
  after: PlannedPeer | undefined
}

type Read = (path: string) => unknown

/** What carrying out the document makes of the peers. `isPlanned` tells whether what lies at a path is carried out. */
export function plannedPeers(
  fleet: Pick<Fleet, 'managementConsoles'>,
  desired: DesiredAppliance,
  observation: Pick<Observation, 'live' | 'consoleConnection'>,
  isPlanned: (path: string) => boolean,
): PlannedPeers {
  const peers = [
    ...syslogPeers(desired, observation),
    mailPeer(desired, observation),
    consolePeer(fleet, desired, observation),
  ]
  const moved = peers.filter((peer) => peer !== undefined).filter(({ path }) => isPlanned(path))
  return {
    added: moved.flatMap(({ before, after }) => (after && !isSame(before, after) ? [after] : [])),
    gone: new Set(moved.flatMap(({ path, before, after }) => (before && !after ? [path] : []))),
  }
}

const isSame = (one: PlannedPeer | undefined, other: PlannedPeer): boolean =>
  one?.host === other.host && one.port === other.port && one.tls === other.tls

function syslogPeers(desired: DesiredAppliance, { live }: Pick<Observation, 'live'>): Peer[] {
  const declared = declaredFields(desired)
  const paths = new Set([...declared.keys(), ...live.keys()].flatMap((path) => actionPathOf(path) ?? []))
  return [...paths].map((path) => {
    const before = syslogPeer(path, (name) => live.get(name))
    return { path, before, after: syslogAfter(desired, path, before, (name) => declared.get(name) ?? live.get(name)) }
  })
}

/** An action is of one type, so that declaring another ends this one. */
function syslogAfter(
  desired: DesiredAppliance,
  path: string,
  before: PlannedPeer | undefined,
  read: Read,
): PlannedPeer | undefined {
  const { rules = {}, unmanagedRules } = desired.settings.forwarding ?? {}
  const rule = rules[ruleOf(path) ?? '']
  if (rule?.absent === true || (!rule && unmanagedRules === 'remove')) return undefined
  const own = [...declaredFields(desired).keys()].filter((one) => liesBelow(one, path))
  if (own.length === 0) return before
  return own.some((one) => liesBelow(one, `${path}.syslog`)) ? syslogPeer(path, read) : undefined
}

const syslogPeer = (path: string, read: Read): PlannedPeer | undefined =>
  read(`${path}.syslog.protocol`) === 'tls'
    ? peerAt(path, read(`${path}.syslog.host`), read(`${path}.syslog.port`), 'implicit')
    : undefined

function mailPeer(desired: DesiredAppliance, { live }: Pick<Observation, 'live'>): Peer {
  const declared = declaredFields(desired)
  return {
    path: 'mailServer',
    before: mailAt((path) => live.get(path)),
    after: mailAt((path) => declared.get(path) ?? live.get(path)),
  }
}

function mailAt(read: Read): PlannedPeer | undefined {
  const tls = read('mailServer.tls')
  if (read('mailServer.enabled') === false || (tls !== 'implicit' && tls !== 'starttls')) return undefined
  return peerAt('mailServer', read('mailServer.host'), read('mailServer.port'), tls)
}

function consolePeer(
  { managementConsoles }: Pick<Fleet, 'managementConsoles'>,
  { kind, settings }: DesiredAppliance,
  { consoleConnection }: Pick<Observation, 'consoleConnection'>,
): Peer | undefined {
  const { enabled, console: key } = settings.managementConsole ?? {}
  const path = 'managementConsole'
  const { state = 'NotConfigured', address } = consoleConnection ?? {}
  const before = state === 'NotConfigured' ? undefined : peerAt(path, address, httpsPort, 'implicit')
  if (kind !== 'Sensor') return undefined
  if (enabled === false) return { path, before, after: undefined }
  const endpoint = key === undefined ? undefined : managementConsoles.get(key)?.access.endpoint
  if (endpoint === undefined) return undefined
  const { hostname, port } = new URL(endpoint)
  // The port of the connection is not told: the same address is the same console.
  if (before?.host === hostname) return undefined
  return { path, before, after: peerAt(path, hostname, port === '' ? httpsPort : Number(port), 'implicit') }
}

const httpsPort = 443

const peerAt = (path: string, host: unknown, port: unknown, tls: PlannedPeer['tls']): PlannedPeer | undefined =>
  typeof host === 'string' && typeof port === 'number' ? { path, host, port, tls } : undefined
