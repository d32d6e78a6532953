/** Every operation of a console answers what the OpenAPI document declares. Addresses: 127.21.100.x. */
import { afterAll, describe, expect, test } from 'vitest'
import { authority, leafKey, makeAuthority, makeCertificate } from '../sensor/certificates.ts'
import {
  admin,
  call,
  documentedStatuses,
  operationsOf,
  refusalOf,
  seen,
  send,
  signIn,
  type CallOptions,
} from '../sensor/start.ts'
import { connect, startPlant, type Plant } from './start.ts'

let net = 0
const startHere = (...sensors: Parameters<typeof startPlant>[1] & {}): Promise<Plant> =>
  startPlant(`127.22.${++net}`, sensors)

const untagged = { privateKeyTag: null, passphrase: null, passphraseTag: null }
const certificate = { name: null, certificate: makeCertificate({ issuer: authority }), chain: makeAuthority() }
const bodies: Readonly<Record<string, CallOptions>> = {
  checkCredentials: { body: admin },
  signIn: { body: admin },
  writeCertificate: { body: { validation: 'none' } },
  writeMailServer: { body: { host: 'mail.plant.example' } },
  writeForwarding: { body: { rules: { ops: { systemNotifications: true, actions: {} } } } },
  writeSensorBackups: { body: { collect: false } },
  writeSystemProperties: { body: {} },
  testRule: { params: { rule: 'ops' } },
  importCertificate: { body: { ...certificate, privateKey: leafKey.pem, ...untagged } },
  readJob: { params: { id: 'x' } },
  lease: { body: { holder: 'run-1', ttlSeconds: 60 } },
  checkPeers: { body: { authorities: null } },
  assignZone: { params: { uid: 'x' }, body: { zone: 'Packaging' } },
  removeSensor: { params: { uid: 'x' } },
}
const optionsOf = (id: string): CallOptions => bodies[id] ?? {}
const own = operationsOf('ManagementConsole')

test.each(own.map(({ id }) => id))('%s: 400, 401, 429, 500, 503', async (id) => {
  const { simulator, console } = await startHere()
  const malformed = await console.call(id, { ...optionsOf(id), headers: { 'sensorform-fence': 'x' } })
  expect(refusalOf(malformed)).toEqual([400, 'INVALID'])
  const isOpen = ['signIn', 'checkCredentials'].includes(id)
  const stranger = { ...optionsOf(id), ...(isOpen && { body: { ...admin, password: '' } }) }
  expect((await call(simulator.managementConsole('hq').endpoint(), id, stranger)).status).toBe(401)
  const statuses = []
  for (const status of [500, 503]) {
    simulator.addFault({ kind: 'status', status, appliance: 'hq', nth: 1 })
    statuses.push((await console.call(id, optionsOf(id))).status)
    simulator.removeFaults()
  }
  simulator.addFault({ kind: 'throttle', retryAfterSeconds: 3, appliance: 'hq', nth: 1 })
  statuses.push((await console.call(id, optionsOf(id))).status)
  expect(statuses).toEqual([500, 503, 429])
})

describe('what a write needs', () => {
  const writes = own.filter(({ fenced, id }) => fenced && id !== 'releaseLease').map(({ id }) => id)

  test.each(writes)('%s: 423 without a lease, 409 with a stale fence', async (id) => {
    const { simulator } = await startHere()
    const client = await signIn(simulator.managementConsole('hq').endpoint())
    const fenced = (fence: number) => ({ ...optionsOf(id), headers: { 'sensorform-fence': String(fence) } })
    expect(refusalOf(await client.call(id, fenced(99)))).toEqual([409, 'FENCE_STALE'])
    await client.call('releaseLease', { headers: { 'sensorform-fence': '1' } })
    expect(refusalOf(await client.call(id, optionsOf(id)))).toEqual([423, 'LEASE_REQUIRED'])
  })

  test.each(own.filter(({ conditional }) => conditional).map(({ id }) => id))('%s: 412', async (id) => {
    const { console } = await startHere()
    const stale = { ...optionsOf(id), headers: { 'if-match': '"another"' } }
    expect(refusalOf(await console.call(id, stale))).toEqual([412, 'REVISION_CONFLICT'])
  })
})

