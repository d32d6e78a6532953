/** What certificate validation would halt: every peer is really connected to, and nothing is sent. */
import { formatPath } from '../../schemas/fields.ts'
import type { PeerCheck, PeerCheckRequest } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { lookAtMailServer } from '../mail.ts'
import { mailServerOf } from './deliver.ts'
import { lookAtServer, type PeerLook } from './send.ts'
import type { Appliance, Call, Handlers } from './sensor.ts'
import type { ApplianceState } from './state.ts'

interface Peer {
  path: string
  host: string
  port: number
  look: (authorities: string | null) => Promise<PeerLook>
}

/** One line for each kind of peer. */
const kinds: readonly ((state: ApplianceState) => Peer[])[] = [syslogServers, mailServers]

async function checkPeers(appliance: Appliance, call: Call): Promise<Answer> {
  const { authorities } = call.body as PeerCheckRequest
  const { state } = appliance
  const judges = authorities ?? state.settings.certificate.chain
  const peers = await Promise.all(
    kinds
      .flatMap((peersOf) => peersOf(state))
      .map(async ({ path, host, port, look }) => ({ path, host, port, ...(await look(judges)) })),
  )
  return { status: 200, body: { peers } satisfies PeerCheck }
}

function syslogServers({ settings }: ApplianceState): Peer[] {
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

function mailServers(state: ApplianceState): Peer[] {
  const server = mailServerOf(state)
  if (!server || server.tls === 'none') return []
  const { authorities: _, ...unjudged } = server
  const look = (authorities: string | null) =>
    lookAtMailServer({ ...unjudged, ...(authorities !== null && { authorities }) })
  return [{ path: 'mailServer', host: server.host, port: server.port, look }]
}

export const peerHandlers: Handlers = { checkPeers }
