/**
 * Maintenance windows. A moment is inside when the clock on the wall of the window's time zone reads a time inside it: on the
 * night when clocks go back, the repeated hour counts twice; on the night when they go forward, the skipped one not at
 * all. A step may start only if every moment until its expected end is inside.
 *
 * Clocks are compared as "local ms": ms since the epoch plus the zone's offset at that moment.
 *
 * @module
 */
import type { WindowSpec } from '../../schemas/access.ts'

export type WindowState = { open: true } | { open: false; opensAt: number }

/** From a moment on, until another. */
interface Interval {
  start: number
  end: number
}

const dayMs = 86_400_000
/** Weekly windows come again within a week; a change of clocks may swallow one of them, or two. */
const horizonDays = 22

/** Whether a step that takes so long may start now, and else when the window next opens for long enough. */
export function windowState(window: WindowSpec | undefined, now: number, expectedSeconds: number): WindowState {
  if (!window) return { open: true }
  const intervals = intervalsOf(window, now)
  const lengthMs = expectedSeconds * 1000
  if (intervals.some(({ start, end }) => start <= now && now + lengthMs <= end && now < end)) return { open: true }
  const later = intervals.filter(({ start }) => start > now)
  // Nothing is long enough: the next opening is said all the same, and the step will not start then either.
  const next = later.find(({ start, end }) => end - start >= lengthMs) ?? later[0]
  return { open: false, opensAt: next?.start ?? Infinity }
}

/** A moment in UTC and on the wall of a zone: `2026-03-14T21:00:00.000Z, Sat 22:00 in Europe/Berlin`. */
export function momentText(moment: number, timeZone: string): string {
  const local = new Date(moment + offsetReader(timeZone)(moment))
  const clock = local.toISOString().slice(11, 16)
  return `${new Date(moment).toISOString()}, ${dayNames[local.getUTCDay()]} ${clock} in ${timeZone}`
}

const kept = new WeakMap<WindowSpec, { now: number; intervals: readonly Interval[] }>()

/** The moments inside the window around now, touching ones joined, in order. */
function intervalsOf(window: WindowSpec, now: number): readonly Interval[] {
  const known = kept.get(window)
  if (known?.now === now) return known.intervals
  const intervals = computeIntervals(window, now)
  kept.set(window, { now, intervals })
  return intervals
}

function computeIntervals({ timezone, open }: WindowSpec, now: number): Interval[] {
  const offsetAt = offsetReader(timezone)
  const around = { start: now - 2 * dayMs, end: now + horizonDays * dayMs }
  const stretches = stretchesOf(around, offsetAt)
  const openings = [open].flat().map(parseOpening)
  const moments = stretches.flatMap((stretch) => openings.flatMap((opening) => insideStretch(stretch, opening)))
  return joined(moments)
}

interface Opening {
  /** Days of the week, Sunday is 0. */
  days: ReadonlySet<number>
  /** Minutes since local midnight; an end before the start lies on the next day. */
  start: number
  end: number
}

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Reads "Sat 22:00-02:00" or "Mon-Fri 20:00-23:00", as the schema accepts them. */
function parseOpening(text: string): Opening {
  const [days = '', hours = ''] = text.split(' ')
  const [first = '', last = first] = days.split('-')
  const [start = 0, end = 0] = hours.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))
  const from = dayNames.indexOf(first)
  const count = ((dayNames.indexOf(last) - from + 7) % 7) + 1
  const set = new Set(Array.from({ length: count }, (_, index) => (from + index) % 7))
  return { days: set, start, end: end > start ? end : end + 24 * 60 }
}

/** A time during which the zone's offset stays the same. */
type Stretch = Interval & { offset: number }

function stretchesOf({ start, end }: Interval, offsetAt: (moment: number) => number): Stretch[] {
  const stretches: Stretch[] = []
  let current: Stretch = { start, end: start, offset: offsetAt(start) }
  for (let day = start; day < end; day += dayMs) {
    const next = Math.min(day + dayMs, end)
    const offset = offsetAt(next)
    if (offset !== current.offset) {
      const change = changeBetween(day, next, offsetAt)
      stretches.push({ ...current, end: change })
      current = { start: change, end: next, offset }
    }
    current.end = next
  }
  return [...stretches, current]
}

/** The moment at which the offset changes, to the second. */
function changeBetween(low: number, high: number, offsetAt: (moment: number) => number): number {
  const before = offsetAt(low)
  let [from, to] = [Math.floor(low / 1000), Math.ceil(high / 1000)]
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (offsetAt(middle * 1000) === before) from = middle
    else to = middle
  }
  return to * 1000
}

/** Moments of a stretch at which the local clock reads a time inside the opening. */
function insideStretch({ start, end, offset }: Stretch, { days, ...opening }: Opening): Interval[] {
  const result: Interval[] = []
  const firstDay = Math.floor((start + offset) / dayMs) - 1
  const lastDay = Math.floor((end + offset) / dayMs)
  for (let day = firstDay; day <= lastDay; day++) {
    // The epoch was a Thursday.
    if (!days.has((((day + 4) % 7) + 7) % 7)) continue
    const from = Math.max(start, day * dayMs + opening.start * 60_000 - offset)
    const to = Math.min(end, day * dayMs + opening.end * 60_000 - offset)
    if (from < to) result.push({ start: from, end: to })
  }
  return result
}

function joined(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = []
  for (const interval of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last && interval.start <= last.end) last.end = Math.max(last.end, interval.end)
    else result.push({ ...interval })
  }
  return result
}

/** Offset of a zone from UTC at a moment, in ms. */
function offsetReader(timeZone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (moment) => {
    const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000
  }
}
