// Addresses: 127.20.101.x. Every operation and every status that the OpenAPI document declares is brought about once, and
// each answer is held to it.
import { afterAll, describe, expect, test } from 'vitest'
import { writeOperationOf } from '../../../schemas/api/settings.ts'
import type {
  ApplianceRead,
  BackupList,
  PendingNetworkChange,
  SoftwarePackage,
} from '../../../schemas/generated/wire.ts'
import { settingAspects } from '../../../schemas/sensor.ts'
import { simulatedPackage } from '../../../simulator/software-package.ts'
import { leafKey, makeCertificate } from './certificates.ts'
import {
  admin,
  call,
  cloudAt,
  documentedStatuses,
  operationsOf,
  refusalOf,
  seen,
  signIn,
  startOne,
  type CallOptions,
  type Client,
} from './start.ts'

let host = 0
const startHere = (...[options, around]: Parameters<typeof startOne> extends [string, ...infer Rest] ? Rest : never) =>
  startOne(`127.20.101.${++host}`, options, around)

const certificate = { name: null, certificate: makeCertificate(), chain: null, privateKey: leafKey.pem }
const bodies: Readonly<Record<string, CallOptions>> = {
  checkCredentials: { body: admin },
  signIn: { body: admin },
  writeTime: { body: { timezone: 'Europe/Berlin' } },
  writeNetwork: { body: { dns: ['10.0.0.53'] } },
  writeCertificate: { body: { validation: 'mandatory' } },
  writeBackup: { body: { enabled: false } },
  writeForwarding: { body: { rules: { ops: { minimumSeverity: 'Major' } } } },
  testRule: { params: { rule: 'ops' } },
  importCertificate: { body: { ...certificate, privateKeyTag: null, passphrase: null, passphraseTag: null } },
  checkPeers: { body: { authorities: null } },
  changeAddress: {
    body: {
      address: '127.20.101.250',
      subnetMask: '255.255.255.0',
      gateway: '127.20.101.254',
      confirmWithinSeconds: 60,
    },
  },
  confirmAddress: { params: { id: 'x' } },
  activate: { body: new Uint8Array(4) },
  uploadPackage: { params: { name: 'x' }, body: new Uint8Array(4) },
  updateSoftware: { body: { name: 'x', sha256: 'a'.repeat(64) } },
  readJob: { params: { id: 'x' } },
  restoreBackup: { params: { name: 'x.tar' } },
  lease: { body: { holder: 'run-1', ttlSeconds: 60 } },
}
const settingWrites: readonly string[] = settingAspects.map(writeOperationOf)
const optionsOf = (id: string): CallOptions => bodies[id] ?? (settingWrites.includes(id) ? { body: {} } : {})
/** What a sensor offers. */
const own = operationsOf('Sensor')
const writes = own.filter(({ fenced, id }) => fenced && id !== 'releaseLease').map(({ id }) => id)

describe('what every operation may answer', () => {
  test.each(own.map(({ id }) => id))('%s: 400, 401, 429, 500, 503', async (id) => {
    const { simulator, endpoint, client } = await startHere()
    const malformed = await client.call(id, { ...optionsOf(id), headers: { 'sensorform-fence': 'x' } })
    expect(refusalOf(malformed)).toEqual([400, 'INVALID'])
    const stranger = {
      ...optionsOf(id),
      ...(['signIn', 'checkCredentials'].includes(id) && { body: { ...admin, password: '' } }),
    }
    expect((await call(endpoint, id, stranger)).status).toBe(401)
    for (const status of [500, 503]) simulator.addFault({ kind: 'status', status, nth: status === 500 ? 1 : 2 })
    simulator.addFault({ kind: 'throttle', retryAfterSeconds: 3, nth: 3 })
    const statuses = []
    for (let count = 0; count < 3; count++) statuses.push((await client.call(id, optionsOf(id))).status)
    expect(statuses).toEqual([500, 503, 429])
  })
})

describe('the fence of a write', () => {
  test.each(writes)('%s: 423 without a lease, 409 with a stale fence', async (id) => {
    const { client } = await startHere()
    const fenced = (fence: number) => ({ ...optionsOf(id), headers: { 'sensorform-fence': String(fence) } })
    expect(refusalOf(await client.call(id, optionsOf(id)))).toEqual([423, 'LEASE_REQUIRED'])
    expect(refusalOf(await client.call(id, fenced(1)))).toEqual([423, 'LEASE_REQUIRED'])
    const { fence } = await client.lease()
    expect(refusalOf(await client.call(id, fenced(fence + 1)))).toEqual([409, 'FENCE_STALE'])
  })
})

describe('the revision of a write', () => {
  test.each(own.filter(({ conditional }) => conditional).map(({ id }) => id))('%s: 412', async (id) => {
    const { client } = await startHere()
    await client.lease()
    const stale = { ...optionsOf(id), headers: { 'if-match': '"another"' } }
    expect(refusalOf(await client.call(id, stale))).toEqual([412, 'REVISION_CONFLICT'])
  })
})

const leased = async (...given: Parameters<typeof startHere>): Promise<Client> => {
  const { client } = await startHere(...given)
  await client.lease()
  return client
}

