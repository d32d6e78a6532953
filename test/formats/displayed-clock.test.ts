import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { judgeShown, showClock, type DateFormat } from '../../formats/displayed-clock.ts'
import { otherNameOf } from '../../formats/time-zone-name.ts'
import { dateFormats } from '../../schemas/aspects/time.ts'
import { displayedTime } from '../../simulator/sensor/clock.ts'

const at = (iso: string): number => Date.parse(iso)
const european = 'dd/MM/yyyy HH:mm:ss'

test.each<[string, string, DateFormat, string]>([
  ['2026-03-05T23:07:09Z', 'Europe/Berlin', 'dd/MM/yyyy HH:mm:ss', '06/03/2026 00:07:09'],
  ['2026-03-05T23:07:09Z', 'Asia/Tokyo', 'MM/dd/yyyy HH:mm:ss', '03/06/2026 08:07:09'],
  ['2026-03-05T23:07:09Z', 'America/New_York', 'yyyy/MM/dd HH:mm:ss', '2026/03/05 18:07:09'],
  // The hour that a change of daylight saving time leaves out, and the one that comes twice.
  ['2026-03-29T00:59:59Z', 'Europe/Berlin', european, '29/03/2026 01:59:59'],
  ['2026-03-29T01:00:00Z', 'Europe/Berlin', european, '29/03/2026 03:00:00'],
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', european, '25/10/2026 02:30:00'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', european, '25/10/2026 02:30:00'],
  ['2026-03-05T23:07:09Z', 'Asia/Kathmandu', european, '06/03/2026 04:52:09'],
])('%s in %s as %s is %s', (iso, timezone, dateFormat, displayed) => {
  expect(showClock(at(iso), timezone, dateFormat)).toBe(displayed)
  expect(judgeShown({ displayed, nowMs: at(iso), timezone, dateFormat })).toEqual({ state: 'right' })
})

test('a fleet in one zone makes one format of it', () => {
  const made = vi.spyOn(Intl, 'DateTimeFormat')
  for (let hour = 0; hour < 24; hour += 1)
    showClock(at('2026-03-05T00:00:00Z') + hour * 3_600_000, 'Asia/Tashkent', european)
  expect(made).toHaveBeenCalledTimes(1)
  made.mockRestore()
})

describe('what is shown', () => {
  const nowMs = at('2026-03-05T12:00:00Z')
  const judge = (displayed: string, dateFormat: DateFormat = european, timezone = 'UTC') =>
    judgeShown({ displayed, nowMs, timezone, dateFormat })

  test.each([
    ['day and month are swapped', '03/05/2026 12:00:00'],
    ['the year comes first', '2026/03/05 12:00:00'],
    ['it is no date', 'Thu Mar 5 12:00:00 UTC 2026'],
    ['it is no day of a year', '31/31/2026 12:00:00'],
    ['it is empty', ''],
  ])('is in another format where %s', (_, displayed) => {
    expect(judge(displayed)).toEqual({ state: 'otherFormat' })
  })

  test.each([
    ['an hour behind', '05/03/2026 11:00:00', -60],
    ['half an hour ahead', '05/03/2026 12:30:30', 31],
    ['on the next day', '06/03/2026 02:00:00', 840],
  ])('is of other rules where it is %s', (_, displayed, offByMinutes) => {
    expect(judge(displayed)).toEqual({ state: 'otherRules', offByMinutes })
  })

  test('is right within two minutes, as it is read a moment later', () => {
    expect(judge('05/03/2026 12:01:59')).toEqual({ state: 'right' })
  })
})

const zones = constantFrom(...Intl.supportedValuesOf('timeZone'))
const moments = integer({ min: at('2020-01-01T00:00:00Z'), max: at('2049-12-31T00:00:00Z') })

test('in every zone, at every time, in every format: what is shown is read back, and the simulator shows the same', () => {
  assert(
    property(zones, moments, constantFrom(...dateFormats), (timezone, nowMs, dateFormat) => {
      const displayed = showClock(nowMs, timezone, dateFormat)
      expect(judgeShown({ displayed, nowMs, timezone, dateFormat })).toEqual({ state: 'right' })
      const ntp = { enabled: null, server: null }
      expect(displayedTime(nowMs, { timezone, dateFormat, ntp })).toBe(displayed)
    }),
    { numRuns: 300 },
  )
})

test('a date that reads as another in the other order of day and month is found out', () => {
  assert(
    property(moments, (nowMs) => {
      const displayed = showClock(nowMs, 'UTC', 'MM/dd/yyyy HH:mm:ss')
      const [month = '', day = ''] = displayed.split('/')
      const verdict = judgeShown({ displayed, nowMs, timezone: 'UTC', dateFormat: european })
      expect(verdict.state).toBe(month === day ? 'right' : 'otherFormat')
    }),
  )
})

test.each([
  ['Europe/Kyiv', 'Europe/Kiev'],
  ['America/Nuuk', 'America/Godthab'],
  ['Asia/Yangon', 'Asia/Rangoon'],
  ['US/Eastern', 'America/New_York'],
  ['Europe/Berlin', undefined],
  ['America/Ciudad_Juarez', undefined],
])('%s is also called %s', (zone, other) => {
  expect(otherNameOf(zone)).toBe(other)
})
