/** `sensorform_forwarding_rule` with the real terraform, on a simulated sensor and a simulated console. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { makeCertificate } from '../transport/pki.ts'
import { checkResource, source, writeConfiguration, type Config, type Scene } from './support/checklist.ts'
import { hasTerraform, openWorkspace, type Workspace } from './support/terraform.ts'
import { wholeRule } from './support/whole-rule.ts'

const password = 'canary-Sensor-1!'
vi.stubEnv('SENSORFORM_TEST_HOOK', 'canary-hook-1')
const user = { port: 0, username: 'admin', password }
const mailServer = { host: 'mail.plant.example', port: 25, sender: 'hq@plant.example' }

/** A sensor with a rule of somebody else's, and a console. */
async function startBoth(): Promise<Simulator> {
  const other = { minimumSeverity: 'Minor', actions: { a: { netwitness: { host: '10.9.9.9', port: 50005 } } } } as const
  const simulator = await startSimulator({
    appliances: [{ key: 'line-1', address: '127.44.3.11', ...user, settings: { forwarding: { rules: { other } } } }],
    managementConsoles: [{ key: 'hq', address: '127.44.3.1', ...user }],
    tuning: { requestsPerSecond: 10_000 },
  })
  await simulator.managementConsole('hq').changeInConsole('eve', 'mailServer', mailServer)
  await simulator.appliance('line-1').changeInConsole('eve', 'mailServer', mailServer)
  return simulator
}

function accessTo(simulator: Simulator, key: string): { endpoint: string; pin: string; access: Config } {
  const { endpoint = '', pin = '' } = simulator.appliances.find((one) => one.key === key) ?? {}
  return { endpoint, pin, access: { endpoint, credentials: 'default', trust: [{ pin }] } }
}

const provider = { credentials: { default: { username: 'admin', password } } }
const [one, two] = (['one', 'two'] as const).map((key) => makeCertificate({ cn: 'hq.plant.example', key }).cert)

const rule = (index: 0 | 1) => {
  const choose = <T>(...values: readonly [T, T]): T => values[index]
  return {
    name: 'to ops',
    appliance: 'management_console',
    adopt_existing: choose(true, false),
    ...wholeRule(choose, [one, two]),
  }
}

const rulesOf = (simulator: Simulator, key: string) =>
  Object.keys(simulator.either(key).state.settings.forwarding?.rules ?? {})
const minimal = {
  name: 'to ops',
  appliance: 'management_console',
  actions: { watch: { netwitness: { host: '10.1.9.3', port: 50005 } } },
}

checkResource({
  type: 'sensorform_forwarding_rule',
  start: async (): Promise<Scene> => {
    const simulator = await startBoth()
    const { access, endpoint, pin } = accessTo(simulator, 'hq')
    return {
      simulator,
      provider,
      base: { access },
      importId: `management_console,${endpoint},default,${pin}/to ops`,
      importIdentity: { appliance: 'management_console', endpoint, credentials: 'default', pin, name: 'to ops' },
    }
  },
  minimal,
  updates: { everything: rule(0), 'everything else': rule(1) },
  replacing: { name: 'other', appliance: 'sensor' },
  drift: async (simulator) =>
    simulator
      .managementConsole('hq')
      .changeInConsole('eve', 'forwarding', { rules: { 'to ops': { minimumSeverity: 'Major' } } }),
  remove: async (simulator) =>
    simulator.managementConsole('hq').changeInConsole('eve', 'forwarding', { rules: { 'to ops': null } }),
  isGone: (simulator) => rulesOf(simulator, 'hq').length === 0,
  open: (text) => ({ minimum_severity: text }),
  openText: 'Major',
  fault: { kind: 'status', status: 400, operation: 'writeForwarding', appliance: 'hq' },
  mistakes: [
    { config: { minimum_severity: 'Low' }, told: 'minimumSeverity' },
    { config: { appliance: 'sensor', system_notifications: true }, told: 'systemNotifications' },
    { config: { appliance: 'switch' }, told: 'neither sensor nor management_console' },
  ],
})

