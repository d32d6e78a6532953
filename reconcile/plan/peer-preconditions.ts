/**
 * Certificate validation, when it is turned on, halts the communication with every peer whose certificate fails.
 *
 * | the appliance looked at its peers | one of them fails | `--allow-cut-off KEY` | then                              |
 * | --------------------------------- | ----------------- | --------------------- | --------------------------------- |
 * | yes                               | no                |                       | turned on, and disrupts nothing   |
 * | yes                               | yes               | no                    | VALIDATION_CUTS_OFF, not turned on |
 * | yes                               | yes               | yes                   | VALIDATION_CUTS_OFF, turned on    |
 * | cannot, and has peers             |                   |                       | VALIDATION_UNCHECKED, turned on   |
 *
 * Peers are those of the desired state: what is about to be written is looked at as well, and what is about to go is not.
 * Where a present one goes or gives way, that is done before validation is turned on.
 *
 * A peer that did not answer is named in VALIDATION_UNCHECKED: it withholds nothing, as nothing reaches it now either.
 *
 * @module
 */
import { formatPath } from '../../schemas/fields.ts'
import type { Problem } from '../../schemas/problem.ts'
import { problemOf, type Look } from '../compare/look.ts'
import { actionPathOf, segmentsOf } from '../compare/setting-fields.ts'
import type { PeerCheck } from '../driver.ts'
import type { Step } from '../plan-types.ts'
import { needing, type Checked } from './needs.ts'
import { groupOf } from './step-groups.ts'

const field = 'certificate.validation'

/** True for a step that turns certificate validation on. */
export const turnsValidationOn = ({ action }: Pick<Step, 'action'>): boolean =>
  'values' in action && action.values[field] === 'mandatory'

/** Names the peers that validation would cut off, and withholds it. */
export function checkPeers(look: Look, steps: readonly Step[]): Checked {
  if (!steps.some(turnsValidationOn)) return { steps: [...steps], problems: [] }
  return judgePeers(look, afterPeers(look, steps))
}

/** A present peer that fails would be halted until the step that takes it away. */
function afterPeers({ sight: { plannedPeers } }: Look, steps: readonly Step[]): Step[] {
  const moved = [...(plannedPeers?.gone ?? []), ...(plannedPeers?.added ?? []).map(({ path }) => path)]
  const ids = new Set(moved.map(groupOf))
  const first = steps.flatMap(({ id }) => (ids.has(id) ? [id] : []))
  return steps.map((step) => (turnsValidationOn(step) ? needing(step, first) : step))
}

function judgePeers(look: Look, steps: readonly Step[]): Checked {
  const { peers } = look.sight
  if (!peers) return { steps: [...steps], problems: unchecked(look, unseenPeers(look)) }
  const failing = peers.filter(({ result }) => result === 'invalid')
  const silent = peers.filter(({ result }) => result === 'unreachable')
  const isAllowed = look.context.options.overrides?.allowCutOff?.includes(look.desired.key) ?? false
  const problems = [...cutsOff(look, failing, isAllowed), ...unchecked(look, silent.map(nameWithReason))]
  if (failing.length === 0) return { steps: silent.length === 0 ? steps.map(withoutHarm) : [...steps], problems }
  if (!isAllowed) return { steps: steps.filter((step) => !turnsValidationOn(step)), problems }
  const disrupts = `the communication with ${failing.map(namePeer).join(', ')}`
  return { steps: steps.map((step) => (turnsValidationOn(step) ? { ...step, disrupts } : step)), problems }
}

/** Every peer was looked at, and none is cut off. */
function withoutHarm(step: Step): Step {
  if (!turnsValidationOn(step)) return step
  const { disrupts: _, ...harmless } = step
  return harmless
}

/** `siem of rule ops (10.1.9.1:6514)`, `mail server (mail.plant.example:465)`, `sensor line-1 (10.1.0.11:443)`. */
export function namePeer({ path, host, port }: Pick<PeerCheck, 'path' | 'host' | 'port'>): string {
  const [aspect = '', name = '', rule, , action] = segmentsOf(path)
  const names: Readonly<Record<string, string>> = {
    forwarding: `${action ?? ''} of rule ${rule ?? ''}`,
    mailServer: 'mail server',
    managementConsole: 'management console',
    sensors: `sensor ${name}`,
  }
  return `${names[aspect] ?? aspect} (${host}:${port})`
}

export const nameWithReason = (peer: PeerCheck): string => `${namePeer(peer)}: ${peer.message.replace(/\.$/, '')}`

function cutsOff({ desired }: Look, failing: readonly PeerCheck[], isAllowed: boolean): Problem[] {
  if (failing.length === 0) return []
  const summary = `Certificate validation ${isAllowed ? 'cuts off' : 'would cut off'} ${failing.map(nameWithReason).join('; ')}`
  return [
    problemOf(desired, {
      severity: isAllowed ? 'warning' : 'error',
      code: 'VALIDATION_CUTS_OFF',
      field,
      summary: isAllowed ? summary : `${summary}. It is not turned on`,
      hint: isAllowed
        ? 'Give these peers certificates that the appliance can validate.'
        : `Give these peers certificates that the declared certificate chain (certificate.chain) has issued, or take them out of the spec; or, if they may be cut off: --allow-cut-off ${desired.key}.`,
    }),
  ]
}

const unchecked = ({ desired }: Look, names: readonly string[]): Problem[] =>
  names.length === 0
    ? []
    : [
        problemOf(desired, {
          severity: 'warning',
          code: 'VALIDATION_UNCHECKED',
          field,
          summary: `Nobody knows whether certificate validation cuts off ${names.join('; ')}`,
          hint: 'Look at the certificates of these peers; after the apply, send a test message.',
        }),
      ]

/** Peers that the settings name and, of a console, the sensors that are connected, where the appliance cannot look at them. */
function unseenPeers({ live, observation, sight: { plannedPeers } }: Look): string[] {
  const { added = [], gone = new Set<string>() } = plannedPeers ?? {}
  const replaced = new Set(added.map(({ path }) => path))
  const stays = ({ path }: { path: string }): boolean => !gone.has(path) && !replaced.has(path)
  const connected = observation.console?.sensors.filter(({ connection }) => connection === 'SYNCED') ?? []
  return [
    ...[...presentPeers(live).filter(stays), ...added].map(namePeer),
    ...connected.map(({ name }) => `sensor ${name}`),
  ]
}

type Named = Parameters<typeof namePeer>[0]

function presentPeers(live: Look['live']): Named[] {
  const rules = [...live].flatMap(([path, value]) => (value === 'tls' && path.endsWith('.protocol') ? [path] : []))
  const peers = rules.map((path) => {
    const segments = segmentsOf(path)
    const at = (name: string) => live.get(formatPath([...segments.slice(0, -1), name]))
    return { path: actionPathOf(path) ?? path, host: textOf(at('host')), port: Number(at('port')) }
  })
  const mail = live.get('mailServer.tls')
  if (live.get('mailServer.enabled') === false || mail === undefined || mail === 'none') return peers
  const [host, port] = [live.get('mailServer.host'), live.get('mailServer.port')]
  return [...peers, { path: 'mailServer', host: textOf(host), port: Number(port) }]
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
