/** The figures of a plan. */
import { ofAllAppliances } from '../schemas/appliances.ts'
import type { AppliancePlan, ApplianceStatus, Plan } from '../reconcile/plan-types.ts'
import { counted, statusTexts } from './words.ts'

/** Sensors by their state; fields and steps of all appliances. */
export interface Summary {
  sensors: number
  inSync: number
  /** With at least one change, of whatever cause. */
  changed: number
  pending: number
  drifted: number
  expiring: number
  unknown: number
  held: number
  waiting: number
  unverifiableFields: number
  manualSteps: number
  steps: number
}

export function summaryOf(plan: Pick<Plan, 'sensors' | 'managementConsoles'>): Summary {
  const { sensors } = plan
  const all = ofAllAppliances(plan)
  const withStatus = (status: ApplianceStatus): number => sensors.filter((one) => one.status === status).length
  return {
    sensors: sensors.length,
    inSync: withStatus('inSync'),
    changed: sensors.filter(({ changes }) => changes.length > 0).length,
    pending: withStatus('pending'),
    drifted: withStatus('drifted'),
    expiring: withStatus('expiring'),
    unknown: withStatus('unknown'),
    held: withStatus('held'),
    waiting: withStatus('waiting'),
    unverifiableFields: sum(all, ({ unverifiable }) => unverifiable.length),
    manualSteps: sum(all, ({ steps }) => steps.filter(({ action }) => action.type === 'manual').length),
    steps: sum(all, ({ steps }) => steps.length),
  }
}

const sum = (appliances: readonly AppliancePlan[], of: (appliance: AppliancePlan) => number): number =>
  appliances.reduce((total, appliance) => total + of(appliance), 0)

/** `3 sensors: 1 in sync, 1 pending, 1 drifted, 0 unknown · 2 steps`; rare states only when there are any. */
export function summaryLine(plan: Pick<Plan, 'sensors' | 'managementConsoles'>, kind: 'plan' | 'drift'): string {
  const summary = summaryOf(plan)
  const states = [
    `${summary.inSync} in sync`,
    `${summary.pending} pending`,
    `${summary.drifted} drifted`,
    `${summary.unknown} unknown`,
    ...some(summary.expiring, 'expiring'),
    ...some(summary.held, 'held'),
    ...some(summary.waiting, 'waiting'),
  ]
  const rest = [
    ...consoleStates(plan.managementConsoles),
    ...(kind === 'plan' ? [counted(summary.steps, 'step')] : []),
    ...(summary.manualSteps > 0 ? [counted(summary.manualSteps, 'manual step')] : []),
    ...(summary.unverifiableFields > 0 ? [`${counted(summary.unverifiableFields, 'field')} cannot be verified`] : []),
  ]
  return [`${counted(summary.sensors, 'sensor')}: ${states.join(', ')}`, ...rest].join(' · ')
}

/** `1 management console: in sync`; none where none is declared. */
function consoleStates(consoles: readonly AppliancePlan[]): string[] {
  if (consoles.length === 0) return []
  const states = [...Map.groupBy(consoles, ({ status }) => status)].map(([status, { length }]) =>
    consoles.length === 1 ? statusTexts[status] : `${length} ${statusTexts[status]}`,
  )
  return [`${counted(consoles.length, 'management console')}: ${states.join(', ')}`]
}

const some = (count: number, word: string): string[] => (count > 0 ? [`${count} ${word}`] : [])
