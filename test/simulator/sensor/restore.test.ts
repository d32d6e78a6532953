// Addresses: 127.20.109.x.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ApplianceRead, BackupList, Job } from '../../../schemas/generated/wire.ts'
import type { Simulator, SimulatorOptions } from '../../../simulator/simulate.ts'
import { makeCertificate } from '../../transport/pki.ts'
import { refusalOf, signIn, startOne, type Client } from './start.ts'

let host = 0
async function leased(around: Partial<SimulatorOptions> = {}) {
  const activated = { name: 'Sensor_1', mode: 'local' } as const
  const tuning = { serviceRestartMs: 30_000, ...around.tuning }
  const one = await startOne(`127.20.109.${++host}`, { activated }, { ...around, tuning })
  await one.client.lease()
  return one
}

const backUp = async (client: Client): Promise<string> => String((await client.job('createBackup')).result?.['name'])

/** Restores, and waits until the services are up again. */
async function restore({ simulator, client }: Awaited<ReturnType<typeof leased>>, name: string): Promise<Client> {
  const started = await client.call('restoreBackup', { params: { name } })
  expect([started.status, (started.body as Job).type]).toEqual([202, 'restore'])
  simulator.advanceClock(1)
  await expect(client.read()).rejects.toThrow(/socket hang up|ECONNRE/)
  simulator.advanceClock(30)
  return signInWhenUp(simulator)
}

async function signInWhenUp(simulator: Simulator): Promise<Client> {
  const attempt = () => signIn(simulator.appliance('line-1').endpoint()).catch(() => undefined)
  await expect.poll(attempt).toBeDefined()
  return signIn(simulator.appliance('line-1').endpoint())
}

const digest = ({ settings, activation, backups: { lastRestore } }: ApplianceRead) => ({
  settings,
  name: activation.name,
  lastRestore,
})

describe('a restore', () => {
  test('brings back settings, secrets, name, address and certificate, after which every session has ended', async () => {
    const one = await leased()
    const { simulator, client } = one
    const { serverName, ...proxy } = { serverName: 'sensor.example', host: 'proxy.example', port: 8080 }
    const password = { value: 'old-secret', tag: { keyId: 'key-1', mac: 'old' } }
    await client.call('writeNetwork', { body: { hostname: serverName, proxy: { ...proxy, password } } })
    const before = await client.read()
    const { served } = await client.call('readAppliance')
    const name = await backUp(client)

    const { cert, key } = makeCertificate({ cn: serverName })
    const imported = { name: null, chain: null, passphrase: null, passphraseTag: null, privateKeyTag: null }
    const newer = { value: 'new-secret', tag: { keyId: 'key-1', mac: 'new' } }
    await client.call('writeNetwork', { body: { proxy: { password: newer } } })
    await client.call('writeTime', { body: { timezone: 'Europe/Berlin' } })
    await client.call('importCertificate', { body: { ...imported, certificate: cert, privateKey: key } })
    await simulator.appliance('line-1').changeInConsole('operator', 'network', { address: '127.20.109.101' })
    const moved = await signInWhenUp(simulator)
    const { fence } = await moved.lease({ fence: 1 })

    const again = await restore({ ...one, client: moved }, name)
    const reply = await again.call('readAppliance')
    const after = reply.body as ApplianceRead
    expect(digest(after)).toEqual({
      ...digest(before),
      lastRestore: { id: expect.any(String), name, error: null },
    })
    expect(reply.served).toBe(served)
    expect(simulator.appliance('line-1').state.secrets['network.proxy.password']).toBe('old-secret')
    expect((await again.lease({ fence })).fence).toBe(fence)
  })

  test('is refused for a file that is not there, a second job and an unconfirmed address', async () => {
    const { simulator, client } = await leased({ tuning: { jobMs: 1000 } })
    const first = client.call('createBackup')
    expect((await first).status).toBe(202)
    simulator.advanceClock(2)
    const [backup] = ((await client.call('listBackups')).body as BackupList).backups
    const name = backup?.name ?? ''
    const refused = async (file: string) => refusalOf(await client.call('restoreBackup', { params: { name: file } }))
    expect(await refused('other.tar')).toEqual([404, 'NOT_FOUND'])
    await client.call('createBackup')
    expect(await refused(name)).toEqual([409, 'BUSY'])
    expect(
      refusalOf(await client.call('restoreBackup', { params: { name }, headers: { 'if-match': '"old"' } })),
    ).toEqual([412, 'REVISION_CONFLICT'])
    expect(
      refusalOf(await client.call('restoreBackup', { params: { name }, headers: { 'sensorform-fence': '99' } })),
    ).toEqual([409, 'FENCE_STALE'])
  })

  test('of a damaged or vanished file says so, changes nothing, and restarts the services all the same', async () => {
    const sharesFolder = mkdtempSync(join(tmpdir(), 'sensorform-shares-'))
    onTestFinished(() => rmSync(sharesFolder, { recursive: true }))
    mkdirSync(join(sharesFolder, 'nas', 'backups'), { recursive: true })
    const one = await leased({ surroundings: { sharesFolder } })
    const smb = { server: 'nas', share: 'backups' }
    await one.client.call('writeBackup', { body: { target: { enabled: true, smb } } })
    const name = await backUp(one.client)
    const { settings } = await one.client.read()

    writeFileSync(join(sharesFolder, 'nas', 'backups', name), 'not a backup')
    const next = await restore(one, name)
    const failed = await next.read()
    const error = `The backup file ${name} cannot be restored: it is damaged.`
    expect(failed.backups.lastRestore).toEqual({ id: expect.any(String), name, error })
    expect(failed.settings).toEqual(settings)

    rmSync(join(sharesFolder, 'nas'), { recursive: true })
    await next.lease()
    const last = await restore({ ...one, client: next }, name)
    expect((await last.read()).backups.lastRestore?.error).toBe(
      `The backup file ${name} cannot be restored: //nas/backups is not reachable.`,
    )
  })

  test('is refused for a backup of another version, which stays listed', async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), 'sensorform-state-'))
    onTestFinished(() => rmSync(stateFolder, { recursive: true }))
    const { simulator, client } = await leased({ stateFolder })
    const name = await backUp(client)
    await simulator.stop()
    const file = join(stateFolder, 'line-1.json')
    const updated = readFileSync(file, 'utf8').replace('"softwareVersion":"22.3.8.91"', '"softwareVersion":"22.3.9.1"')
    writeFileSync(file, updated)
    host--
    const again = await leased({ stateFolder })
    const listed = (await again.client.call('listBackups')).body as BackupList
    expect(listed.backups.map((one) => one.name)).toEqual([name])
    const reply = await again.client.call('restoreBackup', { params: { name } })
    expect(refusalOf(reply)).toEqual([422, 'RESTORE_FAILED'])
    expect(reply.body).toMatchObject({
      error: {
        userDisplayErrorMessage: 'The backup is of version 22.3.8.91; this sensor runs 22.3.9.1.',
        details: { reason: 'version' },
      },
    })
  })
})
