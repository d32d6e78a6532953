/** Why a backup is not restored, found before anything is sent. Pure. */
import type { Problem } from '../../schemas/problem.ts'
import type { NamedBackup } from '../backup/backups.ts'
import type { Observation, Support } from '../driver.ts'
import type { Intent } from '../lease.ts'

const step = 'restore'

/** The intent of a restore that an earlier run began. */
export function restoreUnderWay({ unfinished: { intent } }: Observation, from: string): Intent | undefined {
  return intent?.step === step && intent.data['from'] === from ? intent : undefined
}

interface Question {
  key: string
  from: string
  observation: Observation
  support: Support
  backups: readonly NamedBackup[]
}

export function refusalsOf(question: Question): Problem[] {
  const { key, observation, support } = question
  if (!support.restore || observation.backups?.supported === false) return [notSupported(key)]
  return [...blockedBy(question), ...unfit(question)]
}

function blockedBy({ key, from, observation }: Question): Problem[] {
  const { intent, networkChange } = observation.unfinished
  if (networkChange) return [blocked(key, `a network change to ${networkChange.to.address} waits to be confirmed`)]
  if (!intent || restoreUnderWay(observation, from)) return []
  return [blocked(key, `run ${intent.run} left "${intent.step}" unfinished`)]
}

function unfit({ key, from, observation, backups }: Question): Problem[] {
  const backup = backups.find(({ name }) => name === from)
  if (!backup) return [unknownBackup(key, from, backups)]
  const { softwareVersion } = observation
  return backup.version !== undefined && backup.version === softwareVersion
    ? []
    : [otherVersion(key, backup, softwareVersion)]
}

const problem = (key: string, code: string, summary: string, hint: string): Problem => ({
  severity: 'error',
  code,
  key,
  summary,
  hint,
})

const notSupported = (key: string): Problem =>
  problem(
    key,
    'NOT_SUPPORTED',
    'This sensor restores no backups.',
    'Its hardware profile has none, or its driver cannot; at the sensor itself: sudo cyberx-xsense-system-restore.',
  )

const blocked = (key: string, why: string): Problem =>
  problem(key, 'RESTORE_BLOCKED', `Nothing was restored: ${why}.`, 'Run "sensorform apply" first, which ends that.')

const mostNamed = 5

function unknownBackup(key: string, from: string, backups: readonly NamedBackup[]): Problem {
  const names = backups.slice(0, mostNamed).map(({ name }) => name)
  const there = names.length === 0 ? 'There is none.' : `There is: ${names.join(', ')}.`
  return problem(
    key,
    'BACKUP_UNKNOWN',
    `The sensor has no backup ${from}.`,
    `${there} "sensorform backup list ${key}" shows all.`,
  )
}

function otherVersion(key: string, { name, version }: NamedBackup, live: string | undefined): Problem {
  const summary =
    version === undefined
      ? `The name ${name} does not say of which version the backup is.`
      : `The backup is of version ${version}; the sensor runs ${live ?? 'a version that it does not tell'}.`
  const hint = 'A backup is restored to the version that it was made with, and to no other.'
  return problem(key, 'RESTORE_VERSION', summary, hint)
}
