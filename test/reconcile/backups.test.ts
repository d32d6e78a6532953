import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lastRestorable, overwrittenNext } from '../../reconcile/backup/backups.ts'

const file = (sensor: string, version: string, day: number) => ({
  name: `${sensor}-backup-version-${version}-2026-01-0${day}_03:00:00.tar`,
  createdAt: `2026-01-0${day}T03:00:00.000Z`,
  sizeBytes: 5,
})

test('the last that can be restored is the newest of the version, whatever the sensor was called', () => {
  const backups = [
    file('now', '22.3.5', 4),
    file('then', '22.3.4', 2),
    file('now', '22.3.4', 3),
    file('now', '22.3.4', 1),
  ]
  expect(lastRestorable(backups, '22.3.4')).toMatchObject({ sensor: 'now', createdAt: '2026-01-03T03:00:00.000Z' })
  expect(lastRestorable(backups, '22.3.5')?.sensor).toBe('now')
  expect(lastRestorable(backups, '22.3.6')).toBeUndefined()
  expect(lastRestorable([{ name: 'by-hand.tar', createdAt: '2026-01-09T00:00:00Z' }], '22.3.4')).toBeUndefined()
})

test('what the next backup overwrites are the oldest, and no more than are needed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 }),
      fc.integer({ min: 0, max: 200 }),
      (sizes, limitBytes) => {
        const backups = sizes.map((sizeBytes, index) => ({ ...file('s', '1', 1), name: String(index), sizeBytes }))
        const dropped = overwrittenNext({ backups, limitBytes })
        const kept = backups.slice(0, backups.length - dropped.length)
        expect(dropped).toEqual(backups.slice(kept.length).toReversed())
        const [next = 0] = sizes
        const sum = (files: readonly { sizeBytes: number }[]) =>
          files.reduce((total, { sizeBytes }) => total + sizeBytes, next)
        if (kept.length > 0) expect(sum(kept)).toBeLessThanOrEqual(limitBytes)
        const last = backups[kept.length]
        if (last) expect(sum([...kept, last])).toBeGreaterThan(limitBytes)
      },
    ),
  )
  expect(overwrittenNext({ backups: [file('s', '1', 1)], limitBytes: null })).toEqual([])
})
