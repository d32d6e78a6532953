/**
 * The clock of the appliance. Nobody declares it, so that nothing of it is a change; what is wrong is a warning.
 *
 * | what                                                       | problem                |
 * | ---------------------------------------------------------- | ---------------------- |
 * | it is off by more than a minute                            | CLOCK_DRIFTING         |
 * | NTP is on, and the appliance says that it is not in step   | NTP_NOT_SYNCHRONIZED   |
 * | the console shows it in another format than is set         | CLOCK_SHOWN_OTHERWISE  |
 * | the console shows another local time than its zone has     | TIME_ZONE_RULES_DIFFER |
 *
 * @module
 */
import { judgeShown, type DateFormat } from '../../formats/displayed-clock.ts'
import { isTimeZone } from '../../schemas/rules.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { Observation } from '../driver.ts'
import { noFindings, problemOf, type Findings, type Look } from './look.ts'

/** A clock that is further off blocks activation (documented; the limit is this project's choice). */
export const mostDriftSeconds = 300
/** Told from here on, so that there is time to act (project choice). */
const toldDriftSeconds = 60

export const compareClock = (look: Look): Findings => ({
  ...noFindings(),
  problems: [...drifting(look), ...notSynchronized(look), ...shownOtherwise(look)],
})

/** `75 s ahead`. */
export const driftText = (seconds: number): string =>
  `${Math.abs(Math.round(seconds))} s ${seconds < 0 ? 'behind' : 'ahead'}`

/** How the console shows the clock, judged; nothing where it cannot be. */
export function judgeClock({ clock, live }: Pick<Observation, 'clock' | 'live'>) {
  const [timezone, dateFormat] = [live.get('time.timezone'), live.get('time.dateFormat')]
  if (clock?.displayed === undefined || typeof timezone !== 'string' || !isTimeZone(timezone)) return undefined
  if (typeof dateFormat !== 'string') return undefined
  const { displayed } = clock
  const nowMs = Date.parse(clock.now)
  return { displayed, ...judgeShown({ displayed, nowMs, timezone, dateFormat: dateFormat as DateFormat }) }
}

function drifting(look: Look): Problem[] {
  const { clockDriftSeconds: seconds = 0 } = look.observation
  if (Math.abs(seconds) <= toldDriftSeconds) return []
  if (look.desired.kind === 'ManagementConsole') return [consoleDrifting(look, seconds)]
  const blocks = Math.abs(seconds) > mostDriftSeconds
  return [
    warning(look, {
      code: 'CLOCK_DRIFTING',
      field: 'time.ntp.server',
      summary: `The clock of the appliance is ${driftText(seconds)}${blocks ? ': it cannot be activated like that' : ''}`,
      hint: 'Declare time.ntp with a server that it reaches (UDP port 123 from the management port), or set its clock.',
    }),
  ]
}

/** No document declares the time of a console. */
const consoleDrifting = (look: Look, seconds: number): Problem =>
  warning(look, {
    code: 'CLOCK_DRIFTING',
    summary: `The clock of the management console is ${driftText(seconds)}: sensors whose clocks differ from it are disconnected`,
    hint: 'Set NTP on the console; its sensors follow the same server (time.ntp).',
  })

function notSynchronized(look: Look): Problem[] {
  const { clock } = look.observation
  const { ntp } = look.desired.settings.time ?? {}
  const server = look.live.get('time.ntp.server')
  const isAboutToChange = ntp?.enabled === false || (ntp?.server !== undefined && ntp.server !== server)
  if (clock?.synchronized !== false || look.live.get('time.ntp.enabled') !== true || isAboutToChange) return []
  return [
    warning(look, {
      code: 'NTP_NOT_SYNCHRONIZED',
      field: 'time.ntp.server',
      summary: `NTP is on, but the clock is not in step with ${typeof server === 'string' ? server : 'any server'}`,
      hint: 'See that the server answers on UDP port 123 from the management port, and that it is an IPv4 server.',
    }),
  ]
}

function shownOtherwise(look: Look): Problem[] {
  const { clock } = look.observation
  const verdict = clock && judgeClock({ clock, live: look.live })
  if (!verdict || verdict.state === 'right') return []
  const zone = look.live.get('time.timezone') as string
  const { displayed } = verdict
  if (verdict.state === 'otherFormat') {
    const summary = `The console shows the clock as ${JSON.stringify(displayed)}, which is not in the date format that is set`
    return [warning(look, { code: 'CLOCK_SHOWN_OTHERWISE', field: 'time.dateFormat', summary })]
  }
  const { offByMinutes } = verdict
  const off = `${Math.abs(offByMinutes)} min ${offByMinutes < 0 ? 'behind' : 'ahead of'}`
  return [
    warning(look, {
      code: 'TIME_ZONE_RULES_DIFFER',
      field: 'time.timezone',
      summary: `The console shows ${displayed}, ${off} the local time of ${zone}: it knows other rules of this zone`,
      hint: 'Update the software of the appliance. Until then times in alerts and reports are off; the clock itself is not.',
    }),
  ]
}

const warning = ({ desired }: Look, problem: Omit<Problem, 'key' | 'at' | 'severity'>) =>
  problemOf(desired, { severity: 'warning', ...problem })
