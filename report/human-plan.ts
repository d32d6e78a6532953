/** A plan or a drift report as a person wants to read it. */
import type { Change } from '../reconcile/change.ts'
import type { SensorPlan, SensorStatus, Step } from '../reconcile/plan-types.ts'
import { problemLines } from './human-problem.ts'
import { plainLines, plainText } from './neutral.ts'
import type { PlanReport, RenderOptions } from './report.ts'
import { styleOf, type Style } from './style.ts'
import { summaryLine, summaryOf } from './summary.ts'
import { causeText, changeNote, counted, shownText, statusTexts } from './words.ts'

export function humanPlan(report: PlanReport, options: RenderOptions): string {
  const { plan, kind } = report
  const style = styleOf(options.colour)
  const told = plan.sensors.filter((sensor) => options.verbose || !isQuiet(sensor))
  return [
    ...told.flatMap((sensor) => [...sensorLines(sensor, kind, style, options), '']),
    ...plan.problems.flatMap((problem) => [...problemLines(problem, style), '']),
    ...(plan.orphans.length > 0
      ? [`Declared by no document, and left alone: ${plan.orphans.map(plainText).join(', ')}`, '']
      : []),
    ...(plan.refused ? [style.red('Refused by policy: apply would do nothing.'), ''] : []),
    style.bold(summaryLine(summaryOf(plan), kind)),
    '',
  ].join('\n')
}

const isQuiet = ({ status, changes, problems, steps }: SensorPlan): boolean =>
  status === 'inSync' && changes.length === 0 && problems.length === 0 && steps.length === 0

const statusPaint: Readonly<Record<SensorStatus, keyof Style>> = {
  inSync: 'green',
  pending: 'yellow',
  drifted: 'red',
  expiring: 'yellow',
  unknown: 'red',
  held: 'dim',
  waiting: 'yellow',
}

function sensorLines(sensor: SensorPlan, kind: PlanReport['kind'], style: Style, options: RenderOptions): string[] {
  const body = [
    ...changeGroups(sensor.changes, style),
    ...(kind === 'plan' ? stepLines(sensor.steps, style) : []),
    ...sensor.problems.flatMap((problem) => problemLines({ ...problem, ...sameKey(problem, sensor) }, style, '  ')),
    ...listed('cannot be verified', sensor.unverifiable, style),
    ...(options.verbose ? listed('not managed', sensor.notManaged, style) : []),
  ]
  return [sensorHeading(sensor, style), ...body]
}

/** The heading names the key already. */
const sameKey = (problem: { key?: string }, { key }: SensorPlan) => (problem.key === key ? { key: '' } : {})

/** `line-1  berlin · https://10.20.0.5 · drifted` */
export function sensorHeading(
  { key, site, endpoint, status }: Pick<SensorPlan, 'key' | 'site' | 'endpoint' | 'status'>,
  style: Style,
): string {
  const parts = [site, endpoint].filter((part) => part !== undefined).map(plainText)
  return `${style.bold(plainText(key))}  ${[...parts, style[statusPaint[status]](statusTexts[status])].join(' · ')}`
}

const listed = (title: string, paths: readonly string[], style: Style): string[] =>
  paths.length === 0 ? [] : [style.dim(`  ${title}: ${paths.map(plainText).join(', ')}`)]

/** Changes with one cause stand together, each as what it is and what it should be. */
function changeGroups(changes: readonly Change[], style: Style): string[] {
  const column = Math.max(0, ...changes.map(({ path }) => plainText(path).length))
  const groups = Map.groupBy(changes, causeText)
  return [...groups].flatMap(([cause, members]) => [
    `  ${style.dim(plainText(cause))}`,
    ...members.flatMap((change) => changeLines(change, column, style)),
  ])
}

function changeLines(change: Change, column: number, style: Style): string[] {
  const path = plainText(change.path).padEnd(column)
  const note = changeNote(change)
  const line = (sign: string, value: Change['before']): string => `  ${sign} ${path}  ${plainText(shownText(value))}`
  const before = change.before === undefined ? [] : [style.red(line('-', change.before))]
  const after = change.after === undefined ? [] : [style.green(line('+', change.after))]
  const values = before.length + after.length === 0 ? [`  ! ${path}  ${note ?? 'differs'}`] : [...before, ...after]
  return note === undefined || before.length + after.length === 0
    ? values
    : [...values, `    ${' '.repeat(column)}  ${style.dim(note)}`]
}

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
