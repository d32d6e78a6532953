// Addresses: 127.20.108.x.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { BackupList } from '../../../schemas/generated/wire.ts'
import type { SimulatorOptions } from '../../../simulator/simulate.ts'
import { refusalOf, signIn, startOne, type Client } from './start.ts'

let host = 0
const activated = { name: 'Sensor_1', mode: 'local' } as const
async function leased(around: Partial<SimulatorOptions> = {}, hardwareProfile = 'L500') {
  const startAt = { startAt: '2026-03-01T02:59:00.000Z' }
  const one = await startOne(`127.20.108.${++host}`, { activated, hardwareProfile }, { ...startAt, ...around })
  await one.client.lease()
  return one
}

function makeShares(rules?: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-shares-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, '10.0.0.7', 'backups', 'berlin'), { recursive: true })
  if (rules) writeFileSync(join(folder, '10.0.0.7', 'backups', 'share.json'), JSON.stringify(rules))
  return folder
}

const names = async (client: Client): Promise<string[]> =>
  ((await client.call('listBackups')).body as BackupList).backups.map(({ name }) => name)
const smb = {
  server: '10.0.0.7',
  share: 'backups',
  path: 'berlin',
  username: 'backup',
  password: { value: 'pass-1', tag: null },
}
const target = (part: object = {}) => ({ body: { target: { enabled: true, smb: { ...smb, ...part } } } })

test('a backup is made at 03:00 on the clock of the sensor, with the documented name, once a day', async () => {
  const { simulator, endpoint, client } = await leased()
  expect(await names(client)).toEqual([])
  simulator.advanceClock(90)
  expect((await names(client)).map((name) => name.slice(0, -10))).toEqual([
    'Sensor_1-backup-version-22.3.8.91-2026-03-01_03',
  ])
  simulator.advanceClock(3600)
  const later = await signIn(endpoint)
  expect(await names(later)).toHaveLength(1)
  simulator.advanceClock(86_400)
  expect(await names(await signIn(endpoint))).toHaveLength(2)
})

test('a clock that is moved over 03:00 makes one backup, one that is moved back makes none', async () => {
  const { simulator, endpoint } = await leased()
  simulator.setClock('2026-03-05T12:00:00.000Z')
  expect(await names(await signIn(endpoint))).toHaveLength(1)
  simulator.setClock('2026-03-01T00:00:00.000Z')
  expect(await names(await signIn(endpoint))).toHaveLength(1)
})

test('no daily backup when it is off; on demand still', async () => {
  const { simulator, client } = await leased()
  await client.call('writeBackup', { body: { enabled: false } })
  simulator.advanceClock(200)
  await client.lease()
  expect(await names(client)).toEqual([])
  expect((await client.job('createBackup')).state).toBe('succeeded')
  expect(await names(client)).toHaveLength(1)
})

test('the oldest are overwritten when the space of the profile is used up', async () => {
  const { simulator, client } = await leased({ tuning: { backupSizeBytes: 9_000_000_000 } })
  const made: string[] = []
  for (let count = 0; count < 3; count++) {
    simulator.advanceClock(1)
    made.unshift(String((await client.job('createBackup')).result?.['name']))
  }
  expect(await names(client)).toEqual(made.slice(0, 2))
})

test('L100 has no backup', async () => {
  const { simulator, client } = await leased({}, 'L100')
  simulator.advanceClock(200)
  await client.lease()
  const { backups, settings } = await client.read()
  expect([backups, settings.backup.enabled]).toEqual([
    { supported: false, latest: null, lastError: null, lastRestore: null },
    false,
  ])
  expect(refusalOf(await client.call('createBackup'))).toEqual([422, 'NOT_SUPPORTED'])
})

describe('a target', () => {
  test('that takes it gets the file', async () => {
    const sharesFolder = makeShares({ username: 'backup', password: 'pass-1' })
    const { client } = await leased({ surroundings: { sharesFolder } })
    expect((await client.call('writeBackup', target())).status).toBe(200)
    expect((await client.call('checkBackupTarget')).body).toEqual({
      ok: true,
      message: 'The target is mounted and can be written.',
    })
    await client.job('createBackup')
    expect(readdirSync(join(sharesFolder, '10.0.0.7', 'backups', 'berlin'))).toEqual(await names(client))
  })

  test.each([
    [
      'with another password',
      'credentials',
      { username: 'backup', password: 'other' },
      {},
      '//10.0.0.7/backups refused the user name or password.',
    ],
    ['that is full', 'full', { full: true }, {}, 'There is not enough space on //10.0.0.7/backups.'],
    ['that is not there', 'unreachable', undefined, { server: '10.0.0.8' }, '//10.0.0.8/backups is not reachable.'],
    [
      'without the folder',
      'path',
      undefined,
      { path: 'berlin/hall-2' },
      'There is no folder berlin/hall-2 on //10.0.0.7/backups.',
    ],
    [
      'of another SMB version',
      'version',
      { versions: ['3.0', '3.1.1'] },
      { version: '2.0' },
      '//10.0.0.7/backups does not speak SMB 2.0; it offers 3.0, 3.1.1.',
    ],
    ['without a server', 'settings', undefined, { server: null }, 'The backup target has no server or no share.'],
  ])('%s is refused when written, and says so (%s)', async (_, reason, rules, part, message) => {
    const { client } = await leased({ surroundings: { sharesFolder: makeShares(rules) } })
    const reply = await client.call('writeBackup', target(part))
    expect(refusalOf(reply)).toEqual([422, 'TARGET_FAILED'])
    const { error } = reply.body as { error: { userDisplayErrorMessage: string; details: object } }
    expect(error).toMatchObject({ userDisplayErrorMessage: message, details: { reason } })
    expect((await client.read()).settings.backup.target.enabled).toBe(false)
  })

  test('that goes away later fails the backup, and the sensor says so until the next one', async () => {
    const sharesFolder = makeShares()
    const { simulator, endpoint, client } = await leased({ surroundings: { sharesFolder } })
    await client.call('writeBackup', target())
    const gone = join(sharesFolder, '10.0.0.7')
    rmSync(gone, { recursive: true })
    const problem = '//10.0.0.7/backups is not reachable.'
    expect((await client.job('createBackup')).error?.userDisplayErrorMessage).toBe(problem)
    simulator.advanceClock(200)
    const none = { supported: true, latest: null, lastRestore: null }
    expect((await client.read()).backups).toEqual({ ...none, lastError: problem })
    mkdirSync(join(gone, 'backups', 'berlin'), { recursive: true })
    simulator.advanceClock(86_400)
    expect((await (await signIn(endpoint)).read()).backups.lastError).toBe(null)
  })
})
