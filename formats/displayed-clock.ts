/**
 * Date and time as a console shows them, read back and judged: is it the format that was set, and the local time of the
 * zone that was set?
 *
 * @module
 */
import type { dateFormats } from '../schemas/aspects/time.ts'

export type DateFormat = (typeof dateFormats)[number]

export interface ShownClock {
  /** As the console shows it. */
  displayed: string
  /** Clock of the appliance, ms. */
  nowMs: number
  timezone: string
  dateFormat: DateFormat
}

export type Verdict =
  | { state: 'right' }
  /** It is in none of the formats, or in another than the one that is set. */
  | { state: 'otherFormat' }
  /** The format is right, but the zone of the appliance has another local time than ours. */
  | { state: 'otherRules'; offByMinutes: number }

const minuteMs = 60_000
/** Zones are at most 26 hours apart; whoever is off by more has swapped day and month. */
const mostOffMs = 26 * 60 * minuteMs
/** Between reading the clock and showing it. */
const slackMs = 2 * minuteMs

/** Judges what is shown. */
export function judgeShown({ displayed, nowMs, timezone, dateFormat }: ShownClock): Verdict {
  const shownMs = readShown(displayed, dateFormat)
  if (shownMs === undefined) return { state: 'otherFormat' }
  const offMs = shownMs - localMs(nowMs, timezone)
  if (Math.abs(offMs) > mostOffMs) return { state: 'otherFormat' }
  if (Math.abs(offMs) <= slackMs) return { state: 'right' }
  return { state: 'otherRules', offByMinutes: Math.round(offMs / minuteMs) }
}

/** Date and time in a zone and format. */
export function showClock(nowMs: number, timezone: string, dateFormat: DateFormat): string {
  const [date = '', time = ''] = new Date(localMs(nowMs, timezone)).toISOString().split(/[T.]/)
  const [year = '', month = '', day = ''] = date.split('-')
  const parts = { yyyy: year, MM: month, dd: day } as const
  return `${dateFormat.split(' ')[0]?.replaceAll(/yyyy|MM|dd/g, (name) => parts[name as keyof typeof parts])} ${time}`
}

/** What is shown, as if it were UTC, in ms; nothing for a text that is not in this format. */
function readShown(text: string, dateFormat: DateFormat): number | undefined {
  const match = /^(\d{2,4})\/(\d{2})\/(\d{2,4}) (\d{2}:\d{2}:\d{2})$/.exec(text)
  if (!match) return undefined
  const names = dateFormat.split(/[/ ]/)
  const part = (name: string): string => match[names.indexOf(name) + 1] ?? ''
  const ms = Date.parse(`${part('yyyy')}-${part('MM')}-${part('dd')}T${match[4] ?? ''}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

/** Local time of a zone as if it were UTC, to the second. */
const localMs = (nowMs: number, timeZone: string): number =>
  Date.parse(`${formatOf(timeZone).format(nowMs).replace(' ', 'T')}Z`)

const formats = new Map<string, Intl.DateTimeFormat>()

/** A format costs more to make than all else that is compared of a sensor, and a fleet has few zones. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const options = { timeZone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' } as const
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', options)
  formats.set(timeZone, format)
  return format
}
