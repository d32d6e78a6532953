/** Reports as JSON; the shape is that of schemas/results.ts. */
import { ofAllAppliances } from '../schemas/appliances.ts'
import type { Change } from '../reconcile/change.ts'
import type { ApplianceOutcome } from '../reconcile/outcome.ts'
import type { AppliancePlan, Step } from '../reconcile/plan-types.ts'
import type { Problem } from '../schemas/problem.ts'
import type { ResultOf } from '../schemas/results.ts'
import { neutralJson } from './neutral.ts'
import type {
  ApplyReport,
  ExplainReport,
  PlanReport,
  ProblemsReport,
  Renderer,
  Report,
  RestoreReport,
  RetireReport,
} from './report.ts'
import { summaryOf } from './summary.ts'
import { changeNote } from './words.ts'

export const renderJson: Renderer = (report) => `${neutralJson(jsonResult(report))}\n`

/** The result as plain data. */
export function jsonResult(report: Report): Readonly<Record<string, unknown>> {
  if (report.kind === 'apply') return applyResult(report)
  if (report.kind === 'problems') return problemsResult(report)
  if (report.kind === 'explain') return explainResult(report)
  if (report.kind === 'retire') return retireResult(report)
  if (report.kind === 'restore') return restoreResult(report)
  return planResult(report)
}

const header = <Kind extends Report['kind']>({ kind, tool, startedAt }: Report & { kind: Kind }) => ({
  formatVersion: 1 as const,
  kind,
  tool,
  startedAt,
})

type Planned = ResultOf<'plan'>['sensors'][number]
type Applied = ResultOf<'apply'>['sensors'][number]

function planResult(report: PlanReport): Readonly<Record<string, unknown>> {
  const { plan } = report
  return {
    ...header(report),
    refused: plan.refused,
    declared: plan.declared,
    summary: summaryOf(plan),
    sensors: plan.sensors.map(plannedOf),
    managementConsoles: plan.managementConsoles.map(plannedOf),
    orphans: [...plan.orphans],
    problems: plan.problems.map(problemOf),
  }
}

const plannedOf = (sensor: AppliancePlan): Planned => ({
  ...applianceOf(sensor),
  status: sensor.status,
  ...(sensor.softwareVersion !== undefined && { softwareVersion: sensor.softwareVersion }),
  ...(sensor.clock && { clock: { ...sensor.clock } }),
  steps: sensor.steps.map(stepOf),
  problems: sensor.problems.map(problemOf),
})

const applianceOf = (sensor: AppliancePlan) => ({
  key: sensor.key,
  ...(sensor.site !== undefined && { site: sensor.site }),
  ...(sensor.identity !== undefined && { identity: sensor.identity }),
  ...(sensor.endpoint !== undefined && { endpoint: sensor.endpoint }),
  lastObserved: sensor.lastObserved ?? null,
  changes: sensor.changes.map(changeOf),
  unverifiable: [...sensor.unverifiable],
  notManaged: [...sensor.notManaged],
})

function changeOf(change: Change): Planned['changes'][number] {
  const note = changeNote(change)
  const { path, aspect, kind, before, after, cause, sensitive, attribution } = change
  return {
    path,
    aspect,
    kind,
    before: (before ?? null) as Planned['changes'][number]['before'],
    after: (after ?? null) as Planned['changes'][number]['after'],
    cause,
    sensitive,
    ...(note !== undefined && { note }),
    ...(attribution && { attribution: { at: attribution.at, user: attribution.user, from: attribution.from } }),
  }
}

const stepOf = (step: Step): Planned['steps'][number] => ({
  id: step.id,
  title: step.title,
  type: step.action.type,
  changes: [...step.changes],
  risk: step.risk,
  ...(step.disrupts !== undefined && { disrupts: step.disrupts }),
  undo: step.undo,
  ...(step.pointOfNoReturn !== undefined && { pointOfNoReturn: step.pointOfNoReturn }),
  needs: [...step.needs],
  expectedSeconds: step.expectedSeconds,
  manual: step.action.type === 'manual',
  ...(step.instructions !== undefined && { instructions: step.instructions }),
})

/** Only the members of the format, whatever else a problem carries inside the tool. */
export const problemOf = ({ severity, code, at, key, field, summary, hint }: Problem): Planned['problems'][number] => ({
  severity,
  code,
  ...(at && { at }),
  ...(key !== undefined && { key }),
  ...(field !== undefined && { field }),
  summary,
  ...(hint !== undefined && { hint }),
})

function applyResult(report: ApplyReport): Readonly<Record<string, unknown>> {
  const { plan, outcome } = report
  const planned = new Map(ofAllAppliances(plan).map((appliance) => [appliance.key, appliance]))
  return {
    ...header(report),
    run: outcome.run,
    finishedAt: outcome.finishedAt,
    interrupted: outcome.interrupted,
    summary: { ...summaryOf(plan), ...outcomeCounts(outcome.sensors) },
    sensors: outcome.sensors.map((sensor) => appliedOf(sensor, planned.get(sensor.key))),
    managementConsoles: outcome.managementConsoles.map((one) => appliedOf(one, planned.get(one.key))),
    problems: plan.problems.map(problemOf),
  }
}

function outcomeCounts(sensors: readonly ApplianceOutcome[]) {
  const withStatus = (status: ApplianceOutcome['status']): number =>
    sensors.filter((one) => one.status === status).length
  return {
    done: withStatus('done'),
    partial: withStatus('partial'),
    failed: withStatus('failed'),
    notAttempted: withStatus('notAttempted'),
    stale: withStatus('stale'),
    unchanged: withStatus('unchanged'),
  }
}

const appliedOf = (sensor: ApplianceOutcome, planned: AppliancePlan | undefined): Applied => ({
  ...(planned
    ? applianceOf(planned)
    : { key: sensor.key, lastObserved: null, changes: [], unverifiable: [], notManaged: [] }),
  ...(sensor.endpoint !== undefined && { endpoint: sensor.endpoint }),
  status: sensor.status,
  steps: sensor.steps.map(({ id, title, status, notes, problem }) => ({
    id,
    title,
    status,
    notes: [...notes],
    ...(problem && { problem: problemOf(problem) }),
  })),
  problems: sensor.problems.map(problemOf),
})

function problemsResult(report: ProblemsReport): Readonly<Record<string, unknown>> {
  const errors = report.problems.filter(({ severity }) => severity === 'error').length
  return {
    ...header(report),
    verb: report.verb,
    valid: errors === 0,
    summary: { sensors: report.sensors ?? null, errors, warnings: report.problems.length - errors },
    problems: report.problems.map(problemOf),
    unchecked: [...report.unchecked],
  }
}

const explainResult = (report: ExplainReport): Readonly<Record<string, unknown>> => ({
  ...header(report),
  key: report.key,
  fields: report.fields.map((field) => ({ ...field })),
})

function retireResult(report: RetireReport): Readonly<Record<string, unknown>> {
  const { record, lastObserved = null, appliedAt = null, problems, ...rest } = report.retirement
  return {
    ...header(report),
    ...rest,
    lastObserved,
    appliedAt,
    record: record ?? null,
    problems: problems.map(problemOf),
  }
}

function restoreResult(report: RestoreReport): Readonly<Record<string, unknown>> {
  const { backup = null, plan, problems, ...rest } = report.restoration
  const [sensor] = plan?.sensors ?? []
  return {
    ...header(report),
    ...rest,
    backup,
    problems: problems.map(problemOf),
    plan: sensor ? plannedOf(sensor) : null,
  }
}
