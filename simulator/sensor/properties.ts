/** System properties: what the appliance refuses, what never leaves it, and what they do. */
import { isSecretProperty, knownFiles, wrongValue } from '../../schemas/known-properties.ts'
import { Refusal } from './refusal.ts'
import type { Appliance } from './sensor.ts'
import type { ApplianceState, Settings } from './state.ts'

type Properties = Pick<Settings, 'systemProperties'>

type Files = Settings['systemProperties']['files']

const linesOf = (files: Files): [file: string, key: string, value: string][] =>
  Object.entries(files ?? {}).flatMap(([file, keys]) =>
    Object.entries(keys).map(([key, value]): [string, string, string] => [file, key, value]),
  )

/** A process that cannot work with a value would not start again. */
export function refuseProperties(before: Properties, after: Properties): void {
  for (const [file, key, value] of linesOf(after.systemProperties.files)) {
    if (before.systemProperties.files?.[file]?.[key] === value) continue
    if (isSecretProperty(file, key)) throw refusal(`${key} of ${file} is a secret and cannot be written here.`)
    const wanted = wrongValue(file, key, value)
    if (wanted !== undefined) throw refusal(`${key} of ${file} must be ${wanted}.`)
  }
}

const refusal = (sentence: string): Refusal => new Refusal(400, 'INVALID', sentence)

/** Settings as they are read: properties that are secrets are not among them. */
export function readableSettings<S extends Properties>(settings: S): S {
  const lines = linesOf(settings.systemProperties.files).filter(([file, key]) => !isSecretProperty(file, key))
  const byFile = Map.groupBy(lines, ([file]) => file)
  const files = [...byFile].map(([file, own]) => [file, Object.fromEntries(own.map(([, key, value]) => [key, value]))])
  return { ...settings, systemProperties: { files: Object.fromEntries(files) as NonNullable<Files> } }
}

/** After some files the processes restart, and all sessions end. */
export function restartProcesses({ memory }: Appliance, before: Properties, after: Properties): void {
  const restarting = Object.entries(knownFiles).filter(([, { restarts }]) => restarts !== undefined)
  const changed = restarting.some(
    ([file]) =>
      JSON.stringify(before.systemProperties.files?.[file]) !== JSON.stringify(after.systemProperties.files?.[file]),
  )
  if (changed) memory.sessions.clear()
}

const documentedIdleSeconds = 300
const documentedRefusals = 5
const settingsFile = '/var/cyberx/components/xsense-web/cyberx_web/settings.py'

/** How long a session may be idle. `infinity_session_expiration=false` turns the time-out off, as documented. */
export function idleSecondsOf({ settings }: ApplianceState): number {
  const properties = settings.systemProperties.files?.['authentication.properties'] ?? {}
  if (properties['infinity_session_expiration'] === 'false') return Infinity
  const own = properties['session_expiration_admin_seconds'] ?? properties['session_expiration_default_seconds']
  return own === undefined ? documentedIdleSeconds : Math.max(1, Number(own))
}

/** As it is told: a day is the most that the interface can say. */
export const toldIdleSeconds = (state: ApplianceState): number => Math.min(idleSecondsOf(state), 86_400)

/** After how many refusals in a row an account is locked. */
export function refusalsToLockOf({ settings }: ApplianceState): number {
  const own = settings.systemProperties.files?.[settingsFile]?.['MAX_FAILED_LOGINS']
  return own === undefined ? documentedRefusals : Math.max(1, Number(own))
}
