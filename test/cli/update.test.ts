/** Updates of the software, from the command line on: what the cloud offers, across 22.1, and the record that is left. Addresses: 127.24.x.x. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { simulatedPackage } from '../../simulator/software-package.ts'
import { systemClock } from '../../transport/system-clock.ts'
import { startTrial, type Trial, type TrialOptions } from './fleet.ts'

let trial: Trial
afterEach(() => trial.end())

const version = '22.3.9'
const content = simulatedPackage(version)
const sha256 = createHash('sha256').update(content).digest('hex')
const software = `  software:
    version: '${version}'
    backupFirst: false
    packages: { '${version}': { file: sensor-secured-patcher-${version}.tar, sha256: ${sha256} } }
`
const registered = `  name: line-1
  registration: { registrar: cloud, site: plant }
`

let net = 0
async function start(softwareVersion: string, more: Partial<TrialOptions> = {}): Promise<void> {
  passedMs = 0
  trial = await startTrial({
    network: `127.24.${++net}`,
    sensors: 1,
    sensor: () => ({ softwareVersion, activated: { name: 'line-1', mode: 'cloud', site: 'plant' } }),
    cloud: {},
    tuning: { updateMs: 1000, jobMs: 20 },
    spec: () => registered + software,
    ...more,
  })
  writeFileSync(join(trial.folder, `sensor-secured-patcher-${version}.tar`), content)
}

/** Waits are short, and time that the simulator was moved by has passed here, too. */
let passedMs = 0
const clock = {
  now: () => systemClock.now() + passedMs,
  monotonic: () => systemClock.monotonic() + passedMs,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 50), signal),
}
const later = (seconds: number): void => {
  passedMs += seconds * 1000
  trial.simulator.advanceClock(seconds)
}
const run = (verb: string, ...more: string[]) =>
  trial.run([verb, 'fleet.yaml', ...(verb === 'apply' ? ['--auto-approve'] : []), ...more], { clock })
const records = () => trial.simulator.cloud?.records().map(({ name }) => name)

test('a leg that the cloud does not offer is an error of the plan, with what it offers; nothing is sent', async () => {
  const updates = [
    { version, fromVersion: '22.3.8.91' },
    { version: '22.3.8.91', fromVersion: '22.2.0' },
  ]
  await start('22.3.8', { cloud: { updates } })
  const { code, stdout } = await run('plan')
  expect(code).toBe(1)
  expect(stdout).toContain('error UPDATE_LEG_NOT_OFFERED')
  expect(stdout).toContain('The cloud offers 22.3.9 to sensors of 22.3.8.91 and later')
  expect(stdout).toContain('From 22.3.8 the cloud offers 22.3.8.91.')
  await run('apply')
  expect(trial.simulator.counts('line-1')).not.toHaveProperty('uploadPackage')
})

test('a cloud that does not say what it offers is told, and the documented path holds', async () => {
  await start('22.3.8')
  const operation = 'DefenderSettings_PackageDownloads'
  trial.simulator.addFault({ kind: 'status', status: 403, appliance: '(cloud)', operation })
  const { stdout } = await run('plan')
  expect(stdout).toContain('warning UPDATES_NOT_LISTED')
  expect(stdout).toContain('update the software from 22.3.8 to 22.3.9')
  expect(trial.simulator.counts('(cloud)')[operation]).toBe(1)
})

test('across 22.1 the record of before is named, and goes with --allow-delete alone', async () => {
  await start('10.5.5')
  const before = await run('apply')
  expect(before.code).toBe(7)
  expect(before.stdout).toContain('Prepare to update to 22.x')
  trial.simulator.cloud?.prepareUpdate({ site: 'plant', name: 'line-1' })
  const prepared = await run('drift')
  expect([prepared.code, prepared.stdout]).toEqual([0, expect.stringContaining('1 pending, 0 drifted')])
  const updated = await run('apply')
  expect(updated.code).toBe(0)
  expect(updated.stderr).toContain('The portal goes on listing the registration of before the update')

  const told = await run('plan')
  expect(told.stdout).toContain('warning LEGACY_RECORD')
  expect(told.stdout).toContain('--allow-delete line-1')
  expect(told.stdout).toContain('1 in sync')
  later(20 * 60)
  expect((await run('apply')).code).toBe(0)
  expect(records()).toEqual(['line-1-legacy', 'line-1'])

  const fault = { kind: 'status', status: 403, appliance: '(cloud)', operation: 'SiteSensors_Delete' } as const
  trial.simulator.addFault({ ...fault, count: 1 })
  const refused = await run('apply', '--allow-delete', 'line-1')
  expect([refused.code, records()]).toEqual([3, ['line-1-legacy', 'line-1']])
  expect(refused.stdout).toContain('REGISTRAR_DENIED')
  const planned = await run('plan', '--allow-delete', 'line-1')
  expect(planned.stdout).toContain('delete line-1-legacy in site plant, the registration of before the update')
  expect((await run('apply', '--allow-delete', 'line-1')).code).toBe(0)
  expect(records()).toEqual(['line-1'])
  const clean = await run('plan')
  expect(clean.stdout).not.toContain('LEGACY_RECORD')
})

test('a sensor is not updated past its management console: the plan is refused, both versions named', async () => {
  await start('22.3.8', {
    consoles: { hq: { zones: ['Assembly'], softwareVersion: '22.3.8' } },
    spec: () => `${registered}${software}  managementConsole: { console: hq }\n`,
  })
  const { code, stdout } = await run('plan')
  expect(code).toBe(6)
  expect(stdout).toContain('hq has version 22.3.8, which is older than 22.3.9 that the sensor would be updated to')
})

test('a failed update says where its log lies', async () => {
  await start('10.5.5')
  await run('plan')
  trial.simulator.cloud?.prepareUpdate({ site: 'plant', name: 'line-1' })
  trial.simulator.addFault({ kind: 'updateFails', count: 1 })
  const { code, stdout } = await run('apply')
  expect(code).toBe(3)
  expect(stdout).toContain('/opt/sensor/logs/legacy-upgrade.log on the sensor, over SSH as cyberx_host')
})
