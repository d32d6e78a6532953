/** What became of a plan, as a person wants to read it. */
import { ofAllAppliances } from '../schemas/appliances.ts'
import type { ApplianceOutcome, Outcome, StepOutcome } from '../reconcile/outcome.ts'
import { problemLines } from './human-problem.ts'
import { plainText } from './neutral.ts'
import type { ApplyReport, RenderOptions } from './report.ts'
import { styleOf, type Style } from './style.ts'
import { beyondSteps, counted, outcomeTexts, stepTexts } from './words.ts'

export function humanOutcome({ outcome }: ApplyReport, options: RenderOptions): string {
  const style = styleOf(options.colour)
  const told = ofAllAppliances(outcome).filter(
    ({ status, problems }) => options.verbose || status !== 'unchanged' || problems.length > 0,
  )
  return [
    ...spaced(told.map((sensor) => sensorLines(sensor, style, options))),
    ...(outcome.interrupted ? [style.yellow('Interrupted. The next run takes up what was left.'), ''] : []),
    style.bold(outcomeLine(outcome)),
    '',
  ].join('\n')
}

const statusPaint: Readonly<Record<ApplianceOutcome['status'], keyof Style>> = {
  done: 'green',
  failed: 'red',
  partial: 'red',
  notAttempted: 'yellow',
  waiting: 'yellow',
  unknown: 'red',
  stale: 'yellow',
  unchanged: 'dim',
}

/** Sensors that take one line each stand together. */
const spaced = (blocks: readonly string[][]): string[] =>
  blocks.flatMap((block, index) => [...block, ...(block.length === 1 && blocks[index + 1]?.length === 1 ? [] : [''])])

/** What went as planned was read in the plan; it takes one line, unless more is wanted. */
function sensorLines(sensor: ApplianceOutcome, style: Style, { verbose }: RenderOptions): string[] {
  const place = [sensor.site, sensor.endpoint].filter((part) => part !== undefined).map(plainText)
  const status = style[statusPaint[sensor.status]](outcomeTexts[sensor.status])
  const isPlain = !verbose && sensor.status === 'done' && sensor.steps.every((step) => step.status === 'done')
  const steps = isPlain ? [counted(sensor.steps.length, 'step')] : []
  return [
    `${style.bold(plainText(sensor.key))}  ${[...place, status, ...steps].join(' · ')}`,
    ...(isPlain ? [] : sensor.steps.flatMap((step) => stepLines(step, sensor.key, style))),
    ...beyondSteps(sensor).flatMap((problem) => problemLines(withoutKey(problem, sensor.key), style, '  ')),
  ]
}

const withoutKey = <P extends { key?: string }>(problem: P, key: string): P =>
  problem.key === key ? { ...problem, key: '' } : problem

function stepLines({ title, status, notes, problem }: StepOutcome, key: string, style: Style): string[] {
  const paint = status === 'done' ? style.green : status === 'failed' ? style.red : style.yellow
  return [
    `  ${paint(stepTexts[status].padEnd(13))} ${plainText(title)}`,
    ...notes.map((note) => `                ${style.dim(plainText(note))}`),
    ...(problem ? problemLines(withoutKey(problem, key), style, '                ') : []),
  ]
}

const order: readonly ApplianceOutcome['status'][] = [
  'done',
  'partial',
  'failed',
  'stale',
  'waiting',
  'unknown',
  'notAttempted',
  'unchanged',
]

/** `3 sensors: 2 done, 1 failed` */
export const outcomeLine = ({ sensors, managementConsoles }: Outcome): string =>
  [
    countsLine(sensors, 'sensor'),
    ...(managementConsoles.length > 0 ? [countsLine(managementConsoles, 'management console')] : []),
  ].join(' · ')

function countsLine(appliances: readonly ApplianceOutcome[], noun: string): string {
  const counts = order
    .map((status) => [appliances.filter((one) => one.status === status).length, outcomeTexts[status]] as const)
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${count} ${text}`)
  return `${counted(appliances.length, noun)}: ${counts.join(', ') || 'nothing to do'}`
}
