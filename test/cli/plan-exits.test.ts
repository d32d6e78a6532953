/** Exit reasons come from the plan and the outcome, whatever was printed. */
import { expect, test } from 'vitest'
import { driftReasons, outcomeReasons, planReasons } from '../../cli/plan-exits.ts'
import type { Outcome, ApplianceOutcome, StepStatus } from '../../reconcile/outcome.ts'
import { drifted, outcome, plan, sensorPlan, unknown } from '../report/fixtures.ts'

const sensor = (status: ApplianceOutcome['status'], ...steps: StepStatus[]): ApplianceOutcome => ({
  key: 'line-1',
  status,
  steps: steps.map((one, index) => ({ id: `${index}`, title: '', status: one, notes: [] })),
  problems: [],
})
const ended = (...sensors: ApplianceOutcome[]): Outcome => ({ ...outcome, interrupted: false, sensors })
const pending = sensorPlan({
  status: 'pending',
  changes: drifted.changes.filter(({ cause }) => cause === 'spec'),
})
const withoutSecret = sensorPlan({
  status: 'unknown',
  problems: [{ severity: 'error', code: 'SECRET_MISSING', summary: 'The secret is not at hand.' }],
})
const blocked = sensorPlan({ problems: [{ severity: 'error', code: 'X', summary: 'It cannot be done.' }] })

test.each([
  { name: 'in sync', got: planReasons(plan([sensorPlan()]), { detailed: true }), want: [] },
  { name: 'changes count only when asked for', got: planReasons(plan([drifted]), { detailed: false }), want: [] },
  { name: 'changes, asked for', got: planReasons(plan([pending]), { detailed: true }), want: ['changes'] },
  { name: 'unknown', got: planReasons(plan([unknown]), { detailed: false }), want: ['unknown'] },
  { name: 'blocked by an error', got: planReasons(plan([blocked]), { detailed: false }), want: ['error'] },
  { name: 'refused', got: planReasons(plan([pending], { refused: true }), { detailed: false }), want: ['refused'] },
  {
    name: 'without a secret it is an error, whatever else is unknown or refused',
    got: planReasons(plan([withoutSecret, unknown], { refused: true }), { detailed: true }),
    want: ['error'],
  },
  {
    name: 'without a secret, drift is drift',
    got: driftReasons(plan([drifted, withoutSecret])),
    want: ['error', 'changes'],
  },
  { name: 'pending is no drift', got: driftReasons(plan([pending])), want: [] },
  { name: 'drift', got: driftReasons(plan([drifted, unknown])), want: ['unknown', 'changes'] },
  { name: 'all done', got: outcomeReasons(plan([]), ended(sensor('done', 'done'))), want: [] },
  {
    name: 'some done, some failed',
    got: outcomeReasons(plan([]), ended(sensor('partial', 'done', 'failed'))),
    want: ['partial'],
  },
  {
    name: 'failed before anything was attempted',
    got: outcomeReasons(plan([]), ended(sensor('failed', 'notAttempted'))),
    want: ['error'],
  },
  {
    name: 'one done, another blocked',
    got: outcomeReasons(plan([blocked]), ended(sensor('done', 'done'))),
    want: ['error', 'partial'],
  },
  {
    name: 'done as far as a person lets it',
    got: outcomeReasons(plan([]), ended(sensor('done', 'done', 'waiting'))),
    want: ['waiting'],
  },
  { name: 'stale', got: outcomeReasons(plan([]), ended(sensor('stale'))), want: ['stale'] },
  { name: 'interrupted', got: outcomeReasons(plan([]), { ...ended(), interrupted: true }), want: ['interrupted'] },
])('$name', ({ got, want }) => expect([...got]).toEqual(want))
