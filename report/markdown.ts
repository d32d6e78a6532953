/**
 * Reports as Markdown, for a comment on a pull request: the figures first, each sensor folded away, and never longer
 * than such a comment may be.
 *
 * @module
 */
import { ofAllAppliances } from '../schemas/appliances.ts'
import type { Change } from '../reconcile/change.ts'
import type { ApplianceOutcome } from '../reconcile/outcome.ts'
import type { AppliancePlan, Step } from '../reconcile/plan-types.ts'
import type { Problem } from '../schemas/problem.ts'
import { markdownFence, markdownText } from './neutral.ts'
import type {
  ApplyReport,
  ExplainReport,
  PlanReport,
  ProblemsReport,
  Renderer,
  RestoreReport,
  RetireReport,
} from './report.ts'
import { outcomeLine } from './human-outcome.ts'
import { restorationLines, restorationTitles } from './restoration.ts'
import { retirementLines, retirementTitles } from './retirement.ts'
import { summaryLine } from './summary.ts'
import {
  causeText,
  changeNote,
  counted,
  notBackedUp,
  outcomeTexts,
  saysNotBackedUp,
  shownText,
  statusTexts,
  stepTexts,
  beyondSteps,
} from './words.ts'

/** Longest result, in bytes. Hosts of repositories cut comments off at about 64 KiB. */
const budgetBytes = 60_000

export const renderMarkdown: Renderer = (report) => {
  if (report.kind === 'apply') return outcomePage(report)
  if (report.kind === 'problems') return problemsPage(report)
  if (report.kind === 'explain') return explainPage(report)
  if (report.kind === 'retire') return retirePage(report)
  if (report.kind === 'restore') return restorePage(report)
  return planPage(report)
}

/** Head, as many whole blocks as fit, and a line that says how many are left out. */
function page(head: readonly string[], blocks: readonly string[], noun: string): string {
  const taken: string[] = [head.join('\n\n')]
  let bytes = Buffer.byteLength(taken[0] ?? '') + 120
  let left = 0
  for (const block of blocks) {
    const size = Buffer.byteLength(block) + 2
    if (left > 0 || bytes + size > budgetBytes) left += 1
    else {
      taken.push(block)
      bytes += size
    }
  }
  if (left > 0) taken.push(`_${counted(left, `more ${noun}`)} left out to keep this short; the JSON result has all._`)
  return `${taken.join('\n\n')}\n`
}

function planPage({ plan, kind }: PlanReport): string {
  const title = kind === 'plan' ? 'Sensorform plan' : 'Sensorform drift'
  const told = ofAllAppliances(plan).filter(({ status, problems }) => status !== 'inSync' || problems.length > 0)
  return page(
    [
      `### ${title}`,
      `**${summaryLine(plan, kind)}**`,
      ...(plan.refused ? ['> **Refused by policy:** apply would do nothing.'] : []),
      ...(plan.problems.length > 0 ? [plan.problems.slice(0, 20).map(problemItem).join('\n')] : []),
      ...(plan.orphans.length > 0 ? [orphansText(plan.orphans)] : []),
      ...(kind === 'plan' && saysNotBackedUp(ofAllAppliances(plan)) ? [`${notBackedUp}.`] : []),
    ],
    told.map((sensor) => sensorBlock(sensor, kind)),
    'sensor',
  )
}

const mostOrphans = 50

function orphansText(orphans: readonly string[]): string {
  const more = orphans.length > mostOrphans ? ` and ${orphans.length - mostOrphans} more` : ''
  return `Declared by no document, and left alone: ${orphans.slice(0, mostOrphans).map(markdownText).join(', ')}${more}`
}

function sensorBlock(sensor: AppliancePlan, kind: PlanReport['kind']): string {
  return folded(
    `${heading(sensor)}: ${statusTexts[sensor.status]}${sensor.changes.length > 0 ? `, ${counted(sensor.changes.length, 'change')}` : ''}`,
    [
      ...(sensor.changes.length > 0 ? [markdownFence('diff', diffLines(sensor.changes))] : []),
      ...(kind === 'plan' && sensor.steps.length > 0 ? [sensor.steps.map(stepItem).join('\n')] : []),
      ...(sensor.problems.length > 0 ? [sensor.problems.map(problemItem).join('\n')] : []),
      ...(sensor.unverifiable.length > 0
        ? [`Cannot be verified: ${sensor.unverifiable.map(markdownText).join(', ')}`]
        : []),
    ],
  )
}

const heading = ({ key, site }: { key: string; site?: string }): string =>
  `<b>${markdownText(key)}</b>${site === undefined ? '' : ` (${markdownText(site)})`}`

const folded = (summary: string, body: readonly string[]): string =>
  ['<details>', `<summary>${summary}</summary>`, '', body.join('\n\n'), '', '</details>'].join('\n')

