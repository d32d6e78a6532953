import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBackupDue, nextDailyBackupMs } from '../../../simulator/sensor/backup-schedule.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

describe('the next daily backup', () => {
  test.each([
    ['UTC', null, '2026-01-10T00:00:00Z', '2026-01-10T03:00:00.000Z'],
    ['right after the last', null, '2026-01-10T03:00:00Z', '2026-01-11T03:00:00.000Z'],
    ['east of Greenwich', 'Asia/Tokyo', '2026-01-10T00:00:00Z', '2026-01-10T18:00:00.000Z'],
    ['a quarter of an hour off', 'Asia/Kathmandu', '2026-01-10T00:00:00Z', '2026-01-10T21:15:00.000Z'],
    ['02:00 becomes 03:00', 'Europe/Berlin', '2026-03-28T20:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['03:00 becomes 02:00', 'Europe/Berlin', '2026-10-24T20:00:00Z', '2026-10-25T02:00:00.000Z'],
    ['03:00 becomes 04:00', 'Europe/Helsinki', '2026-03-28T20:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['04:00 becomes 03:00', 'Europe/Helsinki', '2026-10-24T20:00:00Z', '2026-10-25T00:00:00.000Z'],
    ['after the first 03:00 of two', 'Europe/Helsinki', '2026-10-25T00:00:00Z', '2026-10-26T01:00:00.000Z'],
    ['a change of two hours', 'Antarctica/Troll', '2026-03-28T20:00:00Z', '2026-03-29T01:00:00.000Z'],
  ])('%s', (_, zone, after, next) => {
    expect(iso(nextDailyBackupMs(Date.parse(after), zone))).toBe(next)
  })

  const zones = [
    'UTC',
    'Europe/Berlin',
    'Europe/Helsinki',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ]
  const moment = fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2027-01-01T00:00:00Z') })

  test('is the first moment at which one is due, wherever the sensor stands', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(...zones), (after, zone) => {
        const next = nextDailyBackupMs(after, zone)
        expect(next).toBeGreaterThan(after)
        expect(next - after).toBeLessThanOrEqual(26 * 3_600_000)
        expect([isBackupDue(after, next - 1, zone), isBackupDue(after, next, zone)]).toEqual([false, true])
      }),
    )
  })

  test('comes once for each day', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(...zones), (from, zone) => {
        let now = from
        for (let count = 0; count < 40; count++) now = nextDailyBackupMs(now, zone)
        expect(Math.abs(now - from - 39.5 * 86_400_000)).toBeLessThan(0.6 * 86_400_000)
      }),
      { numRuns: 30 },
    )
  })
})
