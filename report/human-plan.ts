/** A plan or a drift report as a person wants to read it. */
import { ofAllAppliances } from '../schemas/appliances.ts'
import type { AppliancePlan, ApplianceStatus, PlannedClock, Step } from '../reconcile/plan-types.ts'
import { changeLines } from './human-changes.ts'
import { problemLines } from './human-problem.ts'
import { plainLines, plainText } from './neutral.ts'
import type { PlanReport, RenderOptions } from './report.ts'
import { shareProblems, type SharedProblem, type ShownSensor } from './shared-problems.ts'
import { styleOf, type Style } from './style.ts'
import { summaryLine } from './summary.ts'
import { counted, notBackedUp, saysNotBackedUp, statusTexts } from './words.ts'

export function humanPlan(report: PlanReport, options: RenderOptions): string {
  const { plan, kind } = report
  const style = styleOf(options.colour)
  const { sensors, shared } = shareProblems(ofAllAppliances(plan))
  const told = sensors.filter((sensor) => options.verbose || hasNews(sensor))
  return [
    ...told.flatMap((sensor) => [...sensorLines(sensor, kind, style, options), '']),
    ...shared.flatMap((one) => [...sharedLines(one, style, options), '']),
    ...plan.problems.flatMap((problem) => [...problemLines(problem, style), '']),
    ...(plan.orphans.length > 0
      ? [`Declared by no document, and left alone: ${plan.orphans.map(plainText).join(', ')}`, '']
      : []),
    ...(kind === 'plan' && saysNotBackedUp(ofAllAppliances(plan)) ? [`${notBackedUp}.`, ''] : []),
    ...(plan.refused ? [style.red('Refused by policy: apply would do nothing.'), ''] : []),
    style.bold(summaryLine(plan, kind)),
    '',
  ].join('\n')
}

/** Something to tell that is not told of several sensors at once. */
const hasNews = ({ status, changes, problems, steps, isShared }: ShownSensor): boolean =>
  changes.length > 0 || problems.length > 0 || steps.length > 0 || (status !== 'inSync' && !isShared)

const mostKeys = 20

/** `3 sensors: crane-1, line-1, line-2 · unknown`, and what they have in common. */
function sharedLines({ problem, sensors }: SharedProblem, style: Style, { verbose }: RenderOptions): string[] {
  const keys = sensors.map(({ key }) => plainText(key))
  const named = verbose ? keys : keys.slice(0, mostKeys)
  const more = keys.length > named.length ? ` and ${keys.length - named.length} more` : ''
  const unknown = sensors.every(({ status }) => status === 'unknown') ? ` · ${style.red(statusTexts.unknown)}` : ''
  return [
    `${style.bold(counted(keys.length, 'sensor'))}: ${named.join(', ')}${more}${unknown}`,
    ...problemLines(problem, style, '  '),
  ]
}

const statusPaint: Readonly<Record<ApplianceStatus, keyof Style>> = {
  inSync: 'green',
  pending: 'yellow',
  drifted: 'red',
  expiring: 'yellow',
  unknown: 'red',
  held: 'dim',
  waiting: 'yellow',
}

function sensorLines(sensor: AppliancePlan, kind: PlanReport['kind'], style: Style, options: RenderOptions): string[] {
  const body = [
    ...changeLines(sensor.changes, style),
    ...(kind === 'plan' ? stepLines(sensor.steps, style) : []),
    ...sensor.problems.flatMap((problem) => problemLines({ ...problem, ...sameKey(problem, sensor) }, style, '  ')),
    ...listed('cannot be verified', sensor.unverifiable, style),
    ...(options.verbose && sensor.clock ? [style.dim(`  clock: ${clockText(sensor.clock)}`)] : []),
    ...(options.verbose ? listed('not managed', sensor.notManaged, style) : []),
  ]
  return [sensorHeading(sensor, style), ...body]
}

/** The heading names the key already. */
const sameKey = (problem: { key?: string }, { key }: AppliancePlan) => (problem.key === key ? { key: '' } : {})

/** `line-1  berlin · https://10.20.0.5 · drifted` */
export function sensorHeading(
  { key, site, endpoint, status }: Pick<AppliancePlan, 'key' | 'site' | 'endpoint' | 'status'>,
  style: Style,
): string {
  const parts = [site, endpoint].filter((part) => part !== undefined).map(plainText)
  return `${style.bold(plainText(key))}  ${[...parts, style[statusPaint[status]](statusTexts[status])].join(' · ')}`
}

const clockText = ({ driftSeconds, displayed }: PlannedClock): string =>
  [
    ...(displayed === undefined ? [] : [plainText(displayed)]),
    driftSeconds === 0 ? 'right' : `${Math.abs(driftSeconds)} s ${driftSeconds < 0 ? 'behind' : 'ahead'}`,
  ].join(', ')

const listed = (title: string, paths: readonly string[], style: Style): string[] =>
  paths.length === 0 ? [] : [style.dim(`  ${title}: ${paths.map(plainText).join(', ')}`)]

function stepLines(steps: readonly Step[], style: Style): string[] {
  if (steps.length === 0) return []
  const column = Math.max(...steps.map(({ title }) => plainText(title).length))
  return [
    `  ${style.dim(counted(steps.length, 'step'))}`,
    ...steps.flatMap((step, index) => [
      `  ${index + 1}. ${plainText(step.title).padEnd(column)}  ${riskText(step, style)}  ${style.dim(`(${plainText(step.id)})`)}`,
      ...stepNotes(step, style).map((note) => `     ${note}`),
    ]),
  ]
}

function riskText({ risk, undo, action }: Step, style: Style): string {
  const paint = risk === 'high' ? style.red : risk === 'medium' ? style.yellow : style.dim
  const who = action.type === 'manual' ? [style.yellow('a person does it')] : []
  return [paint(`${risk} risk`), ...who, ...(undo === 'no' ? ['cannot be undone'] : [])].join(', ')
}

function stepNotes(step: Step, style: Style): string[] {
  return [
    ...(step.disrupts === undefined ? [] : [`disrupts: ${plainText(step.disrupts)}`]),
    ...(step.pointOfNoReturn === undefined
      ? []
      : [`${style.yellow('point of no return:')} ${plainText(step.pointOfNoReturn)}`]),
    ...(step.needs.length === 0 ? [] : [style.dim(`after: ${step.needs.map(plainText).join(', ')}`)]),
    ...(step.instructions === undefined
      ? []
      : ['do this:', ...plainLines(step.instructions).map((line) => `  ${line}`)]),
  ]
}
