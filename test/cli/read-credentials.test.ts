/** Credentials that may only read: they serve every verb that writes nothing. Addresses: 127.29.1.x. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTrial, type Trial } from './fleet.ts'

let trial: Trial
beforeEach(async () => {
  trial = await startTrial({
    network: '127.29.1',
    sensors: 1,
    sensor: () => ({ moreUsers: [{ username: 'viewer', password: 'canary-Viewer-1!' }] }),
  })
  const file = join(trial.folder, 'fleet.yaml')
  const text = readFileSync(file, 'utf8')
    .replace('credentials: default, trust', 'credentials: default, readCredentials: reader, trust')
    .replace(/^ {4}default: .*$/m, '$&\n    reader: { username: viewer, password: { fromEnv: VIEWER_PASSWORD } }')
  writeFileSync(file, text)
})
afterEach(() => trial.end())

const asReader = { env: { SENSOR_PASSWORD: undefined, VIEWER_PASSWORD: 'canary-Viewer-1!' } }
const apply = ['apply', 'fleet.yaml', '--auto-approve']

test('what an administrator applied, a reader sees, without the password of the administrator', async () => {
  const before = await trial.run(['plan', 'fleet.yaml', '--detailed-exitcode'], asReader)
  expect([before.code, before.stdout]).toEqual([2, expect.stringContaining('Europe/Berlin')])
  expect((await trial.run(apply)).code).toBe(0)
  for (const verb of [
    ['plan', 'fleet.yaml', '--detailed-exitcode'],
    ['drift', 'fleet.yaml'],
  ]) {
    const { code, stdout } = await trial.run(verb, asReader)
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 in sync')])
  }
  const backups = await trial.run(['backup', 'list', 'line-1', '--in', 'fleet.yaml'], asReader)
  expect(backups).toMatchObject({ code: 0, stderr: '' })
})

test('a reader applies nothing, and an administrator needs no password of a reader', async () => {
  const refused = await trial.run(apply, asReader)
  expect(refused.code).not.toBe(0)
  expect(refused.stdout + refused.stderr).toContain('SENSOR_PASSWORD')
  expect(trial.simulator.appliance('line-1').state.settings.time.timezone).not.toBe('Europe/Berlin')
  expect((await trial.run(apply, { env: { VIEWER_PASSWORD: undefined } })).code).toBe(0)
})
