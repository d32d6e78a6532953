/** One plan and one outcome with everything that a report must show. */
import type { Outcome } from '../../reconcile/outcome.ts'
import type { Plan, AppliancePlan } from '../../reconcile/plan-types.ts'
import type { ApplyReport, PlanReport } from '../../report/report.ts'

export const sensorPlan = (patch: Partial<AppliancePlan> = {}): AppliancePlan => ({
  key: 'line-1',
  site: 'berlin',
  status: 'inSync',
  identity: 'SN-1',
  endpoint: 'https://10.20.0.5',
  lastObserved: '2026-11-01T00:00:00.000Z',
  changes: [],
  steps: [],
  base: {},
  problems: [],
  unverifiable: [],
  notManaged: [],
  ...patch,
})

export const drifted = sensorPlan({
  key: 'line-2',
  status: 'drifted',
  softwareVersion: '22.3.8',
  changes: [
    {
      kind: 'field',
      path: 'time.timezone',
      aspect: 'time',
      before: 'UTC',
      after: 'Europe/Berlin',
      cause: 'sensor',
      sensitive: false,
      attribution: { at: '2026-11-01T03:12:00Z', user: 'night-shift', from: '10.20.0.77', path: 'time.timezone' },
    },
    {
      kind: 'field',
      path: 'network.dns',
      aspect: 'network',
      before: undefined,
      after: ['10.0.0.1', '10.0.0.2'],
      cause: 'spec',
      sensitive: false,
    },
    {
      kind: 'field',
      path: 'backup.target.smb.password',
      aspect: 'backup',
      before: { secret: 'differs' },
      after: { secret: 'set' },
      cause: 'sensor',
      sensitive: true,
    },
    {
      kind: 'extraRule',
      rule: 'old',
      path: 'forwarding.rules.old',
      aspect: 'forwarding',
      before: 'exists',
      after: undefined,
      cause: 'spec',
      sensitive: false,
    },
  ],
  steps: [
    {
      id: 'time',
      title: 'set time zone',
      action: { type: 'set', aspect: 'time', values: { 'time.timezone': 'Europe/Berlin' } },
      changes: ['time.timezone'],
      risk: 'low',
      undo: 'yes',
      needs: [],
      expectedSeconds: 10,
    },
    {
      id: 'activation',
      title: 'rename line-2 to press-2',
      action: { type: 'manual', values: {} },
      changes: ['name'],
      risk: 'high',
      disrupts: 'the connection to the cloud',
      undo: 'no',
      pointOfNoReturn: 'the record line-2 is deleted',
      needs: ['time'],
      expectedSeconds: 900,
      instructions: '1. Open the portal.\n2. Delete the sensor.',
    },
  ],
  problems: [
    { severity: 'warning', code: 'CLOCK_DRIFT', key: 'line-2', summary: 'The clock is 90 s late.', hint: 'Set NTP.' },
  ],
  unverifiable: ['certificate.privateKey'],
  notManaged: ['software'],
})

export const unknown = sensorPlan({
  key: 'line-3',
  status: 'unknown',
  problems: [{ severity: 'error', code: 'UNREACHABLE', key: 'line-3', summary: 'Nothing listens there.' }],
})
delete (unknown as { lastObserved?: string }).lastObserved

export const plan = (sensors: readonly AppliancePlan[], patch: Partial<Plan> = {}): Plan => ({
  formatVersion: 1,
  tool: { name: 'sensorform', version: '1.2.3' },
  madeAt: '2026-11-01T00:00:01.000Z',
  declared: sensors.length,
  sensors,
  managementConsoles: [],
  orphans: [],
  problems: [],
  refused: false,
  ...patch,
})

const header = { tool: { name: 'sensorform', version: '1.2.3' }, startedAt: '2026-11-01T00:00:00.000Z' } as const

export const planReport = (sensors: readonly AppliancePlan[], patch: Partial<Plan> = {}): PlanReport => ({
  kind: 'plan',
  ...header,
  plan: plan(sensors, patch),
})

export const outcome: Outcome = {
  run: 'r1',
  startedAt: '2026-11-01T00:00:00.000Z',
  finishedAt: '2026-11-01T00:01:00.000Z',
  interrupted: true,
  managementConsoles: [],
  sensors: [
    { key: 'line-1', status: 'unchanged', steps: [], problems: [] },
    {
      key: 'line-2',
      site: 'berlin',
      endpoint: 'https://10.20.0.5',
      status: 'partial',
      steps: [
        { id: 'time', title: 'set time zone', status: 'done', notes: ['Read back.'] },
        {
          id: 'activation',
          title: 'rename line-2 to press-2',
          status: 'failed',
          notes: [],
          problem: {
            severity: 'error',
            code: 'ACTIVATION_REJECTED',
            key: 'line-2',
            summary: 'The cloud rejected the file.',
            hint: 'Download another.',
          },
        },
        { id: 'network.address', title: 'move', status: 'notAttempted', notes: [] },
      ],
      problems: [],
    },
  ],
}

export const applyReport: ApplyReport = { kind: 'apply', ...header, plan: plan([sensorPlan(), drifted]), outcome }
