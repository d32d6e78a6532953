/** How changes, causes and states are worded, once for every format. */
import type { Cause, Change, RegistrationFault, Shown } from '../reconcile/change.ts'
import type { ApplianceOutcome, StepStatus } from '../reconcile/outcome.ts'
import type { AppliancePlan, ApplianceStatus } from '../reconcile/plan-types.ts'
import type { Problem } from '../schemas/problem.ts'

const longestShown = 400

/** A value on one line, not yet neutralised. */
export function shownText(value: Shown | undefined): string {
  if (value === undefined) return '(not set)'
  if (typeof value === 'string') return shorten(/^$|^\s|\s$|^\(/.test(value) ? JSON.stringify(value) : value)
  if (typeof value !== 'object') return String(value)
  if ('secret' in value) return `(secret, ${value.secret})`
  if ('certificate' in value) {
    const until = value.notAfter === undefined ? '' : `, valid until ${value.notAfter}`
    return `${value.certificate} (sha256 ${value.sha256.slice(0, 16)}…${until})`
  }
  if ('sha256' in value) return `(file, sha256 ${value.sha256.slice(0, 16)}…)`
  return value.length === 0 ? '(empty list)' : shorten(value.join(', '))
}

const shorten = (text: string): string =>
  text.length <= longestShown ? text : `${text.slice(0, longestShown)}… (${text.length} characters)`

/** Why a field differs, in words. */
export function causeText({ cause, attribution: who }: Pick<Change, 'cause' | 'attribution'>): string {
  const by = who === undefined ? '' : ` by ${who.user} from ${who.from} at ${who.at}`
  const texts: Readonly<Record<Cause, string>> = {
    spec: 'pending: the spec changed',
    sensor: `drift: changed on the sensor${by}`,
    both: `drift: changed on the sensor${by}, and the spec changed as well`,
    time: 'expiring: time is running out',
    undetermined: 'drift: differs, and no last apply is remembered',
  }
  return texts[cause]
}

const registrationTexts: Readonly<Record<RegistrationFault, string>> = {
  recordMissing: 'its registration is missing',
  wrongSite: 'its registration lies in another site',
  wrongMode: 'it is activated in another mode',
  notValid: 'its activation is not valid',
  neverConnected: 'it never connected under its present registration',
  fileOlderThanRecord: 'its activation file is older than its registration',
  notActivated: 'it is not activated',
  activationOutdated: 'the declared software version is activated in another way',
  legacyRecord: 'the registration of before the update is still listed',
}

function expiryText({ aspect, before }: Change): string {
  if (aspect !== 'backup') return 'it expires'
  return before === undefined ? 'there is no backup yet' : 'the newest backup is older'
}

/** What a change is beyond two values, where it is. */
export function changeNote(change: Change): string | undefined {
  if (change.kind === 'registration') return registrationTexts[change.what]
  if (change.kind === 'extraRule') return 'the rule must not exist'
  if (change.kind === 'expiry') return expiryText(change)
  if (change.kind === 'field') return undefined
  return change.what === 'intent' ? 'an earlier run left it unfinished' : 'a network change waits for confirmation'
}

/** What is said of a sensor as a whole: not what its steps say already. */
export const beyondSteps = ({ steps, problems }: Pick<ApplianceOutcome, 'steps' | 'problems'>): Problem[] =>
  problems.filter((problem) => !steps.some((step) => step.problem !== undefined && isSame(step.problem, problem)))

const isSame = (one: Problem, other: Problem): boolean =>
  one.code === other.code && one.field === other.field && one.summary === other.summary

export const statusTexts: Readonly<Record<ApplianceStatus, string>> = {
  inSync: 'in sync',
  pending: 'pending',
  drifted: 'drifted',
  expiring: 'expiring',
  unknown: 'unknown',
  held: 'held',
  waiting: 'waiting',
}

export const outcomeTexts: Readonly<Record<ApplianceOutcome['status'], string>> = {
  done: 'done',
  failed: 'failed',
  partial: 'done in part',
  notAttempted: 'not attempted',
  waiting: 'waiting',
  unknown: 'unknown',
  stale: 'stale',
  unchanged: 'unchanged',
}

export const stepTexts: Readonly<Record<StepStatus, string>> = {
  done: 'done',
  failed: 'failed',
  notAttempted: 'not attempted',
  waiting: 'waiting',
  unknown: 'unknown',
}

/** What no backup holds. Documented. */
export const notBackedUp = 'PCAP files and logs are not in a backup'

/** Said once of a whole plan, where backups are made, set up, collected or offered for restoring. */
export const saysNotBackedUp = (appliances: readonly AppliancePlan[]): boolean =>
  appliances.some(
    ({ steps, problems }) =>
      steps.some(({ id }) => /^(backup|sensorBackups)(\.|$)/.test(id)) ||
      problems.some(({ code }) => code === 'BACKUP_OFFERED'),
  )

/** `1 step`, `2 steps`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`

const sizeUnits = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** A number of bytes for people, in powers of 1000 with two digits or more: `2.1 MB`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), sizeUnits.length - 1)
  const size = bytes / 1000 ** power
  return `${power > 0 && size < 10 ? Number(size.toFixed(1)) : Math.round(size)} ${sizeUnits[power]}`
}
