/** The audit trail: who, when, from where, what. */
import type { Audit } from '../../schemas/generated/wire.ts'
import type { SettingChange } from './settings.ts'
import { Refusal } from './refusal.ts'
import type { Call, Handlers, Appliance } from './sensor.ts'
import type { AuditEntry } from './state.ts'

const mostEntries = 1000

export interface Actor {
  user: string
  from: string
}

/** Who a call comes from. */
export const actorOf = ({ session, request }: Call): Actor => ({
  user: session?.username ?? 'unknown',
  from: `${request.from} (api)`,
})

/** The sensor itself, as for the daily backup. */
export const systemActor: Actor = { user: 'system', from: 'sensor' }

export type What = Pick<AuditEntry, 'action'> & Partial<AuditEntry>

/** The trail with new entries before the old ones. */
export function audited(appliance: Appliance, actor: Actor, entries: readonly What[]): readonly AuditEntry[] {
  const at = new Date(appliance.nowMs()).toISOString()
  const added = entries.map((entry) => ({ at, ...actor, path: null, before: null, after: null, ...entry }))
  return [...added, ...appliance.state.audit].slice(0, mostEntries)
}

/** Entries for changed settings. */
export const settingEntries = (changes: readonly SettingChange[]): What[] =>
  changes.map((change) => ({ action: 'set', ...change }))

export const auditHandlers: Handlers = {
  readAudit: (appliance, { request }) => {
    const since = request.query.get('since')
    const sinceMs = since === null ? -Infinity : Date.parse(since)
    if (Number.isNaN(sinceMs)) throw new Refusal(400, 'INVALID', 'since is not a time in ISO 8601.')
    const entries = appliance.state.audit.filter(({ at }) => Date.parse(at) >= sinceMs)
    return { status: 200, body: { entries } satisfies Audit }
  },
}