function diffLines(changes: readonly Change[]): string[] {
  const column = Math.max(...changes.map(({ path }) => path.length))
  return [...Map.groupBy(changes, causeText)].flatMap(([cause, members]) => [
    `# ${cause}`,
    ...members.flatMap((change) => {
      const line = (sign: string, value: Change['before']) =>
        `${sign} ${change.path.padEnd(column)}  ${shownText(value)}`
      const note = changeNote(change)
      return [
        ...(change.before === undefined ? [] : [line('-', change.before)]),
        ...(change.after === undefined ? [] : [line('+', change.after)]),
        ...(note === undefined ? [] : [`! ${change.path.padEnd(column)}  ${note}`]),
      ]
    }),
  ])
}

const indent = (block: string): string => block.replaceAll(/^/gm, '   ')

function stepItem(step: Step): string {
  const facts = [
    `${step.risk} risk`,
    ...(step.action.type === 'manual' ? ['a person does it'] : []),
    ...(step.disrupts === undefined ? [] : [`disrupts: ${markdownText(step.disrupts)}`]),
    ...(step.undo === 'no' ? ['cannot be undone'] : []),
    ...(step.pointOfNoReturn === undefined ? [] : [`**point of no return:** ${markdownText(step.pointOfNoReturn)}`]),
  ]
  const how = step.instructions === undefined ? '' : `\n\n${indent(markdownFence('', step.instructions.split('\n')))}\n`
  return `1. ${markdownText(step.title)} (${facts.join('; ')})${how}`
}

function problemItem({ severity, code, at, summary, hint }: Problem): string {
  const place = at === undefined ? '' : `${markdownText(at.file)}:${at.line}:${at.column}: `
  return `- **${severity}** ${markdownText(code)}: ${place}${markdownText(summary)}${hint === undefined ? '' : `. ${markdownText(hint)}`}`
}

function outcomePage({ outcome }: ApplyReport): string {
  return page(
    [
      '### Sensorform apply',
      `**${outcomeLine(outcome)}**`,
      ...(outcome.interrupted ? ['> **Interrupted.** The next run takes up what was left.'] : []),
    ],
    ofAllAppliances(outcome)
      .filter(({ status, problems }) => status !== 'unchanged' || problems.some(({ severity }) => severity === 'error'))
      .map(outcomeBlock),
    'sensor',
  )
}

function outcomeBlock(sensor: ApplianceOutcome): string {
  const steps = sensor.steps.map(({ title, status, notes, problem }) =>
    [
      `- ${stepTexts[status]}: ${markdownText(title)}`,
      ...notes.map((note) => `  - ${markdownText(note)}`),
      ...(problem ? [`  ${problemItem(problem)}`] : []),
    ].join('\n'),
  )
  const problems = beyondSteps(sensor)
  return folded(`${heading(sensor)}: ${outcomeTexts[sensor.status]}`, [
    ...(steps.length > 0 ? [steps.join('\n')] : []),
    ...(problems.length > 0 ? [problems.map(problemItem).join('\n')] : []),
  ])
}

function problemsPage({ verb, problems, unchecked }: ProblemsReport): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  return page(
    [`### Sensorform ${verb}`, errors === 0 ? '**valid**' : `**${counted(errors, 'error')}**`],
    [...problems.map(problemItem), ...unchecked.map((text) => `- not checked: ${markdownText(text)}`)],
    'problem',
  )
}

const explainPage = ({ key, fields }: ExplainReport): string =>
  page(
    [`### ${markdownText(key)}`],
    fields.map(
      ({ path, value, layer, file, line, effect }) =>
        `- ${markdownText(path)}: ${markdownText(value)} (${layer}, ${markdownText(file)}:${line}; ${effect})`,
    ),
    'field',
  )

const retirePage = ({ retirement }: RetireReport): string =>
  page(
    [
      `### Sensorform retire`,
      `**${markdownText(retirement.key)}: ${retirementTitles[retirement.state]}**`,
      retirementLines(retirement)
        .map((line) => `- ${markdownText(line)}`)
        .join('\n'),
    ],
    retirement.problems.map(problemItem),
    'problem',
  )

const restorePage = ({ restoration }: RestoreReport): string =>
  page(
    [
      `### Sensorform restore`,
      `**${markdownText(restoration.key)}: ${restorationTitles[restoration.state]} ${markdownText(restoration.from)}**`,
      restorationLines(restoration)
        .map((line) => `- ${markdownText(line)}`)
        .join('\n'),
    ],
    [
      ...restoration.problems.map(problemItem),
      ...(restoration.plan?.sensors ?? []).map((sensor) => sensorBlock(sensor, 'plan')),
    ],
    'block',
  )
