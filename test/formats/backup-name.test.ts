import { expect, test } from 'vitest'
import { formatBackupName, parseBackupName } from '../../formats/backup-name.ts'

const documented = 'Sensor_1-backup-version-2.6.0.102-2019-06-24_09:24:55.tar'

test('the documented example is read and written', () => {
  const name = { sensor: 'Sensor_1', version: '2.6.0.102', at: '2019-06-24T09:24:55' }
  expect(parseBackupName(documented)).toEqual(name)
  expect(formatBackupName(name)).toBe(documented)
})

test('a sensor may be called like a backup', () => {
  const name = { sensor: 'a-backup-version-1-2020-01-01_00:00:00', version: '22.3.8', at: '2026-01-31T03:00:00' }
  expect(parseBackupName(formatBackupName(name))).toEqual(name)
})

test('a time with a zone is written as the clock of the sensor shows it', () => {
  expect(formatBackupName({ sensor: 'a', version: '1.2', at: '2026-01-31T03:00:00.000Z' })).toBe(
    'a-backup-version-1.2-2026-01-31_03:00:00.tar',
  )
})

test.each([
  '',
  'notes.txt',
  'a-backup-version-1.2.tar',
  `${documented}.gz`,
  '-backup-version-1-2019-06-24_09:24:55.tar',
])('other files are none: %s', (file) => expect(parseBackupName(file)).toBeUndefined())
