/**
 * What is known of a step before it runs: its place among the others, its risk, how long it takes. Times are generous
 * estimates for windows, not measurements. What a step disrupts is said where it is made, as it depends on values.
 *
 * The order: what may cut the way to the appliance comes last, what others rest on comes first.
 *
 * Importing a certificate asks users of the console to reload the page; monitoring goes on, so it counts as no disruption.
 *
 * @module
 */
import type { Step } from '../plan-types.ts'

type Facts = Pick<Step, 'risk' | 'undo' | 'expectedSeconds'>

/** One line a step, in their order: `id` is the step's, or a prefix of it. A new aspect is a line here. */
const table: readonly (readonly [id: string, Facts['risk'], { undo: Facts['undo']; seconds: number }])[] = [
  ['network.change', 'high', { undo: 'yes', seconds: 60 }],
  ['intent', 'low', { undo: 'yes', seconds: 5 }],
  ['time', 'low', { undo: 'yes', seconds: 10 }],
  ['network.dns', 'medium', { undo: 'yes', seconds: 15 }],
  ['network.proxy', 'medium', { undo: 'yes', seconds: 30 }],
  ['network.hostname', 'low', { undo: 'yes', seconds: 15 }],
  ['certificate', 'medium', { undo: 'no', seconds: 60 }],
  ['certificate.validation', 'medium', { undo: 'yes', seconds: 15 }],
  ['managementConsole', 'medium', { undo: 'yes', seconds: 60 }],
  ['managementConsole.zone', 'low', { undo: 'yes', seconds: 30 }],
  ['mailServer', 'low', { undo: 'yes', seconds: 15 }],
  ['backup', 'low', { undo: 'yes', seconds: 30 }],
  ['backup.create', 'low', { undo: 'yes', seconds: 600 }],
  ['sensorBackups', 'low', { undo: 'yes', seconds: 15 }],
  ['forwarding', 'low', { undo: 'yes', seconds: 15 }],
  ['systemProperties', 'high', { undo: 'yes', seconds: 120 }],
  ['software.prepare', 'low', { undo: 'yes', seconds: 0 }],
  ['software', 'high', { undo: 'no', seconds: 45 * 60 }],
  ['registration', 'low', { undo: 'yes', seconds: 60 }],
  ['activation', 'high', { undo: 'yes', seconds: 900 }],
  ['registration.legacy', 'low', { undo: 'no', seconds: 60 }],
  ['network.address', 'high', { undo: 'yes', seconds: 300 }],
]

interface Row {
  rank: number
  facts: Facts
}

const rows = new Map<string, Row>(
  table.map(([id, risk, { undo, seconds }], rank) => [id, { rank, facts: { risk, undo, expectedSeconds: seconds } }]),
)

/** The line of a step's id or of the nearest prefix of it. Throws for an aspect that was added without one. */
function rowOf(id: string): Row {
  let prefix = id
  for (;;) {
    const row = rows.get(prefix)
    if (row) return row
    const cut = Math.max(prefix.lastIndexOf('.'), prefix.lastIndexOf('['))
    if (cut <= 0) throw new Error(`The table of steps has no line for ${id}: add one in reconcile/plan/step-facts.ts.`)
    prefix = prefix.slice(0, cut)
  }
}

/** Facts of the step with this id. */
export const factsOfStep = (id: string): Facts => rowOf(id).facts

/** Place of a step among the others. */
export const rankOf = ({ id }: Pick<Step, 'id'>): number => rowOf(id).rank

/** Leaves out optional members that are `undefined`. */
export function makeStep(
  step: Omit<Step, 'risk' | 'undo' | 'expectedSeconds' | 'needs' | 'disrupts' | 'pointOfNoReturn' | 'instructions'> &
    Partial<Facts> & { [K in 'disrupts' | 'pointOfNoReturn' | 'instructions']?: string | undefined },
): Step {
  const { disrupts, pointOfNoReturn, instructions, ...rest } = step
  return {
    ...factsOfStep(step.id),
    ...rest,
    needs: [],
    ...(disrupts !== undefined && { disrupts }),
    ...(pointOfNoReturn !== undefined && { pointOfNoReturn }),
    ...(instructions !== undefined && { instructions }),
  }
}
