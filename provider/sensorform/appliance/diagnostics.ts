import type { ApplianceOutcome } from '../../../reconcile/outcome.ts'
import type { AppliancePlan, Step } from '../../../reconcile/plan-types.ts'
import type { Problem } from '../../../schemas/problem.ts'
import type { Attributes } from '../../../schemas/terraform/schema.ts'
import type { Diagnostic, Diagnostics } from '../../model/diagnostic.ts'
import type { ObjectValue } from '../../model/value.ts'
import { problemDiagnostic } from '../../spec/check-spec.ts'
import { fieldPath } from '../../spec/path.ts'

/** Problems of the engine, at the lines of their fields. */
export const fromProblems = (
  attributes: Attributes,
  problems: readonly Problem[],
  config: ObjectValue | null,
): Diagnostics =>
  problems.map((problem) => problemDiagnostic(attributes, { ...withPlace(problem), ...inTerraform(problem) }, config))

/** What is wrong with the way to an appliance stands in `access`. */
function withPlace(problem: Problem): Problem {
  const field = places[problem.code]
  return field === undefined ? problem : { field, ...problem }
}

const places: Readonly<Record<string, string>> = {
  CREDENTIALS_REFUSED: 'access.credentials',
  ACCOUNT_LOCKED: 'access.credentials',
  TLS_UNTRUSTED: 'access.trust',
  UNREACHABLE: 'access.endpoint',
  TIMEOUT: 'access.endpoint',
  IDENTITY_MISMATCH: 'access.endpoint',
  WRONG_KIND: 'access.endpoint',
}

/** The narrow exceptions go by other names here. */
function inTerraform({ hint }: Problem): Pick<Problem, 'hint'> {
  if (hint === undefined) return {}
  return { hint: flags.reduce((text, [flag, setting]) => text.replaceAll(flag, setting), hint) }
}

const flags: readonly (readonly [RegExp, string])[] = [
  [/--allow-unguarded-network-change/g, 'allow_unguarded_network_change = true in the provider block'],
  [/--allow-delete \S+?(?=[.;,]?(\s|$))/g, 'its registered name in allow_delete of the provider block'],
  [/--adopt-record \S+?(?=[.;,]?(\s|$))/g, 'its registered name in adopt_records of the provider block'],
  [/--allow-cut-off \S+?(?=[.;,]?(\s|$))/g, 'its registered name in allow_cut_off of the provider block'],
]

/** What a plan disrupts, and from where on there is no way back. */
export const warningsOf = (attributes: Attributes, { steps }: AppliancePlan, config: ObjectValue): Diagnostics =>
  steps
    .filter(({ disrupts, pointOfNoReturn }) => disrupts ?? pointOfNoReturn)
    .map((step) => warningOf(attributes, step, config))

function warningOf(
  attributes: Attributes,
  { title, changes, disrupts, pointOfNoReturn }: Step,
  config: ObjectValue,
): Diagnostic {
  const detail = [
    ...(disrupts === undefined ? [] : [`Disrupts: ${disrupts}.`]),
    ...(pointOfNoReturn === undefined ? [] : [`Point of no return: ${pointOfNoReturn}.`]),
  ]
  const path = changes[0] === undefined ? [] : fieldPath(attributes, changes[0], config)
  return {
    severity: 'warning',
    summary: `Apply will ${title}`,
    detail: detail.join(' ').replaceAll('..', '.'),
    ...(path.length > 0 && { path }),
  }
}

/** What became of a run, where it is not done. */
export function fromOutcome(attributes: Attributes, outcome: ApplianceOutcome, config: ObjectValue): Diagnostics {
  const failed = outcome.steps.flatMap(({ problem }) => problem ?? [])
  const told = fromProblems(attributes, distinct([...outcome.problems, ...failed]), config)
  if (outcome.status === 'done' || outcome.status === 'unchanged') return told
  if (told.some(({ severity }) => severity === 'error')) return told
  return [...told, { severity: 'error', ...sentences[outcome.status] }]
}

/** A step that fails may be told for the appliance too. */
const distinct = (problems: readonly Problem[]): Problem[] =>
  problems.filter(
    (one, index) =>
      problems.findIndex(
        ({ code, summary, field }) => code === one.code && summary === one.summary && field === one.field,
      ) === index,
  )

type Unfinished = Exclude<ApplianceOutcome['status'], 'done' | 'unchanged'>

const again = 'Apply again: it goes on from what is there.'
const sentences: Readonly<Record<Unfinished, { summary: string; detail: string }>> = {
  failed: { summary: 'A step failed', detail: again },
  partial: { summary: 'Only some steps are done', detail: again },
  notAttempted: { summary: 'Nothing was attempted', detail: again },
  waiting: { summary: 'A step waits for a person', detail: 'The plan says what to do; apply again when it is done.' },
  unknown: {
    summary: 'The appliance does not answer',
    detail: 'Nothing is known of what became of the last step. Apply again.',
  },
  stale: { summary: 'The appliance is no longer what the plan was made from', detail: 'Nothing was done. Plan again.' },
}
