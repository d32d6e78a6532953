/** Windows are told by the clock on the wall of their own time zone, also on the nights when it changes. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { momentText, windowState } from '../../reconcile/plan/window.ts'
import type { WindowSpec } from '../../schemas/access.ts'

const berlin = (...open: string[]): WindowSpec => ({ timezone: 'Europe/Berlin', open })
const at = (text: string): number => Date.parse(text)
const minutes = 60

describe.each<[string, WindowSpec | undefined, string, number, true | string]>([
  ['no window is always open', undefined, '2026-03-10T12:00Z', 900, true],
  ['inside', berlin('Tue 12:00-14:00'), '2026-03-10T12:00Z', 900, true],
  ['before', berlin('Tue 14:00-16:00'), '2026-03-10T12:00Z', 900, '2026-03-10T13:00Z'],
  ['too little time left', berlin('Tue 12:00-13:10'), '2026-03-10T12:00Z', 15 * minutes, '2026-03-17T11:00Z'],
  ['ends exactly with the window', berlin('Tue 12:00-13:15'), '2026-03-10T12:00Z', 15 * minutes, true],
  ['over midnight, on the day after', berlin('Sat 22:00-02:00'), '2026-03-15T00:30Z', 900, true],
  ['over midnight, from Saturday to Sunday', berlin('Sat 22:00-02:00'), '2026-03-15T01:00Z', 900, '2026-03-21T21:00Z'],
  ['days over the end of a week', berlin('Sat-Mon 10:00-11:00'), '2026-03-10T12:00Z', 900, '2026-03-14T09:00Z'],
  ['the whole day', berlin('Tue 00:00-00:00'), '2026-03-10T22:59Z', 60, true],
  ['windows that touch are one', berlin('Tue 22:00-00:00', 'Wed 00:00-02:00'), '2026-03-10T22:55Z', 10 * minutes, true],
  [
    'too long for any window',
    berlin('Tue 12:00-12:05', 'Wed 12:00-12:05'),
    '2026-03-10T12:00Z',
    900,
    '2026-03-11T11:00Z',
  ],
  [
    'clocks go forward: the skipped hour is no window',
    berlin('Sun 02:15-02:45'),
    '2026-03-29T00:30Z',
    60,
    '2026-04-05T00:15Z',
  ],
  [
    'clocks go forward: the night is an hour shorter',
    berlin('Sun 01:00-04:00'),
    '2026-03-29T01:10Z',
    60 * minutes,
    '2026-04-04T23:00Z',
  ],
  ['clocks go back: the repeated hour counts twice', berlin('Sun 02:15-02:45'), '2026-10-25T01:20Z', 60, true],
  ['clocks go back: between the two', berlin('Sun 02:15-02:45'), '2026-10-25T00:50Z', 60, '2026-10-25T01:15Z'],
  ['clocks go back: the night is an hour longer', berlin('Sun 01:00-04:00'), '2026-10-24T23:10Z', 170 * minutes, true],
])('%s', (_, window, now, seconds, expected) => {
  test(`at ${now} for ${seconds} s`, () => {
    const state = windowState(window, at(now), seconds)
    expect(state).toEqual(expected === true ? { open: true } : { open: false, opensAt: at(expected) })
  })
})

test.each([
  ['2026-03-28T21:00Z', 'Europe/Berlin', 'Sat 22:00'],
  ['2026-03-29T20:00Z', 'Europe/Berlin', 'Sun 22:00'],
  ['2026-10-25T00:30Z', 'Europe/Berlin', 'Sun 02:30'],
  ['2026-10-25T01:30Z', 'Europe/Berlin', 'Sun 02:30'],
  ['2026-04-04T14:45Z', 'Australia/Lord_Howe', 'Sun 01:45'],
  ['2026-04-04T15:15Z', 'Australia/Lord_Howe', 'Sun 01:45'],
  ['2026-09-26T13:30Z', 'Pacific/Auckland', 'Sun 01:30'],
  ['2026-09-26T14:00Z', 'Pacific/Auckland', 'Sun 03:00'],
  ['2026-01-01T00:00Z', 'Pacific/Apia', 'Thu 13:00'],
  ['2026-01-01T00:00Z', 'Asia/Kolkata', 'Thu 05:30'],
])('%s in %s is %s', (moment, timezone, local) => {
  expect(momentText(at(moment), timezone)).toBe(`${moment.slice(0, -1)}:00.000Z, ${local} in ${timezone}`)
})

test('agrees with a walk from minute to minute that asks Intl for the day and the time', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'UTC',
    'Pacific/Apia',
    'Pacific/Auckland',
    'America/Santiago',
    'America/St_Johns',
  ]
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([h, m]) => [h, m].map((n) => String(n).padStart(2, '0')).join(':'))
  const day = fc.constantFrom(...dayNames)
  const opening = fc
    .tuple(day, fc.option(day), time, time)
    .map(([from, to, start, end]) => `${from}${to ? `-${to}` : ''} ${start}-${end}`)
  // Around the clock changes of 2026 as often as anywhere.
  const changes = [
    '2026-03-29T01:00Z',
    '2026-03-08T07:00Z',
    '2026-10-25T01:00Z',
    '2026-11-01T06:00Z',
    '2026-04-04T15:00Z',
    '2026-10-03T15:30Z',
    '2026-04-04T14:00Z',
    '2026-09-26T14:00Z',
    '2026-04-05T03:00Z',
    '2026-09-06T04:00Z',
  ].map(at)
  const moment = fc.oneof(
    fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -600, max: 600 }))
      .map(([near, minute]) => near + minute * 60_000),
    fc
      .integer({ min: at('2026-01-01T00:00Z') / 60_000, max: at('2027-01-01T00:00Z') / 60_000 })
      .map((minute) => minute * 60_000),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.array(opening, { minLength: 1, maxLength: 3 }),
      moment,
      fc.integer({ min: 1, max: 180 }),
      (timezone, open, now, length) => {
        const isInside = walker({ timezone, open })
        const walked = Array.from({ length }, (_, minute) => now + minute * 60_000).every(isInside)
        const state = windowState({ timezone, open }, now, length * 60)
        expect(state.open).toBe(walked)
        if (!state.open && Number.isFinite(state.opensAt)) {
          expect(state.opensAt).toBeGreaterThan(now)
          expect([isInside(state.opensAt), isInside(state.opensAt - 60_000)]).toEqual([true, false])
        }
      },
    ),
    { numRuns: 400 },
  )
})

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** The definition, word by word: does the clock on the wall read a time inside the window? */
function walker({ timezone, open }: WindowSpec): (moment: number) => boolean {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const openings = [open].flat().map((text) => /^(\w+)(?:-(\w+))? (\S+)-(\S+)$/.exec(text) ?? [])
  return (moment) => {
    const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]))
    const today = dayNames.indexOf(parts['weekday'] ?? '')
    const clock = `${parts['hour']}:${parts['minute']}`
    return openings.some(([, from = '', to = from, start = '', end = '']) => {
      const opensOn = (day: number) =>
        (day - dayNames.indexOf(from) + 7) % 7 <= (dayNames.indexOf(to) - dayNames.indexOf(from) + 7) % 7
      if (start < end) return opensOn(today) && start <= clock && clock < end
      return (opensOn(today) && start <= clock) || (opensOn((today + 6) % 7) && clock < end)
    })
  }
}
