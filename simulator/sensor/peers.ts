/** What certificate validation would halt: every peer is really connected to, and nothing is sent. */
import { formatPath } from '../../schemas/fields.ts'
import type { PeerCheck, PeerCheckRequest } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { lookAtMailServer } from '../mail.ts'
import { probeTls, type Probe } from '../tls-probe.ts'
import { consoleEndpoint } from './console-link.ts'
import { mailServerOf } from './deliver.ts'
import { lookAtServer, type PeerLook } from './send.ts'
import type { Console } from '../console/console.ts'
import type { Appliance, Call, Handlers, Sensor } from './sensor.ts'

interface Peer {
  path: string
  host: string
  port: number
  look: (authorities: string | null) => Promise<PeerLook>
}

type Planned = NonNullable<PeerCheckRequest['peers']>[number]

/** One line for each kind of peer. */
const kinds: readonly ((appliance: Appliance) => Peer[])[] = [syslogServers, mailServers, consoles, sensors]

async function checkPeers(appliance: Appliance, call: Call): Promise<Answer> {
  const { authorities, peers: planned = [] } = call.body as PeerCheckRequest
  const replaced = new Set(planned.map(({ path }) => path))
  const { state } = appliance
  const judges = authorities ?? state.settings.certificate.chain
  const present = kinds.flatMap((peersOf) => peersOf(appliance)).filter(({ path }) => !replaced.has(path))
  const peers = await Promise.all(
    [...present, ...planned.map((peer) => plannedPeer(appliance, peer))].map(async ({ path, host, port, look }) => ({
      path,
      host,
      port,
      ...(await look(judges)),
    })),
  )
  return { status: 200, body: { peers } satisfies PeerCheck }
}

function syslogServers({ state: { settings } }: Appliance): Peer[] {
  const rules = Object.entries(settings.forwarding.rules ?? {})
  return rules.flatMap(([rule, { actions }]) =>
    Object.entries(actions ?? {}).flatMap(([action, { syslog }]) => {
      if (syslog?.protocol !== 'tls') return []
      const [host, port] = [syslog.host ?? '', syslog.port ?? 0]
      const path = formatPath(['forwarding', 'rules', rule, 'actions', action])
      return [{ path, host, port, look: (authorities) => lookAtServer({ host, port, authorities }) }]
    }),
  )
}

function mailServers({ state }: Appliance): Peer[] {
  const server = mailServerOf(state)
  if (!server || server.tls === 'none') return []
  const { authorities: _, ...unjudged } = server
  const look = (authorities: string | null) =>
    lookAtMailServer({ ...unjudged, ...(authorities !== null && { authorities }) })
  return [{ path: 'mailServer', host: server.host, port: server.port, look }]
}

/** One that is about to be set up: each speaks TLS in its own way. */
function plannedPeer({ state }: Appliance, { path, host, port, tls }: Planned): Peer {
  if (path === 'mailServer') {
    const server = { host, port, tls, sender: '', validate: true }
    return {
      path,
      host,
      port,
      look: (authorities) => lookAtMailServer({ ...server, ...(authorities !== null && { authorities }) }),
    }
  }
  if (path !== 'managementConsole')
    return { path, host, port, look: (authorities) => lookAtServer({ host, port, authorities }) }
  return { path, host, port, look: lookAtAppliance(`https://${host}:${port}`, state) }
}

/** Without a chain it is judged by the own certificate of whoever looks. */
const lookAtAppliance =
  (endpoint: string, { settings }: Appliance['state']): Peer['look'] =>
  async (authorities) =>
    looks[await probeTls(endpoint, authorities ?? settings.certificate.certificate ?? '')]

/** The management console that a sensor is connected to. */
function consoles(appliance: Appliance): Peer[] {
  const endpoint = appliance.kind === 'Sensor' ? consoleEndpoint(appliance as Sensor) : undefined
  if (endpoint === undefined) return []
  const { hostname: host, port } = new URL(endpoint)
  return [{ path: 'managementConsole', host, port: Number(port), look: lookAtAppliance(endpoint, appliance.state) }]
}

/** The sensors that are connected to a management console: it judges them as they judge it. */
function sensors(appliance: Appliance): Peer[] {
  if (appliance.kind !== 'ManagementConsole') return []
  const { state, links } = appliance as Console
  return state.sensors
    .filter(({ connection }) => connection.id === 'SYNCED')
    .map(({ uid, name, interfaceAddress }) => {
      const endpoint = links.get(uid)?.sensor.endpoint() || `https://${interfaceAddress}`
      const { hostname: host, port } = new URL(endpoint)
      const path = formatPath(['sensors', name])
      return { path, host, port: port === '' ? 443 : Number(port), look: lookAtAppliance(endpoint, state) }
    })
}

const looks: Readonly<Record<Probe, PeerLook>> = {
  good: { result: 'valid', message: 'Its certificate is valid.' },
  certificate: { result: 'invalid', message: 'Its certificate could not be validated.' },
  unreachable: { result: 'unreachable', message: 'It did not answer.' },
}

export const peerHandlers: Handlers = { checkPeers }
