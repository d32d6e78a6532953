/**
 * Compares the connection of a sensor to a declared management console, as both ends see it.
 *
 * | the console            | the sensor                   | becomes                                                       |
 * | ---------------------- | ---------------------------- | ------------------------------------------------------------- |
 * | could not be read      |                              | unverifiable, and a problem: only these fields wait           |
 * | was read               | is not connected to it       | a change, and a step that connects it                         |
 * | does not know the token| believes to be connected     | the same                                                      |
 * | was read               | is connected, but halted     | a problem with the documented words: no write mends it        |
 * | lists another zone     |                              | a change, and a step at the console                           |
 * | nobody may sign in     | a connection string, a zone  | a change until a person confirms it: nothing reads it back    |
 * | is older               |                              | the plan is refused, both versions named                      |
 *
 * @module
 */
import { consoleTooOld } from '../../formats/version.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { Cause, Change } from '../change.ts'
import type { ConsoleSights, ManagedSensor, Observation } from '../driver.ts'
import { causeOf } from './causes.ts'
import { digestOfValues } from './confirmation.ts'
import { compareSecret } from './secret-diff.ts'
import { abilityOf } from './setting-fields.ts'
import { noFindings, problemOf, type Findings, type Look } from './look.ts'

export const consolePath = 'managementConsole.console'
export const zonePath = 'managementConsole.zone'
const stringPath = 'managementConsole.connectionString'

/** Compares what `managementConsole` declares of a console that a document declares. */
export function compareConsole(look: Look): Findings {
  const { settings, kind } = look.desired
  const { console: key, enabled, zone, connectionString } = settings.managementConsole ?? {}
  if (kind !== 'Sensor' || enabled === false) return noFindings()
  if (key === undefined) return zone !== undefined && connectionString ? compareZoneByHand(look, zone) : noFindings()
  const seen = look.sight.console?.observation
  if (!seen || 'problem' in seen) return unseen(look, key, zone, seen?.problem)
  const connection = connectionChange(look, key, seen)
  const changes = [connection, zoneChange(look, seen, connection)].filter((change) => change !== undefined)
  return { changes, unverifiable: [], problems: [...haltedProblems(look, seen), ...zoneProblems(look, seen)] }
}

function unseen(look: Look, key: string, zone: string | undefined, problem: Problem | undefined): Findings {
  const why = problem ? `: ${problem.summary}` : ''
  return {
    changes: [],
    unverifiable: [consolePath, ...(zone === undefined ? [] : [zonePath])],
    problems: [
      problemOf(look.desired, {
        severity: 'warning',
        code: 'CONSOLE_NOT_OBSERVED',
        field: consolePath,
        summary: `The management console ${key} could not be looked at${why.replace(/\.$/, '')}`,
        hint: 'The connection of the sensor and its zone are not compared, and not changed; everything else is.',
      }),
    ],
  }
}

/** How the console lists this sensor, if it does. */
export const entryOf = (
  console: Pick<Observation, 'console'>,
  { identity }: Pick<Observation, 'identity'>,
): ManagedSensor | undefined => console.console?.sensors.find((sensor) => sensor.identity === identity)

/** Connected as far as the sensor can tell, and the console does not refuse what it is connected with. */
export function isConnectedTo(console: Observation, sensor: Observation): boolean {
  const { consoleConnection: connection } = sensor
  const isToken = entryOf(console, sensor)?.connection !== 'OUT_OF_SYNC'
  return connection?.state !== 'NotConfigured' && connection?.identity === console.identity && isToken
}

function connectionChange(look: Look, key: string, console: Observation): Change | undefined {
  const { observation, remembered } = look
  if (isConnectedTo(console, observation)) return undefined
  const connection = observation.consoleConnection
  const isOn = connection !== undefined && connection.state !== 'NotConfigured'
  const cause = causeOf(remembered, consolePath, {
    desired: (applied) => applied === key,
    live: () => isOn,
  })
  return changeOf(consolePath, isOn ? formerText(look, key, console) : undefined, key, cause)
}

/** True where the sensor is set up for this very console, which does not take it any more. */
export const isSetUpFor = (console: Observation, { consoleConnection: connection }: Observation): boolean =>
  connection !== undefined && connection.state !== 'NotConfigured' && connection.identity === console.identity

const formerText = ({ observation }: Look, key: string, console: Observation): string =>
  isSetUpFor(console, observation)
    ? `${key}, by a connection string that it does not know any more`
    : `the console at ${observation.consoleConnection?.address ?? 'an unknown address'}`

const changeOf = (path: string, before: string | undefined, after: string, cause: Cause): Change => ({
  kind: 'field',
  path,
  aspect: 'managementConsole',
  before,
  after,
  cause,
  sensitive: false,
})

/** A console that the sensor does not report to yet says nothing about who moved it: the zone differs as the connection does. */
function zoneChange(look: Look, console: Observation, connection: Change | undefined): Change | undefined {
  const { zone: wanted } = look.desired.settings.managementConsole ?? {}
  if (wanted === undefined || !console.console) return undefined
  const entry = entryOf(console, look.observation)
  const live = zoneNameOf(console.console, entry?.zoneId)
  if (isZone(live, wanted)) return undefined
  const ownCause = causeOf(look.remembered, zonePath, {
    desired: (applied) => applied === wanted,
    live: (applied) => typeof applied === 'string' && isZone(live, applied),
  })
  return changeOf(zonePath, live, wanted, connection?.cause ?? ownCause)
}