describe('what single operations refuse', () => {
  test('signIn: 403', async () => {
    const { endpoint } = await startHere()
    for (let count = 0; count < 5; count++) await call(endpoint, 'signIn', { body: { ...admin, password: '' } })
    expect(refusalOf(await call(endpoint, 'signIn', { body: admin }))).toEqual([403, 'ACCOUNT_LOCKED'])
  })

  test('lease: 409', async () => {
    const client = await leased()
    const other = await client.call('lease', { body: { holder: 'run-2', ttlSeconds: 60 } })
    expect(refusalOf(other)).toEqual([409, 'LEASE_HELD'])
  })

  test.each([
    ['testRule', { rule: 'none' }],
    ['readJob', { id: 'none' }],
    ['confirmAddress', { id: 'none' }],
    ['restoreBackup', { name: 'none.tar' }],
  ])('%s: 404', async (id, params) => {
    const client = await leased()
    expect(refusalOf(await client.call(id, { params }))).toEqual([404, 'NOT_FOUND'])
  })

  test('uploadPackage, updateSoftware: 422', async () => {
    const client = await leased()
    for (const id of ['uploadPackage', 'updateSoftware']) {
      expect(refusalOf(await client.call(id, optionsOf(id)))).toEqual([422, 'UPDATE_REFUSED'])
    }
  })

  test('importCertificate, activate, changeAddress, createBackup, restoreBackup: 422', async () => {
    const client = await leased({ hardwareProfile: 'L100' })
    const imported = {
      ...certificate,
      privateKey: 'no key',
      privateKeyTag: null,
      passphrase: null,
      passphraseTag: null,
    }
    const away = { address: '10.0.0.5', subnetMask: '255.255.255.0', gateway: '10.0.0.1', confirmWithinSeconds: 60 }
    const replies = [
      await client.call('importCertificate', { body: imported }),
      await client.call('activate', { body: new Uint8Array(4) }),
      await client.call('changeAddress', { body: away }),
      await client.call('createBackup'),
      await client.call('restoreBackup', { params: { name: 'x.tar' } }),
      await client.call('writeBackup', { body: { enabled: true } }),
    ]
    expect(replies.map((reply) => refusalOf(reply))).toEqual([
      [422, 'CERTIFICATE_REFUSED'],
      [422, 'ACTIVATION_REFUSED'],
      [422, 'NOT_SUPPORTED'],
      [422, 'NOT_SUPPORTED'],
      [422, 'NOT_SUPPORTED'],
      [422, 'NOT_SUPPORTED'],
    ])
  })
})

test('every operation succeeds', async () => {
  const { simulator, endpoint, client } = await startHere({}, { cloud: cloudAt('127.20.101.200') })
  expect((await call(endpoint, 'checkCredentials', { body: admin })).status).toBe(200)
  const { revision } = await client.lease()
  const before = await client.call('readAppliance')
  expect(before.headers.etag).toBe(`"${revision}"`)
  const again = await client.call('readAppliance', { headers: { 'if-none-match': `"${revision}"` } })
  expect([again.status, again.body]).toEqual([304, undefined])
  for (const id of [...settingWrites, 'testRule', 'checkPeers']) {
    expect([id, (await client.call(id, optionsOf(id))).status]).toEqual([id, 200])
  }
  expect((await client.job('createBackup')).state).toBe('succeeded')
  for (const id of ['listBackups', 'checkBackupTarget', 'readAudit']) {
    expect([id, (await client.call(id)).status]).toEqual([id, 200])
  }
  const [backup] = ((await client.call('listBackups')).body as BackupList).backups
  const file = simulator.cloud?.seed({ name: 'berlin-1', mode: 'cloud', site: 'berlin-plant' })
  expect((await client.job('activate', { body: file })).state).toBe('succeeded')
  expect((await client.call('importCertificate', optionsOf('importCertificate'))).status).toBe(200)
  const { id } = (await client.call('changeAddress', optionsOf('changeAddress'))).body as PendingNetworkChange
  await expect.poll(() => signIn(simulator.appliance('line-1').endpoint()).catch(() => undefined)).toBeDefined()
  const moved = await signIn(simulator.appliance('line-1').endpoint())
  const { fence } = await moved.lease() // the same holder takes its lease again
  expect(fence).toBe(2)
  expect((await moved.call('confirmAddress', { params: { id } })).status).toBe(200)
  expect((await moved.read()).pending).toEqual({ networkChange: null, job: null } satisfies ApplianceRead['pending'])
  expect((await moved.call('releaseLease', { query: '?intent=clear' })).status).toBe(204)
  expect((await moved.call('signOut')).status).toBe(204)
  const last = await signIn(simulator.appliance('line-1').endpoint())
  await last.lease()
  expect((await last.call('restoreBackup', { params: { name: backup?.name ?? '' } })).status).toBe(202)
})

test('every operation of an update succeeds', async () => {
  const client = await leased({ softwareVersion: '22.3.8', activated: { name: 'berlin-1', mode: 'local' } })
  const params = { name: 'sensor-secured-patcher-22.3.9.tar' }
  const uploaded = await client.call('uploadPackage', { params, body: simulatedPackage('22.3.9') })
  expect(uploaded.status).toBe(200)
  const { sha256 } = uploaded.body as SoftwarePackage
  expect((await client.call('updateSoftware', { body: { ...params, sha256 } })).status).toBe(202)
})

/** Statuses that the table of operations allows for all writes, but that writes of plain values never need. */
const neverNeeded = settingWrites.filter((id) => id !== 'writeBackup').map((id) => `${id} 422`)

afterAll(() => {
  const missing = documentedStatuses('Sensor').filter((one) => !seen.has(one) && !neverNeeded.includes(one))
  expect(missing).toEqual([])
})
