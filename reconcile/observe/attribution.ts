/**
 * Who changed what. The appliance is asked once, and only when it drifted.
 *
 * @module
 */
import { isDrift, type Change } from '../change.ts'
import type { AuditEntry, Reader } from '../driver.ts'
import type { Sight } from '../engine.ts'
import type { AppliancePlan } from '../plan-types.ts'
import { liesBelow } from '../compare/setting-fields.ts'

/** Entries of the audit trail since the last apply; none where nothing drifted or the appliance does not tell. */
export async function readAttribution(
  { remembered }: Pick<Sight, 'remembered'>,
  reader: Reader,
  changes: readonly Change[],
): Promise<readonly AuditEntry[]> {
  if (!reader.audit || !changes.some(isDrift)) return []
  try {
    return await reader.audit(remembered?.appliedAt ?? new Date(0).toISOString())
  } catch {
    // Who it was is a help, never a reason to fail.
    return []
  }
}

/** Puts the newest matching entry beside each change that drifted. */
export function attribute(plan: AppliancePlan, entries: readonly AuditEntry[] | undefined): AppliancePlan {
  if (!entries || entries.length === 0) return plan
  const changes = plan.changes.map((change): Change => {
    const found = isDrift(change) ? entries.find(({ path }) => path !== null && concerns(path, change.path)) : undefined
    return found ? { ...change, attribution: found } : change
  })
  return { ...plan, changes }
}

const concerns = (path: string, field: string): boolean => liesBelow(field, path) || liesBelow(path, field)
