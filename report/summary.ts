/** The figures of a plan. */
import type { Plan, AppliancePlan, ApplianceStatus } from '../reconcile/plan-types.ts'
import { counted } from './words.ts'

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

export function summaryOf({ sensors }: Pick<Plan, 'sensors'>): Summary {
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
    unverifiableFields: sum(sensors, ({ unverifiable }) => unverifiable.length),
    manualSteps: sum(sensors, ({ steps }) => steps.filter(({ action }) => action.type === 'manual').length),
    steps: sum(sensors, ({ steps }) => steps.length),
  }
}

const sum = (sensors: readonly AppliancePlan[], of: (sensor: AppliancePlan) => number): number =>
  sensors.reduce((total, sensor) => total + of(sensor), 0)

/** `3 sensors: 1 in sync, 1 pending, 1 drifted, 0 unknown · 2 steps`; rare states only when there are any. */
export function summaryLine(summary: Summary, kind: 'plan' | 'drift'): string {
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
    ...(kind === 'plan' ? [counted(summary.steps, 'step')] : []),
    ...(summary.manualSteps > 0 ? [counted(summary.manualSteps, 'manual step')] : []),
    ...(summary.unverifiableFields > 0 ? [`${counted(summary.unverifiableFields, 'field')} cannot be verified`] : []),
  ]
  return [`${counted(summary.sensors, 'sensor')}: ${states.join(', ')}`, ...rest].join(' · ')
}

const some = (count: number, word: string): string[] => (count > 0 ? [`${count} ${word}`] : [])