describe.runIf(hasTerraform())('a forwarding rule of a sensor', { timeout: 120_000 }, () => {
  let attachable: Attachable
  let simulator: Simulator
  let workspace: Workspace
  beforeAll(async () => {
    attachable = await serveForDebugging(sensorformProvider, { source, env: {}, log: () => {} })
  })
  afterAll(async () => attachable.close())
  beforeEach(async () => {
    simulator = await startBoth()
    workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
    return async () => {
      await workspace[Symbol.asyncDispose]()
      await simulator.stop()
    }
  })
  const declare = (config: Config, sensor?: Config): void => {
    const { access } = accessTo(simulator, 'line-1')
    const others = sensor ? { sensorform_sensor: { line: { access, ...sensor } } } : {}
    const resource = { sensorform_forwarding_rule: { one: { access, ...config } }, ...others }
    writeConfiguration(workspace.folder, { provider, resource })
  }
  const own = { name: 'mine', actions: { watch: { netwitness: { host: '10.1.9.3', port: 50005 } } } }

  test('leaves the others alone', async () => {
    declare(own)
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(rulesOf(simulator, 'line-1')).toEqual(['other', 'mine'])
    expect(await workspace.plan()).toMatchObject({ code: 0 })
    expect(await workspace.apply('-destroy')).toMatchObject({ code: 0, stderr: '' })
    expect(rulesOf(simulator, 'line-1')).toEqual(['other'])
  })

  test('is imported by the least that says which one it is, where the provider block knows the appliance', async () => {
    const { endpoint, pin } = accessTo(simulator, 'line-1')
    declare(own)
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    await workspace.run('state', 'rm', 'sensorform_forwarding_rule.one')
    const pinFile = join(workspace.folder, 'pins.json')
    writeFileSync(pinFile, JSON.stringify({ [new URL(endpoint).host]: { pins: [pin] } }))
    const resource = { sensorform_forwarding_rule: { one: { ...own, access: { endpoint } } } }
    writeConfiguration(workspace.folder, { provider: { ...provider, pin_file: pinFile }, resource })
    const imported = (id: string) => workspace.run('import', '-no-color', 'sensorform_forwarding_rule.one', id)
    for (const id of [endpoint, `${endpoint},default,${pin}`, `${endpoint},default,sha256/short/mine`]) {
      const { code, stderr } = await imported(id)
      expect({ code, told: stderr.includes('does not say which rule') }, id).toEqual({ code: 1, told: true })
    }
    expect(await imported(`${endpoint}/mine`)).toMatchObject({ code: 0 })
    const { code, actions, stderr } = await workspace.plan()
    expect({ code, actions }, stderr).toEqual({ code: 0, actions: {} })
  })

  test('that is there and says something else is taken over only when told to', async () => {
    declare({ ...own, name: 'other', minimum_severity: 'Critical' })
    const { code, stderr } = await workspace.apply()
    expect({ code, errors: stderr.match(/Error: /g)?.length }, stderr).toEqual({ code: 1, errors: 1 })
    expect(stderr).toContain('already')
    declare({ ...own, name: 'other', minimum_severity: 'Critical', adopt_existing: true })
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(simulator.appliance('line-1').state.settings.forwarding?.rules?.['other']?.minimumSeverity).toBe('Critical')
  })

  test('that is there and says the same is taken over with a warning, unless it is told to', async () => {
    declare(own)
    expect((await workspace.apply()).stdout).not.toContain('Warning')
    const shown = async () => {
      await workspace.run('state', 'rm', 'sensorform_forwarding_rule.one')
      const { code, stdout } = await workspace.apply()
      return { code, warned: stdout.includes('Warning: The appliance had the forwarding rule "mine" already') }
    }
    expect(await shown()).toEqual({ code: 0, warned: true })
    declare({ ...own, adopt_existing: true })
    expect(await shown()).toEqual({ code: 0, warned: false })
    expect(rulesOf(simulator, 'line-1')).toEqual(['other', 'mine'])
  })

  test.each([
    ['declares it as well', { forwarding: { rules: { mine: { minimum_severity: 'Minor', actions: own.actions } } } }],
    ['removes what it does not declare', { forwarding: { unmanaged_rules: 'remove' } }],
  ])('is refused where a sensor %s', async (_, sensor) => {
    declare(own, sensor)
    const { code, stderr } = await workspace.apply()
    expect({ code, errors: stderr.match(/Error: /g)?.length }, stderr).toEqual({ code: 1, errors: 1 })
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/managed by a sensorform_\w+ and by a sensorform_/)
    expect(rulesOf(simulator, 'line-1')).toEqual(['other'])
  })

  test('lives beside a sensor that keeps what it does not declare', async () => {
    declare(own, { forwarding: { rules: { other: { minimum_severity: 'Major' } } } })
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(rulesOf(simulator, 'line-1')).toEqual(['other', 'mine'])
    expect(await workspace.plan()).toMatchObject({ code: 0 })
  })
})
