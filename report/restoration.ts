/** The restore of a backup, in words for every format. */
import type { Restoration } from '../reconcile/restore/restoration.ts'
import { humanPlan } from './human-plan.ts'
import { problemLines } from './human-problem.ts'
import { plainText } from './neutral.ts'
import type { RenderOptions, RestoreReport } from './report.ts'
import { styleOf } from './style.ts'
import { notBackedUp } from './words.ts'

export const restorationTitles: Readonly<Record<Restoration['state'], string>> = {
  planned: 'would restore',
  refused: 'did not restore',
  restored: 'restored',
  failed: 'did not restore',
  waiting: 'waits to restore',
  unknown: 'nobody can tell whether it restored',
}

/** What the backup is, what comes of it, and what was found: a line each. */
export const restorationLines = (restoration: Restoration): string[] => [
  ...backupLines(restoration),
  ...(restoration.state === 'planned' ? forecastOf(restoration) : []),
  ...restoration.notes,
  ...(restoration.state === 'restored' ? [afterwards(restoration)] : []),
]

function backupLines({ backup, liveName }: Restoration): string[] {
  if (!backup) return []
  const { createdAt, sensor } = backup
  const as = sensor === undefined ? '' : ` as ${sensor}`
  const now = liveName === undefined || liveName === sensor ? '' : `; the sensor is named ${liveName} now`
  return [`made ${createdAt}${as}${now}`]
}

const forecastOf = ({ resumes }: Restoration): string[] => [
  ...(resumes ? ['an earlier run began this restore; it is taken up'] : []),
  'comes back as it was then: settings and secrets, name and activation, network, certificate',
  'is lost: whatever was changed since then',
  `stays as it is: ${notBackedUp}`,
  'meanwhile: services stop and start, every session ends, nothing answers for a while; do not power off',
  'afterwards: the sensor may have the address and the certificate of then; it is sought there, and planned again',
]

const afterwards = ({ plan }: Restoration): string =>
  plan?.sensors.some(({ changes }) => changes.length > 0)
    ? 'it now differs from what is declared; "sensorform apply" brings it there'
    : 'it is as declared'

export function humanRestoration({ restoration, tool, startedAt }: RestoreReport, options: RenderOptions): string {
  const style = styleOf(options.colour)
  const { key, state, from, problems, plan } = restoration
  return [
    `${style.bold(plainText(key))}: ${restorationTitles[state]} ${plainText(from)}`,
    ...restorationLines(restoration).map((line) => `  ${plainText(line)}`),
    ...problems.flatMap((problem) => problemLines(problem, style, '  ')),
    '',
    ...(plan ? [humanPlan({ kind: 'plan', plan, tool, startedAt }, options)] : []),
  ].join('\n')
}
