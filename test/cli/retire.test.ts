/** A person is asked before a key is forgotten. Addresses: 127.20.176.0/24. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTrial, type Trial } from './fleet.ts'

let trial: Trial

beforeAll(async () => {
  trial = await startTrial({ network: '127.20.176', sensors: 2 })
  await trial.run(['apply', 'fleet.yaml', '--auto-approve'])
  const file = join(trial.folder, 'fleet.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').split('---\n').slice(0, 2).join('---\n'))
})
afterAll(() => trial.end())

const orphans = async (): Promise<boolean> => (await trial.run(['plan', 'fleet.yaml'])).stdout.includes('line-2')

test('no is no: what would be done was said, and nothing is forgotten', async () => {
  const { code, stdout, stderr } = await trial.run(['retire', 'line-2', '--in', 'fleet.yaml'], {
    answer: 'y\n',
    env: { NO_COLOR: '1' },
  })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('line-2: to be retired\n')
  expect(stderr).toContain('  no registration of it is known\n  what is remembered of it will be forgotten\n')
  expect(stderr).toContain('\nRetire line-2? Only "yes" is taken as yes: Nothing was done.\n')
  expect(await orphans()).toBe(true)
})

test('yes is carried out, and the sensor hears nothing of it', async () => {
  const before = trial.simulator.requests().length
  const { code, stdout } = await trial.run(['retire', 'line-2', '--in', 'fleet.yaml', '--format', 'markdown'], {
    answer: 'yes\n',
  })
  expect([code, trial.simulator.requests().length]).toEqual([0, before])
  expect(stdout).toContain('### Sensorform retire\n\n**line-2: retired**\n')
  expect(stdout).toContain('- no registration of it is known\n- what was remembered of it is forgotten\n')
  expect(await orphans()).toBe(false)
})

test('the last of a fleet is retired as well, by the Fleet document alone', async () => {
  const file = join(trial.folder, 'fleet.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').split('---\n')[0]!)
  const retire = ['retire', 'line-1', '--in', 'fleet.yaml', '--auto-approve']
  expect((await trial.run(['plan', 'fleet.yaml'])).stderr).toContain('NO_SENSORS')
  expect(await trial.run(retire)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('line-1: retired') as string,
  })
  writeFileSync(file, '')
  const nothing = await trial.run(retire)
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('NO_SENSORS')])
})
