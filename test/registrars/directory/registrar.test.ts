import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { maxActivationFileBytes, packActivationFile, type ActivationFile } from '../../../formats/activation-file.ts'
import type { Registrar, RegistrationRecord } from '../../../reconcile/registrar.ts'
import { createDirectoryRegistrar } from '../../../registrars/directory/registrar.ts'

const now = Date.parse('2026-03-20T00:00:00Z')
const { privateKey } = generateKeyPairSync('ed25519')
const file: ActivationFile = {
  id: 'f-1',
  name: 'air-1',
  mode: 'local',
  subscriptionId: 'sub-1',
  site: null,
  recordId: 'r-1',
  createdAt: '2026-03-10T00:00:00Z',
  expiresAt: '2027-03-10T00:00:00Z',
}
const packed = (change: Partial<ActivationFile> = {}): Uint8Array =>
  packActivationFile({ ...file, ...change }, privateKey)
const record: RegistrationRecord = { name: 'air-1', mode: 'local', connected: false }

let folder: string
let registrar: Registrar
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sensorform-directory-'))
  registrar = createDirectoryRegistrar('airgap', { path: folder }, { clock: { now: () => now } })
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (bytes: Uint8Array, name = 'air-1.zip'): void => writeFileSync(join(folder, name), bytes)

it('declares what it can do', () => {
  expect([registrar.name, registrar.support]).toEqual([
    'airgap',
    { register: false, observe: false, download: 'manual' },
  ])
})

it('sees no records', async () => {
  expect(await registrar.lookup('air-1')).toEqual({
    state: 'notObservable',
    reason: 'airgap is a folder of activation files, which shows no records',
  })
})

it('registers and deletes nothing', async () => {
  await expect(registrar.register('air-1', { mode: 'local' })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' })
  await expect(registrar.deregister(record)).rejects.toMatchObject({ code: 'NOT_SUPPORTED' })
})

describe('a file that is good', () => {
  it('is at hand and handed out as it is', async () => {
    put(packed())
    expect(await registrar.fileAtHand?.('air-1')).toBe(true)
    expect(new Uint8Array(await registrar.downloadActivation(record))).toEqual(packed())
  })

  it('may be of the vendor’s own format, judged by the time of the file', async () => {
    const opaque = zipSync({ 'license.bin': new Uint8Array(8) })
    put(opaque)
    utimesSync(join(folder, 'air-1.zip'), new Date(now), new Date(now - 13 * 86_400_000))
    expect(await registrar.fileAtHand?.('air-1')).toBe(true)
    utimesSync(join(folder, 'air-1.zip'), new Date(now), new Date(now - 15 * 86_400_000))
    expect(await registrar.fileAtHand?.('air-1')).toBe(false)
  })
})

test.each<{ name: string; arrange: () => void; sensor?: Partial<RegistrationRecord>; problem: string; atHand?: true }>([
  { name: 'no file', arrange: () => undefined, problem: 'air-1.zip does not exist' },
  { name: 'a folder', arrange: () => mkdirSync(join(folder, 'air-1.zip')), problem: 'is not a file' },
  {
    name: 'a huge file',
    arrange: () => put(new Uint8Array(maxActivationFileBytes + 1)),
    problem: 'is larger than 1 MiB',
  },
  { name: 'an empty file', arrange: () => put(new Uint8Array(0)), problem: 'is not a zip file' },
  { name: 'a web page', arrange: () => put(Buffer.from('<html>')), problem: 'is not a zip file' },
  {
    name: 'the file of another sensor',
    arrange: () => put(packed({ name: 'air-2' })),
    problem: 'is the activation file of air-2, not of air-1',
  },
  {
    name: 'a file for the other mode',
    arrange: () => put(packed({ mode: 'cloud', site: 'plant', expiresAt: null })),
    problem: 'is for cloud-connected sensors, not for locally managed ones',
    atHand: true,
  },
  {
    name: 'a file that was made more than 14 days ago',
    arrange: () => put(packed({ createdAt: '2026-03-05T23:59:59Z' })),
    problem: 'was made on 2026-03-05T23:59:59.000Z: a file must be uploaded within 14 days',
  },
  {
    name: 'a file that has expired',
    arrange: () => put(packed({ expiresAt: '2026-03-20T00:00:00Z' })),
    problem: 'expired on 2026-03-20T00:00:00Z',
  },
  {
    name: 'a link that leads out of the folder',
    arrange: () => symlinkSync('/etc/hostname', join(folder, 'air-1.zip')),
    problem: 'leads out of the folder',
  },
  {
    name: 'a name that climbs',
    arrange: () => undefined,
    sensor: { name: '../air-1' },
    problem: 'is not a name that an activation file can have',
  },
])('$name is a problem that says what to do', async ({ arrange, sensor, problem, atHand = false }) => {
  arrange()
  const wanted = { ...record, ...sensor }
  expect(await registrar.fileAtHand?.(wanted.name)).toBe(atHand)
  await expect(registrar.downloadActivation(wanted)).rejects.toMatchObject({
    code: 'ACTIVATION_FILE_MISSING',
    message: expect.stringContaining(problem),
    advice: expect.stringContaining('Download the activation file in the Azure portal'),
  })
})

describe('what a person is told', () => {
  it('is the documented way for a locally managed sensor', () => {
    expect(registrar.instructions?.('air-1', { mode: 'local' })).toBe(
      `1. In the Azure portal, open Defender for IoT > Sites and sensors.
2. If the sensor is registered already, under whatever name: find it, select the three dots (...) on its row, and select Delete sensor.
3. Select Getting Started > Set up OT/ICS Security > Register this sensor with Microsoft Defender for IoT, with name: air-1, cloud connected: off (locally managed).
4. Back on Sites and sensors, find air-1, select the three dots (...) on its row, and select Download activation file.
5. Save the file, unopened, as ${join(folder, 'air-1.zip')}. It must be used within 14 days.`,
    )
  })

  it('begins with what is wrong with the file that is there', async () => {
    put(packed({ name: 'air-2' }))
    await registrar.fileAtHand?.('air-1')
    const file = join(folder, 'air-1.zip')
    expect(registrar.instructions?.('air-1', { mode: 'local' })?.split('\n').slice(0, 2)).toEqual([
      `The file that is there is not used: ${file} is the activation file of air-2, not of air-1.`,
      '1. In the Azure portal, open Defender for IoT > Sites and sensors.',
    ])
  })

  it('does not call a file wrong that nobody has put there yet', async () => {
    await registrar.fileAtHand?.('air-1')
    expect(registrar.instructions?.('air-1', { mode: 'local' })).toMatch(/^1\. In the Azure portal/)
  })

  it('is nothing where the file is there', async () => {
    put(packed())
    await registrar.fileAtHand?.('air-1')
    expect(registrar.instructions?.('air-1', { mode: 'local' })).toBe(
      `${join(folder, 'air-1.zip')} is there and good for air-1: nothing is left to do in the portal, unless air-1 was registered anew since.`,
    )
    expect(registrar.instructions?.('air-1', { mode: 'cloud' })).toMatch(
      /^The file that is there is not used: .* is for/,
    )
  })

  it('names site and zone for one that is connected to the cloud', () => {
    expect(registrar.instructions?.('line-1', { mode: 'cloud', site: 'berlin-plant', zone: 'A12' })).toContain(
      'with name: line-1, cloud connected: on, site: berlin-plant, zone: A12.',
    )
  })
})
