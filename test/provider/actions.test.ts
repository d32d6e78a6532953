/** What is done and leaves no state, on a simulated sensor. By protocol, and with a Terraform that has actions. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { askProvider, type Asked } from './support/asked.ts'
import { writeConfiguration, type Config } from './support/checklist.ts'
import { hasNewerTerraform, newerTerraform, openWorkspace } from './support/terraform.ts'

const password = 'canary-Sensor-1!'
const user = { port: 0, username: 'admin', password }
const provider = { credentials: { default: { username: 'admin', password } } }
const rule = {
  actions: { siem: { syslog: { host: '127.44.4.99', port: 514, format: 'cef', protocol: 'tcp' } } },
} as const

let simulator: Simulator
let asked: Asked
let access: Config

beforeEach(async () => {
  simulator = await startSimulator({
    appliances: [
      {
        key: 'line-1',
        address: '127.44.4.11',
        ...user,
        activated: { name: 'line-1', mode: 'local' },
        settings: { forwarding: { rules: { ops: rule } }, time: { timezone: 'Europe/Berlin' } },
      },
    ],
    managementConsoles: [{ key: 'hq', address: '127.44.4.1', ...user }],
    cloud: { address: '127.44.4.2', port: 0, subscriptionId: 's', location: 'eastus', token: 't', sites: [] },
    tuning: { requestsPerSecond: 10_000, jobMs: 20, updateMs: 500 },
  })
  access = accessTo('line-1')
  asked = await askProvider(provider)
})
afterEach(async () => {
  await asked[Symbol.asyncDispose]()
  await simulator.stop()
})

function accessTo(key: string): Config {
  const { endpoint, pin } = simulator.appliances.find((one) => one.key === key) ?? {}
  return { endpoint, credentials: 'default', trust: [{ pin }] }
}

test('a backup is made, and restored', async () => {
  const made = await asked.invoke('sensorform_backup', { access })
  expect(made).toEqual({
    progress: ['Making a backup …', expect.stringMatching(/^Made .*\.tar$/)],
    errors: [],
  })
  await simulator.appliance('line-1').changeInConsole('eve', 'time', { timezone: 'Asia/Tokyo' })
  const restored = await asked.invoke('sensorform_restore', { access, from: 'latest', discard_present_settings: true })
  expect(restored).toMatchObject({ errors: [] })
  expect(restored.progress.at(-1)).toMatch(/^Restored .*\.tar$/)
  expect(simulator.appliance('line-1').state.settings.time.timezone).toBe('Europe/Berlin')
})

test('what is not there is not restored', async () => {
  const restore = { access, from: 'nothing.tar', discard_present_settings: true }
  expect(await asked.invoke('sensorform_restore', restore)).toEqual({
    progress: [],
    errors: [expect.stringContaining('(BACKUP_UNKNOWN)')],
  })
})

test('a test message tells what became of each action', async () => {
  expect(await asked.invoke('sensorform_test_message', { access, rule: 'ops' })).toEqual({
    progress: [expect.stringMatching(/^siem: failed/)],
    errors: [expect.stringContaining('The test message was not sent: siem: failed')],
  })
  const { errors } = await asked.invoke('sensorform_test_message', { access, rule: 'nothing' })
  expect(errors).toHaveLength(1)
})

test('a rule of a management console is tested there', async () => {
  const console = { access: accessTo('hq'), appliance: 'management_console', rule: 'nothing' }
  expect((await asked.invoke('sensorform_test_message', console)).errors[0]).not.toContain('WRONG_KIND')
  const { errors } = await asked.invoke('sensorform_test_message', { ...console, appliance: 'sensor' })
  expect(errors).toHaveLength(1)
})

const software = {
  version: '22.4.1',
  packages: {
    '22.4.1': {
      file: 'examples/update/sensor-secured-patcher-22.4.1.tar',
      sha256: '06c1594544cd97f5e6fdb040a75d3adaa3d3958dbfeaed3bb3cbd925c4d04f65',
    },
  },
}

test(
  'the software is updated, after a backup, an update that is done is none, and no backup of before is restored',
  { timeout: 120_000 },
  async () => {
    const updated = await asked.invoke('sensorform_update_software', { access, software })
    expect(updated.errors).toEqual([])
    expect(updated.progress.join('\n')).toMatch(/backup[\s\S]*done/)
    expect(simulator.appliance('line-1').state.softwareVersion).toMatch(/^22\.4\.1/)
    const again = await asked.invoke('sensorform_update_software', { access, software })
    expect(again).toEqual({ progress: ['The version runs already'], errors: [] })
    const [{ name: from } = { name: '' }] = simulator.appliance('line-1').state.backups
    const older = await asked.invoke('sensorform_restore', { access, from, discard_present_settings: true })
    expect(older).toEqual({ progress: [], errors: [expect.stringContaining('(RESTORE_VERSION)')] })
  },
)

test('an update whose package is missing is one error, and nothing is sent', async () => {
  const before = simulator.requests().filter(({ method }) => method !== 'GET').length
  const { errors } = await asked.invoke('sensorform_update_software', { access, software: { version: '22.4.1' } })
  expect(errors).toHaveLength(1)
  const writes = simulator.requests().filter(({ method }) => method !== 'GET')
  expect(writes.length - before).toBeLessThanOrEqual(2)
})

test('a wrong password is one error', async () => {
  const other = await askProvider({ credentials: { default: { username: 'admin', password: 'wrong' } } })
  const { errors } = await other.invoke('sensorform_backup', { access })
  expect(errors).toEqual([expect.stringContaining('(CREDENTIALS_REFUSED)')])
  await other[Symbol.asyncDispose]()
})

describe.runIf(hasNewerTerraform())('with a Terraform that has actions', () => {
  test('a backup is made when it is asked for, and a mistake is told at its line', async () => {
    await using workspace = openWorkspace({ TF_REATTACH_PROVIDERS: asked.reattach }, '', newerTerraform)
    const declare = (action: Config) => writeConfiguration(workspace.folder, { provider, action })
    declare({ sensorform_backup: { now: { config: { access } } } })
    const made = await workspace.apply('-invoke=action.sensorform_backup.now')
    expect(made, made.stderr).toMatchObject({ code: 0 })
    expect(made.stdout).toContain('Making a backup')
    expect(simulator.appliance('line-1').state.backups.length).toBeGreaterThan(0)
    declare({ sensorform_restore: { back: { config: { access, from: 'latest', discard_present_settings: false } } } })
    const { code, stderr } = await workspace.run('validate', '-no-color')
    expect({ code, errors: stderr.match(/Error: /g)?.length }, stderr).toEqual({ code: 1, errors: 1 })
    expect(stderr).toContain('A restore discards')
  })
})
