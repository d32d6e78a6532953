/** A fingerprint key that is lost or another one. Addresses: 127.20.188.0/24. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTrial, type Trial } from './fleet.ts'

let trial: Trial

const target =
  '{ smb: { server: files.plant.example, share: sensors, username: backup, password: { fromEnv: AZURE_TOKEN } } }'

beforeEach(async () => {
  trial = await startTrial({ network: '127.20.188', sensors: 3, spec: () => `  backup: { target: ${target} }\n` })
})
afterEach(() => trial.end())

const apply = ['apply', 'fleet.yaml', '--auto-approve']
const told = (text: string): string[] => text.split('\n').filter((line) => line.includes('FINGERPRINT_KEY_DIFFERS'))

test('one that is lost is told once, changes nothing, and the secrets can be written anew', async () => {
  await trial.run(apply)
  expect(told((await trial.run(['plan', 'fleet.yaml'])).stdout)).toEqual([])
  rmSync(join(trial.folder, '.sensorform/fingerprint.key'))
  const from = trial.simulator.requests().at(-1)?.sequence ?? 0
  expect((await trial.run(apply)).code).toBe(0)
  const plan = await trial.run(['plan', 'fleet.yaml', '--detailed-exitcode'])
  expect(plan.code).toBe(0)
  expect(told(plan.stdout)).toEqual([
    'warning FINGERPRINT_KEY_DIFFERS: Secrets of line-1 and of 2 more were written under another fingerprint key, so nobody can tell whether they changed.',
  ])
  expect(trial.simulator.requests(from).filter(({ fence }) => fence !== undefined)).toEqual([])
  const anew = await trial.run([...apply, '--rewrite-secrets'])
  expect([anew.code, told(anew.stdout)]).toEqual([0, []])
  expect(told((await trial.run(['plan', 'fleet.yaml'])).stdout)).toEqual([])
})
