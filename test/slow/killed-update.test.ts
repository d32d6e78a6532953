/**
 * An update of the software is killed with -9 at every request, with half an hour and both reboots passing on the sensor's
 * clock. Whatever the moment, the next apply needs no flag and ends the update, and no registration is ever deleted.
 * Addresses: 127.20.191.0/24.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { simulatedPackage } from '../../simulator/software-package.ts'
import { startTrial, type Trial, type TrialOptions } from '../cli/fleet.ts'
import { applyConverges, killAtEachPoint, mustDo, passTime } from '../support/killed-command.ts'
import { sha256Of } from '../support/packages.ts'

const apply = ['apply', 'fleet.yaml', '--auto-approve']
const version = '22.3.9'
const file = `sensor-secured-patcher-${version}.tar`
/** Half a megabyte, so that it is sent in pieces. */
const content = simulatedPackage(version, 'x'.repeat(500_000))

/** All is applied, and then a newer version is declared. */
async function startUpdate(options: Partial<TrialOptions>, backupFirst: boolean): Promise<Trial> {
  const trial = await startTrial({
    network: '127.20.191',
    sensors: 1,
    // Two backups of one second would have one name.
    tuning: { jobMs: 1_000, updateMs: 30 * 60_000, requestsPerSecond: 10_000 },
    ...options,
  })
  await mustDo(trial, apply)
  writeFileSync(join(trial.folder, file), content)
  const packages = `{ '${version}': { file: ${file}, sha256: ${sha256Of(content)} } }`
  const software = `{ version: '${version}', backupFirst: ${backupFirst}, packages: ${packages} }`
  appendFileSync(join(trial.folder, 'fleet.yaml'), `  software: ${software}\n`)
  return hurried(trial)
}

const sensorOf = ({ simulator }: Trial) => simulator.appliance('line-1').state

/** While the sensor updates itself a second passes in some milliseconds, never more at once: a jump would end a lease. */
function hurried(trial: Trial): Trial {
  const isUpdating = () => sensorOf(trial).jobs.some(({ type, state }) => type === 'update' && state === 'running')
  const hurry = setInterval(() => {
    if (isUpdating()) passTime(trial.simulator, 1)
  }, 1)
  return {
    ...trial,
    end() {
      clearInterval(hurry)
      return trial.end()
    },
  }
}

const local = { activated: { name: 'line-1', mode: 'local' as const } }
const registered = { activated: { name: 'line-1', mode: 'cloud' as const, site: 'plant' } }

test('an update after a backup that is killed at any request is ended by the next', { timeout: 900_000 }, async () => {
  await killAtEachPoint({
    name: 'killed update',
    arrange: () => startUpdate({ sensor: () => ({ softwareVersion: '22.3.8', ...local }) }, true),
    command: () => apply,
    most: 14,
    async converges(trial) {
      await applyConverges(trial)
      expect(sensorOf(trial)).toMatchObject({ softwareVersion: version, uploaded: null, intent: null })
    },
  })
})

/** A person has prepared the update in the portal: the record of before stays, and another one waits for the sensor. */
async function arrangeLegacy(): Promise<Trial> {
  const trial = await startUpdate(
    {
      sensor: () => ({ softwareVersion: '10.5.5', ...registered }),
      cloud: {},
      spec: () => '  name: line-1\n  registration: { registrar: cloud, site: plant }\n',
    },
    false,
  )
  trial.simulator.cloud?.prepareUpdate({ site: 'plant', name: 'line-1' })
  return trial
}

const cloudOf = ({ simulator }: Trial) => ({
  records: simulator.cloud?.records().map(({ name, sensorVersion }) => [name, sensorVersion]),
  deletes: simulator.counts('(cloud)')['SiteSensors_Delete'] ?? 0,
})

test('across 22.1 the sensor keeps its registration wherever the update is killed', { timeout: 900_000 }, async () => {
  await killAtEachPoint({
    name: 'killed update across 22.1',
    arrange: arrangeLegacy,
    command: () => apply,
    most: 14,
    async converges(trial) {
      await applyConverges(trial)
      expect(sensorOf(trial)).toMatchObject({ softwareVersion: version, pendingActivation: false, intent: null })
      expect(cloudOf(trial)).toEqual({
        records: [
          ['line-1-legacy', '10.5.5'],
          ['line-1', version],
        ],
        deletes: 0,
      })
    },
  })
})
