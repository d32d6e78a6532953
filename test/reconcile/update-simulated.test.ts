// An update over the api driver: simulated sensors take packages over TLS, reboot, and come back. Addresses: 127.20.190.x.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { simulatedPackage } from '../../simulator/software-package.ts'
import { sha256Of } from '../support/packages.ts'
import { openSimulated, type SimulatedFleet, type SimulatedFleetOptions } from '../support/simulated-fleet.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sensorform-packages-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let host = 0
const tuning = { jobMs: 20, updateMs: 1500, requestsPerSecond: 10_000, driftSecondsPerDay: 0 }
const open = (softwareVersion: string, more: Pick<SimulatedFleetOptions, 'cloudAddress' | 'cloud' | 'faults'> = {}) =>
  openSimulated({
    addresses: [`127.20.190.${++host}`],
    sensor: {
      softwareVersion,
      ...(more.cloudAddress === undefined && { activated: { name: 'line-1', mode: 'local' as const } }),
    },
    tuning,
    ...more,
  })

/** Half a megabyte, so that it is sent in pieces. */
async function software(version: string, content = simulatedPackage(version, 'x'.repeat(500_000))) {
  const file = join(folder, `sensor-secured-patcher-${version}.tar`)
  await writeFile(file, content)
  return { software: { version, packages: { [version]: { file, sha256: sha256Of(content) } } } }
}

const seen = ({ simulator }: SimulatedFleet) => {
  const { signIn, uploadPackage, updateSoftware, createBackup } = simulator.counts('line-1')
  return { signIn, uploadPackage, updateSoftware, createBackup }
}

test('a backup, one upload, one update; signed in again after the reboots, and nothing is left to do', async () => {
  const one = await open('22.3.8')
  const desired = await software('22.3.9')
  try {
    const { outcome } = await one.converge(desired)
    expect(outcome).toMatchObject({ status: 'done', problems: [] })
    expect(outcome.steps.map(({ id, status }) => [id, status])).toEqual([
      ['backup.create', 'done'],
      ['software.22.3.9', 'done'],
    ])
    expect(outcome.steps[1]?.notes).toContainEqual(expect.stringMatching(/^[A-Z_]+ \(\d+%\)$/))
    expect(seen(one)).toEqual({ signIn: 4, uploadPackage: 1, updateSoftware: 1, createBackup: 1 })
    expect((await one.converge(desired)).sensor).toMatchObject({ status: 'inSync', steps: [] })
  } finally {
    await one.close()
  }
})

test('across 22.1: a person prepares, the activation is redone, and the legacy record goes when that was said', async () => {
  const one = await open('10.5.5', { cloudAddress: '127.20.190.200' })
  const desired: DesiredSettings = {
    name: 'line-1',
    registration: { registrar: 'cloud', site: 'plant' },
    ...(await software('22.3.9')),
  }
  try {
    const first = await one.converge(desired)
    expect(first.outcome.steps.map(({ id, status }) => [id, status])).toEqual([
      ['software.prepare', 'waiting'],
      ['software.22.3.9', 'notAttempted'],
      ['activation', 'notAttempted'],
    ])
    one.simulator.cloud?.prepareUpdate({ site: 'plant', name: 'line-1' })
    const second = await one.converge(desired)
    expect(second.outcome).toMatchObject({ status: 'done', problems: [] })
    expect(second.outcome.steps.map(({ id }) => id)).toEqual(['backup.create', 'software.22.3.9', 'activation'])
    const records = one.simulator.cloud?.records().map(({ name, sensorVersion }) => [name, sensorVersion])
    expect(records).toEqual([
      ['line-1-legacy', '10.5.5'],
      ['line-1', '22.3.9'],
    ])
    const after = await one.converge(desired)
    expect(after.sensor).toMatchObject({ status: 'inSync', steps: [], problems: [{ code: 'LEGACY_RECORD' }] })
    expect(after.sensor.problems[0]?.summary).toMatch(/^line-1-legacy in site plant is the registration/)

    const names = () => one.simulator.cloud?.records().map(({ name }) => name)
    one.simulator.addFault({
      kind: 'status',
      status: 409,
      appliance: '(cloud)',
      operation: 'SiteSensors_Delete',
      count: 1,
    })
    one.advance(20 * 60)
    const allowed = { overrides: { allowDelete: ['line-1'] } }
    const refused = await one.converge(desired, allowed)
    expect(refused.outcome).toMatchObject({ status: 'failed', problems: [{ code: 'REGISTRAR_REFUSED' }] })
    expect(names()).toEqual(['line-1-legacy', 'line-1'])
    const deleted = await one.converge(desired, allowed)
    expect(deleted.outcome).toMatchObject({ status: 'done', steps: [{ id: 'registration.legacy', status: 'done' }] })
    expect(names()).toEqual(['line-1'])
    expect((await one.converge(desired)).sensor).toMatchObject({ status: 'inSync', steps: [], problems: [] })
  } finally {
    await one.close()
  }
})

test('a leg that the cloud does not offer is not begun, and what it offers is told', async () => {
  const updates = [
    { version: '22.3.9', fromVersion: '22.3.8.91' },
    { version: '22.3.8.91', fromVersion: '22.2.0' },
  ]
  const one = await open('22.3.8', { cloudAddress: '127.20.190.201', cloud: { updates } })
  const desired: DesiredSettings = {
    name: 'line-1',
    registration: { registrar: 'cloud', site: 'plant' },
    ...(await software('22.3.9')),
  }
  try {
    const { sensor } = await one.converge(desired)
    expect(sensor).toMatchObject({ steps: [], problems: [{ code: 'UPDATE_LEG_NOT_OFFERED' }] })
    expect(sensor.problems[0]?.hint).toBe('Declare a package on the way, too. From 22.3.8 the cloud offers 22.3.8.91.')
    expect(seen(one)).toMatchObject({ uploadPackage: undefined, updateSoftware: undefined })
    one.simulator.cloud?.offerUpdates([{ version: '22.3.9', fromVersion: '22.2.0' }])
    expect((await one.converge(desired)).outcome).toMatchObject({ status: 'done' })
  } finally {
    await one.close()
  }
})

test('an update that fails leaves the version before, says why, and the next run tries again', async () => {
  const one = await open('22.3.8', { faults: [{ kind: 'updateFails', count: 1 }] })
  const desired = await software('22.3.9')
  try {
    const { outcome } = await one.converge(desired)
    expect(outcome).toMatchObject({ status: 'partial', problems: [{ code: 'UPDATE_FAILED' }] })
    expect(outcome.problems[0]?.summary).toContain('the sensor runs 22.3.8. Sensor update failed:')
    one.advance(60) // a backup of the same second would have the same name
    expect((await one.converge(desired)).outcome).toMatchObject({ status: 'done' })
  } finally {
    await one.close()
  }
})

test('a package that is none is refused by the sensor, and nothing is installed', async () => {
  const one = await open('22.3.8')
  try {
    const { outcome } = await one.converge(await software('22.3.9', 'no package of the vendor'))
    expect(outcome.problems.map(({ code }) => code)).toEqual(['UPDATE_PACKAGE_REFUSED'])
    expect(seen(one)).toEqual({ signIn: 2, uploadPackage: 1, updateSoftware: undefined, createBackup: 1 })
  } finally {
    await one.close()
  }
})