test('operations of sensors are not there, and those of consoles are not on sensors', async () => {
  const { console, sensor, simulator } = await startHere({})
  expect((await console.call('readAppliance')).status).toBe(200)
  const client = await sensor('line-1')
  const { headers } = await client.call('readAppliance')
  expect(headers.etag).toBeDefined()
  expect((await send(simulator.appliance('line-1').endpoint(), 'GET', '/external/v1/appliances')).status).toBe(404)
  expect((await send(simulator.managementConsole('hq').endpoint(), 'GET', '/api/settings/v1/backups')).status).toBe(404)
})

test('a life in which everything succeeds', async () => {
  const { console, sensor, simulator, connectionString } = await startHere({})
  await connect(await sensor('line-1'), await connectionString())
  const params = { uid: simulator.appliance('line-1').state.serialNumber }
  for (const { id } of own.filter((one) => one.id.startsWith('write'))) {
    expect([id, (await console.call(id, optionsOf(id))).status]).toEqual([id, 200])
  }
  const { etag } = (await console.call('readAppliance')).headers
  expect((await console.call('readAppliance', { headers: { 'if-none-match': etag ?? '' } })).status).toBe(304)
  expect((await console.call('importCertificate', optionsOf('importCertificate'))).status).toBe(200)
  expect((await console.call('checkCredentials', optionsOf('checkCredentials'))).status).toBe(200)
  for (const id of ['testRule', 'listAppliances', 'listCollectedBackups', 'readAudit', 'checkPeers']) {
    expect([id, (await console.call(id, optionsOf(id))).status]).toEqual([id, 200])
  }
  expect((await console.call('assignZone', { params, body: { zone: 'Packaging' } })).status).toBe(200)
  expect(refusalOf(await console.call('assignZone', { params, body: { zone: 'Assembly' } }))).toEqual([409, 'INVALID'])
  expect(refusalOf(await console.call('removeSensor', { params }))).toEqual([409, 'CONNECTED'])
  await (await sensor('line-1')).call('writeManagementConsole', { body: { enabled: false } })
  expect((await console.call('removeSensor', { params })).status).toBe(204)
  expect(refusalOf(await console.call('removeSensor', { params }))).toEqual([404, 'NOT_FOUND'])
  expect(refusalOf(await console.call('assignZone', { params, body: { zone: 'x' } }))).toEqual([404, 'NOT_FOUND'])
  expect(refusalOf(await console.call('testRule', { params: { rule: 'none' } }))).toEqual([404, 'NOT_FOUND'])
  expect(refusalOf(await console.call('readJob', { params: { id: 'none' } }))).toEqual([404, 'NOT_FOUND'])
  const bad = { ...certificate, privateKey: 'no key', ...untagged }
  expect(refusalOf(await console.call('importCertificate', { body: bad }))).toEqual([422, 'CERTIFICATE_REFUSED'])
  const other = { body: { holder: 'run-2', ttlSeconds: 60 } }
  expect(refusalOf(await console.call('lease', other))).toEqual([409, 'LEASE_HELD'])
  expect((await console.call('releaseLease')).status).toBe(204)
  expect((await console.call('signOut')).status).toBe(204)
})

/** Statuses that the table of operations allows for a kind of appliance that does not need them here. */
const neverNeeded = [
  'signIn 403',
  'readJob 200',
  ...own.filter(({ id }) => id.startsWith('write')).map(({ id }) => `${id} 422`),
]

afterAll(() => {
  const missing = documentedStatuses('ManagementConsole').filter((one) => !seen.has(one) && !neverNeeded.includes(one))
  expect(missing).toEqual([])
})
