/** The exit codes: a promise to scripts. */
export const exitCodes = {
  ok: 0,
  error: 1,
  changes: 2,
  partial: 3,
  unknown: 4,
  stale: 5,
  refused: 6,
  waiting: 7,
  interrupted: 130,
} as const

export type ExitReason = keyof typeof exitCodes
export type ExitCode = (typeof exitCodes)[ExitReason]

/** What each code says, for help and reference. */
export const exitMeanings: Readonly<Record<ExitReason, string>> = {
  ok: 'nothing to do, or applied',
  error: 'error, nothing was attempted',
  changes: 'changes (plan --detailed-exitcode) or drift',
  partial: 'applied in part',
  unknown: 'some appliances are unknown: they could not be read',
  stale: 'the plan is stale',
  refused: 'refused by policy',
  waiting: 'waiting for a person or a window',
  interrupted: 'interrupted',
}

const precedence: readonly ExitReason[] = [
  'interrupted',
  'partial',
  'stale',
  'refused',
  'waiting',
  'unknown',
  'error',
  'changes',
]
const driftPrecedence: readonly ExitReason[] = ['interrupted', 'refused', 'changes', 'unknown', 'error']

/** The code to exit with when several reasons hold. */
export function exitCodeOf(reasons: ReadonlySet<ExitReason>, verb?: 'drift'): ExitCode {
  const order = verb === 'drift' ? driftPrecedence : precedence
  return exitCodes[order.find((reason) => reasons.has(reason)) ?? 'ok']
}
