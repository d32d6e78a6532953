/**
 * `apply --replace` and `retire --unregister` are killed with -9 at every request. Whatever the moment, the next run needs
 * no second flag, ends the work, and leaves one registration of each sensor that is there. Addresses: 127.20.184.0/24.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startTrial, type Trial } from '../cli/fleet.ts'
import { applyConverges, killAtEachPoint, leaseRunsOut, mustDo, runOnceThere } from '../support/killed-command.ts'

const recordsOf = ({ simulator }: Trial) => simulator.cloud?.records().map(({ name }) => name)

async function startRegistered(sensors: number, more: string, consoles = {}): Promise<Trial> {
  const trial = await startTrial({
    network: '127.20.184',
    sensors,
    consoles,
    cloud: {},
    tuning: { jobMs: 20, requestsPerSecond: 10_000 },
    spec: (key) => `  name: ${key}\n  registration: { registrar: cloud, site: plant }\n${more}`,
  })
  await mustDo(trial, ['apply', 'fleet.yaml', '--auto-approve'])
  return trial
}

/** Until cloud and consoles show as disconnected what has been switched off. */
async function untilSilent({ simulator }: Trial): Promise<void> {
  for (let minutes = 0; minutes < 21; minutes += 1) {
    simulator.advanceClock(60)
    await wait(10)
  }
  leaseRunsOut(simulator)
}

/** New hardware stands where the registered sensor stood. */
async function arrangeReplacement(): Promise<Trial> {
  const trial = await startRegistered(1, '')
  await trial.simulator.swapHardware('line-1', { serialNumber: 'NEW-1' })
  await untilSilent(trial)
  return trial
}

test('a replacement that is killed at any request is ended by a plain apply', { timeout: 600_000 }, async () => {
  await killAtEachPoint({
    name: 'killed replacement',
    arrange: arrangeReplacement,
    command: ({ simulator: { appliances } }) => {
      const pin = appliances.find(({ key }) => key === 'line-1')?.pin ?? ''
      return ['apply', 'fleet.yaml', '--replace', 'line-1', '--accept', pin, '--auto-approve']
    },
    most: 24,
    async converges(trial) {
      await applyConverges(trial)
      expect(recordsOf(trial)).toEqual(['line-1'])
      expect(trial.simulator.appliance('line-1').state).toMatchObject({
        serialNumber: 'NEW-1',
        activation: { name: 'line-1' },
        intent: null,
      })
    },
  })
})

const retire = ['retire', 'line-2', '--in', 'fleet.yaml', '--unregister', '--auto-approve']

/** A sensor that is switched off and declared no more; its registration and its entry on the console are left. */
async function arrangeRetirement(): Promise<Trial> {
  const trial = await startRegistered(2, '  managementConsole: { console: hq, zone: Packaging }\n', {
    hq: { zones: ['Packaging'] },
  })
  const file = join(trial.folder, 'fleet.yaml')
  const documents = readFileSync(file, 'utf8').split('---\n')
  writeFileSync(file, documents.filter((text) => !text.includes('{ name: line-2 }')).join('---\n'))
  await trial.simulator.kill('line-2')
  await untilSilent(trial)
  return trial
}

test('a retirement that is killed at any request is ended by the next', { timeout: 600_000 }, async () => {
  await killAtEachPoint({
    name: 'killed retirement',
    arrange: arrangeRetirement,
    command: () => retire,
    most: 24,
    async converges(trial) {
      const next = await runOnceThere(trial, retire)
      if (next.code !== 0) expect(next.stderr).toContain('Nothing is remembered of "line-2"')
      const { sensors, intent } = trial.simulator.managementConsole('hq').state
      expect([recordsOf(trial), sensors.map(({ uid }) => uid), intent]).toEqual([
        ['line-1'],
        [trial.simulator.appliance('line-1').state.serialNumber],
        null,
      ])
      const { stdout } = await mustDo(trial, ['plan', 'fleet.yaml', '--detailed-exitcode'])
      expect(stdout).not.toContain('line-2')
    },
  })
})