/** With a connection string alone nobody can look at the console: the zone is a person's word. */
function compareZoneByHand(look: Look, zone: string): Findings {
  const isSame = look.remembered?.confirmed?.[zonePath] === digestOfValues(zoneByHand(look))
  // Where the sensor is about to be connected elsewhere, what was assigned before is no longer of use.
  const isConfirmed = isSame && compareSecret(look, stringPath, abilityOf(look.support, stringPath)).state !== 'differs'
  const changes = isConfirmed ? [] : [changeOf(zonePath, undefined, zone, 'spec')]
  return { changes, unverifiable: [zonePath], problems: [] }
}

/** What a person brings about at the console. Another console is another assignment. */
export function zoneByHand({ desired, observation }: Look): Readonly<Record<string, string>> {
  const { zone = '' } = desired.settings.managementConsole ?? {}
  const { state, identity } = observation.consoleConnection ?? {}
  const isOn = state !== undefined && state !== 'NotConfigured' && typeof identity === 'string'
  return { [zonePath]: zone, ...(isOn && { [consolePath]: identity }) }
}

/** Whether a zone, as in `Berlin/Assembly`, is the one of a name, with or without its site. */
const isZone = (live: string | undefined, name: string): boolean =>
  live !== undefined && (live === name || live.endsWith(`/${name}`))

/** `Berlin/Assembly`. */
function zoneNameOf({ sites }: ConsoleSights, id: number | undefined): string | undefined {
  const site = sites.find(({ zones }) => zones.some((zone) => zone.id === id))
  const zone = site?.zones.find((one) => one.id === id)
  return site && zone && `${site.name}/${zone.name}`
}

/** A declared zone, as `Assembly` or, where several sites have one of this name, `Berlin/Assembly`. */
export function zonesNamed({ sites }: ConsoleSights, zone: string): { site: string; zone: string }[] {
  return sites.flatMap((site) =>
    site.zones
      .filter(({ name }) => name === zone || `${site.name}/${name}` === zone)
      .map(({ name }) => ({ site: site.name, zone: name })),
  )
}

function zoneProblems(look: Look, { console }: Observation): Problem[] {
  const { zone } = look.desired.settings.managementConsole ?? {}
  if (zone === undefined || !console || zonesNamed(console, zone).length === 1) return []
  const found = zonesNamed(console, zone)
  const all = console.sites.flatMap((site) => site.zones.map(({ name }) => `${site.name}/${name}`))
  return [
    problemOf(look.desired, {
      severity: 'error',
      code: 'ZONE_UNKNOWN',
      field: zonePath,
      summary:
        found.length === 0
          ? `The management console has no zone ${zone}`
          : `Several sites of the management console have a zone ${zone}`,
      hint:
        found.length === 0
          ? `Add it in Site Management of the console, or name one that is there: ${all.join(', ') || 'none is'}.`
          : `Name the site too: ${found.map((one) => `${one.site}/${one.zone}`).join(' or ')}.`,
    }),
  ]
}

/** What each documented state means for whoever must act. */
const remedies: Readonly<Record<string, { code: string; hint: string }>> = {
  TIME_DIFF_OFFSET: {
    code: 'CONSOLE_TIME_DRIFT',
    hint: 'Let both follow one NTP server: declare time.ntp of the sensor, and set NTP on the console.',
  },
  DISCONNECTED: {
    code: 'CONSOLE_NOT_COMMUNICATING',
    hint: 'Check the network between the two, and their certificates where certificate.validation is mandatory.',
  },
}

/** A connection that is set up and does not work. */
function haltedProblems(look: Look, console: Observation): Problem[] {
  const { observation, desired } = look
  if (!isConnectedTo(console, observation)) return []
  const entry = entryOf(console, observation)
  const state = entry?.connection ?? (observation.consoleConnection?.state === 'Connected' ? 'SYNCED' : 'DISCONNECTED')
  if (state === 'SYNCED' && observation.consoleConnection?.state === 'Connected') return []
  const tooOld = oldConsole(look)
  if (tooOld) return [{ ...tooOld, severity: 'warning' }]
  const { code, hint } = remedies[state] ?? { code: 'CONSOLE_NOT_COMMUNICATING', hint: 'Look at the console.' }
  const words = [entry?.description, observation.consoleConnection?.message].filter((text) => Boolean(text))
  return [
    problemOf(desired, {
      severity: 'warning',
      code,
      field: consolePath,
      summary: `The connection to the management console does not work. ${[...new Set(words)].join(' ')}`.trim(),
      hint,
    }),
  ]
}

/** A console that is older than the sensor, as it is or as an update would make it, would cut it off. */
export function oldConsole(look: Look, version = look.observation.softwareVersion): Problem | undefined {
  const { console: key, enabled } = look.desired.settings.managementConsole ?? {}
  const seen = look.sight.console?.observation
  if (key === undefined || enabled === false || !seen || 'problem' in seen) return undefined
  if (seen.softwareVersion === undefined || version === undefined) return undefined
  if (!consoleTooOld(seen.softwareVersion, version)) return undefined
  const whose = version === look.observation.softwareVersion ? 'of the sensor' : 'that the sensor would be updated to'
  return problemOf(look.desired, {
    severity: 'error',
    code: 'CONSOLE_OLDER_THAN_SENSOR',
    field: consolePath,
    summary: `The management console ${key} has version ${seen.softwareVersion}, which is older than ${version} ${whose}`,
    hint: 'Update the console first; a sensor that is newer than its console is disconnected.',
  })
}
