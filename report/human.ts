/** Every report for a person. */
import { humanOutcome } from './human-outcome.ts'
import { humanPlan } from './human-plan.ts'
import { problemLines } from './human-problem.ts'
import { humanRestoration } from './restoration.ts'
import { humanRetirement } from './retirement.ts'
import { plainText } from './neutral.ts'
import type { ExplainedField, ExplainReport, ProblemsReport, Renderer, RenderOptions } from './report.ts'
import { styleOf } from './style.ts'
import { counted } from './words.ts'

export const renderHuman: Renderer = (report, options) => {
  if (report.kind === 'apply') return humanOutcome(report, options)
  if (report.kind === 'problems') return humanProblems(report, options)
  if (report.kind === 'explain') return humanExplain(report, options)
  if (report.kind === 'retire') return humanRetirement(report, options)
  if (report.kind === 'restore') return humanRestoration(report, options)
  return humanPlan(report, options)
}

function humanProblems({ problems, sensors, unchecked }: ProblemsReport, { colour }: RenderOptions): string {
  const style = styleOf(colour)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const found = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ].join(', ')
  const declared = sensors === undefined ? '' : `${counted(sensors, 'sensor')}: `
  return [
    ...problems.flatMap((problem) => [...problemLines(problem, style), '']),
    ...(unchecked.length > 0
      ? [...unchecked.map((text) => `${style.dim('not checked:')} ${plainText(text)}`), '']
      : []),
    errors === 0 ? `${declared}${style.green('valid')}${warnings > 0 ? `, ${found}` : ''}` : style.red(found),
    '',
  ].join('\n')
}

function humanExplain({ key, fields }: ExplainReport, { colour }: RenderOptions): string {
  const style = styleOf(colour)
  const paths = fields.map(({ path }) => plainText(path))
  const column = Math.max(0, ...paths.map((path) => path.length))
  return [
    style.bold(plainText(key)),
    ...fields.flatMap((field, index) => [
      `  ${(paths[index] ?? '').padEnd(column)}  ${style.green(plainText(field.value))}`,
      `  ${' '.repeat(column)}  ${style.dim(originText(field))}`,
    ]),
    '',
  ].join('\n')
}

/** `site, fleet/berlin.yaml:11:23 · for 2 sensors · changing it is a step of low risk` */
function originText({ layer, file, line, column, sensors, effect }: ExplainedField): string {
  const shared = sensors > 1 ? [`for ${counted(sensors, 'sensor')}`] : []
  return [`${layer}, ${plainText(file)}:${line}:${column}`, ...shared, effect].join(' · ')
}
