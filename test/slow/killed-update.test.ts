/**
 * A run that updates a simulated sensor dies at every call of its driver, before or after it took effect. Whatever the
 * moment, the next run needs no flag and ends the update. Addresses: 127.20.191.x.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import { simulatedPackage } from '../../simulator/software-package.ts'
import { Killed, mortalWorld } from '../support/mortal-world.ts'
import { sha256Of } from '../support/packages.ts'
import { openSimulated, type SimulatedFleet } from '../support/simulated-fleet.ts'

let folder: string
let desired: DesiredSettings
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sensorform-killed-update-'))
  const content = simulatedPackage('22.3.9')
  const file = join(folder, 'sensor-secured-patcher-22.3.9.tar')
  await writeFile(file, content)
  desired = { software: { version: '22.3.9', packages: { '22.3.9': { file, sha256: sha256Of(content) } } } }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const tuning = { jobMs: 20, updateMs: 600, requestsPerSecond: 10_000, driftSecondsPerDay: 0 }

/** Runs until it dies; says whether it lived to the end. */
async function runAndDie({ world, fleet }: SimulatedFleet, killAt: number): Promise<boolean> {
  const { world: mortal, life } = mortalWorld(world, killAt)
  try {
    const { plan } = await planRun(fleet(desired), mortal, {})
    await applyPlan(plan, fleet(desired), mortal, { run: 'dead' })
  } catch (error) {
    if (!(error instanceof Killed)) throw error
  }
  return !life.isOver
}

/** While the sensor reboots nobody can look into it: it is unknown, and the run after that goes on. */
async function convergeOnceThere(one: SimulatedFleet) {
  for (let attempt = 1; ; attempt++) {
    const result = await one.converge(desired)
    if (result.outcome.status !== 'unknown' || attempt === 100) return result
    expect(result.outcome.problems.map(({ code }) => code)).toEqual(['UNREACHABLE'])
    await wait(10)
  }
}

test('a run that dies at any call of an update is followed by one that ends it', { timeout: 600_000 }, async () => {
  for (let killAt = 1, alive = false; !alive; killAt++) {
    const sensor = { softwareVersion: '22.3.8', activated: { name: 'line-1', mode: 'local' as const } }
    const one = await openSimulated({ addresses: [`127.20.191.${(killAt % 250) + 1}`], sensor, tuning })
    try {
      alive = await runAndDie(one, killAt)
      one.advance(61)
      const after = await convergeOnceThere(one)
      const left = await one.converge(desired)
      const version = one.simulator.appliance('line-1').state.softwareVersion
      expect({ killAt, version, status: left.sensor.status, problems: after.outcome.problems }).toEqual({
        killAt,
        version: '22.3.9',
        status: 'inSync',
        problems: expect.not.arrayContaining([expect.objectContaining({ severity: 'error' })]),
      })
    } finally {
      await one.close()
    }
  }
})
