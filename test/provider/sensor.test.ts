/** `sensorform_sensor` with the real terraform on a simulated sensor. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { serveForDebugging, type Attachable } from '../../provider/debug.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { startSimulator, type Simulator } from '../../simulator/simulate.ts'
import { hasTerraform, openWorkspace, type Workspace } from './support/terraform.ts'

const password = 'canary-Sensor-1!'
const header = `
terraform {
  required_providers {
    sensorform = { source = "sensorform/sensorform" }
  }
}
provider "sensorform" {
  credentials = { default = { username = "admin", password = "${password}" } }
}
`

const proxy = (secret: string, version: number): string =>
  `network = { proxy = { host = "p.example", port = 1, username = "u", password_wo = "${secret}", password_wo_version = ${version} } }`

describe.runIf(hasTerraform())('with terraform', () => {
  let simulator: Simulator
  let attachable: Attachable
  let workspace: Workspace

  beforeAll(async () => {
    attachable = await serveForDebugging(sensorformProvider, {
      source: 'registry.terraform.io/sensorform/sensorform',
      env: {},
      log: () => {},
    })
  })
  afterAll(async () => attachable.close())

  beforeEach(async () => {
    simulator = await startSimulator({
      appliances: [{ key: 'line-1', address: '127.44.0.11', port: 0, username: 'admin', password }],
    })
    workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
    return async () => {
      await workspace[Symbol.asyncDispose]()
      await simulator.stop()
    }
  })

  const access = (): string => {
    const [sensor] = simulator.appliances
    return `access = { endpoint = "${sensor?.endpoint}", credentials = "default", trust = [{ pin = "${sensor?.pin}" }] }`
  }
  const configure = (settings: string): void =>
    workspace.write(`${header}\nresource "sensorform_sensor" "line_1" {\n${access()}\n${settings}\n}\n`)

  async function applied(settings: string): Promise<Record<string, unknown>> {
    configure(settings)
    expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
    expect(await workspace.plan('-refresh=false')).toMatchObject({ code: 0, actions: {} })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    return (await workspace.state())['sensorform_sensor.line_1'] ?? {}
  }

  const live = () => simulator.appliance('line-1')

  test('a sensor is adopted, changed, found changed, and left alone', async () => {
    const adopted = await applied('')
    expect(adopted).toMatchObject({ id: simulator.appliances[0]?.serialNumber })
    const changed = await applied(`
      time = { timezone = "Europe/Berlin" }
      network = {
        dns   = ["10.0.0.1"]
        proxy = { host = "proxy.example", port = 8080, username = "u", password_wo = "c4nary-9", password_wo_version = 1 }
      }
      forwarding = {
        rules = {
          "to SIEM" = {
            minimum_severity = "Major"
            protocols = ["any"]
            engines   = ["Malware", "Anomaly"]
            actions = { main = { syslog = { host = "siem.example", port = 514, format = "cef", protocol = "tcp" } } }
          }
        }
      }`)
    expect(changed).toMatchObject({
      time: { timezone: 'Europe/Berlin' },
      network: { dns: ['10.0.0.1'], proxy: { enabled: true, port: 8080, password_wo: null, password_wo_version: 1 } },
      forwarding: { rules: { 'to SIEM': { minimum_severity: 'Major', protocols: ['any'] } } },
    })
    await live().changeInConsole('eve', 'time', { timezone: 'Asia/Tokyo' })
    const drift = await workspace.plan()
    expect(drift.actions).toEqual({ 'sensorform_sensor.line_1': 'update' })
    expect(await workspace.apply()).toMatchObject({ code: 0 })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    expect(await workspace.apply('-destroy')).toMatchObject({ code: 0 })
    expect(JSON.stringify(await workspace.run('show', '-json'))).not.toContain('c4nary-9')
  })

  test('an import fills everything, and nothing is left to do', async () => {
    const settings = 'time = { timezone = "Europe/Berlin" }'
    const state = await applied(settings)
    const [sensor] = simulator.appliances
    await workspace.run('state', 'rm', 'sensorform_sensor.line_1')
    const id = `${sensor?.endpoint},default,${sensor?.pin}`
    expect(await workspace.run('import', '-no-color', 'sensorform_sensor.line_1', id)).toMatchObject({ code: 0 })
    /* Nothing was applied yet that could be in sync. */
    expect((await workspace.state())['sensorform_sensor.line_1']).toEqual({ ...state, in_sync: null })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    await workspace.run('state', 'rm', 'sensorform_sensor.line_1')
    const refused = await workspace.run('import', '-no-color', 'sensorform_sensor.line_1', 'https://10.20.0.5')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('The id does not say whom to trust') })
  })

  test('what moved since the plan is not overwritten', async () => {
    await applied('time = { timezone = "Europe/Berlin" }')
    configure('time = { timezone = "Europe/Paris" }')
    expect((await workspace.plan()).actions).toEqual({ 'sensorform_sensor.line_1': 'update' })
    await live().changeInConsole('eve', 'time', { timezone: 'Asia/Tokyo' })
    const stale = await workspace.run('apply', '-no-color', 'plan.bin')
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringContaining('no longer what the plan was made from') })
    expect(live().state.settings.time.timezone).toBe('Asia/Tokyo')
    expect(await workspace.apply()).toMatchObject({ code: 0 })
    expect(live().state.settings.time.timezone).toBe('Europe/Paris')
  })

  test('a sensor that does not answer keeps its state, with a warning', async () => {
    await applied('time = { timezone = "Europe/Berlin" }')
    await simulator.kill('line-1')
    const { code, stdout, stderr } = await workspace.plan()
    expect({ code, errors: stderr.match(/Error: /g)?.length }).toEqual({ code: 1, errors: 1 })
    expect(stdout).toMatch(/Warning: .*127\.44\.0\.11/)
    expect(stderr).toContain('(UNREACHABLE)')
    expect(stderr).toMatch(/on main\.tf line 12, in resource "sensorform_sensor" "line_1":\s+12: access/)
    configure('time = { timezone = "Europe/Berlin" }\non_unreachable = "keep"')
    const kept = await workspace.plan()
    expect(kept).toMatchObject({ code: 2, actions: { 'sensorform_sensor.line_1': 'update' } })
    expect(kept.stdout).toMatch(/Warning: .*127\.44\.0\.11/)
    const saved = await workspace.run('apply', '-no-color', 'plan.bin')
    expect(saved).toMatchObject({ code: 0, stderr: '' })
    expect(saved.stdout.replaceAll(/[│╷╵\s]+/g, ' ')).toContain('Warning: Only the state was changed')
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    expect(await workspace.apply('-destroy', '-refresh=false')).toMatchObject({ code: 0 })
  })

  test('what Terraform alone keeps changes while the sensor does not answer, and nothing else does', async () => {
    const time = 'time = { timezone = "Europe/Berlin" }'
    await applied(time)
    await simulator.kill('line-1')
    for (const refresh of ['-refresh=true', '-refresh=false']) {
      configure(`${time}\non_destroy = "unregister"\non_unreachable = "keep"`)
      const kept = await workspace.apply(refresh)
      expect(kept).toMatchObject({ code: 0, stderr: '' })
      expect(kept.stdout).toMatch(/Warning: .*127\.44\.0\.11/)
      expect((await workspace.state())['sensorform_sensor.line_1']).toMatchObject({ on_destroy: 'unregister' })
      configure(`${time}\non_destroy = "leave"`)
      expect(await workspace.apply(refresh)).toMatchObject({ code: 0, stderr: '' })
      expect((await workspace.state())['sensorform_sensor.line_1']).toMatchObject({ on_destroy: 'leave' })
    }
    configure('time = { timezone = "Europe/Paris" }\non_unreachable = "keep"')
    const refused = await workspace.apply()
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('(UNREACHABLE)') })
    expect((await workspace.state())['sensorform_sensor.line_1']).toMatchObject({ on_unreachable: null })
    await simulator.restart('line-1')
    await live().changeInConsole('eve', 'time', { timezone: 'Asia/Tokyo' })
    await applied(`${time}\non_unreachable = "keep"`)
    expect(live().state.settings.time.timezone).toBe('Europe/Berlin')
  })

  test.each([
    [
      'a value',
      'time = { timezone = "Europe/Berlni" }',
      [
        'timezone is not an IANA time zone',
        '13: time = {',
        'Did you mean Europe/Berlin? (VALUE_INVALID)',
        'At time.timezone.',
      ],
    ],
    [
      'a rule over several values',
      'network = { address = "10.0.0.0", subnet_mask = "255.255.255.0" }',
      ['network address of its subnet', '13: network = {', '(ADDRESS_NOT_A_HOST)', 'At network.address.'],
    ],
    [
      'a secret',
      'network = { proxy = { host = "p", port = 1, username = "u", password_wo = "c4nary-9" } }',
      ['password_wo needs password_wo_version', '13: network = {', 'At network.proxy.password_wo.'],
    ],
    [
      'an entry of a map',
      'forwarding = { rules = { "to SIEM" = { minimum_severity = "Low" } } }',
      ['minimumSeverity', '13: forwarding = {', 'At forwarding.rules["to SIEM"].minimum_severity.'],
    ],
  ])('a mistake in %s is told once, at its line, before anything is contacted', async (_, settings, texts) => {
    configure(settings)
    const before = simulator.requests().length
    const { code, stderr } = await workspace.run('validate', '-no-color')
    expect(code).toBe(1)
    expect(stderr.match(/Error: /g)).toHaveLength(1)
    expect(texts.filter((text) => !stderr.replaceAll(/\s+/g, ' ').includes(text))).toEqual([])
    expect(simulator.requests()).toHaveLength(before)
  })

  test('a wrong password is one error, and nothing is kept of the sensor', async () => {
    configure('')
    writeFileSync(
      join(workspace.folder, 'main.tf'),
      readFileSync(join(workspace.folder, 'main.tf'), 'utf8').replace(password, 'wrong'),
    )
    const { code, stderr } = await workspace.apply()
    expect(code).toBe(1)
    expect(stderr.match(/Error: /g)).toHaveLength(1)
    expect(stderr).toContain('CREDENTIALS_REFUSED')
    expect(await workspace.state()).toEqual({})
  })

  test('a plan with nothing to do reads once and signs in once', async () => {
    await applied('time = { timezone = "Europe/Berlin" }')
    const since = simulator.requests().at(-1)?.sequence ?? 0
    expect(await workspace.plan()).toMatchObject({ code: 0 })
    expect(simulator.counts('line-1', since)).toEqual({ signIn: 1, readAppliance: 1, signOut: 1 })
  })

  test('a secret that is not at hand is told by the plan', async () => {
    await applied('')
    const mail = 'host = "mail.example", port = 25, sender = "a@b.example", username = "u"'
    configure(`mail_server = { ${mail}, password_from_env = "SENSORFORM_TEST_NOT_SET" }`)
    const { code, stdout } = await workspace.plan()
    expect(code).toBe(2)
    expect(stdout.replaceAll(/[│╷╵\s]+/g, ' ')).toMatch(
      /Warning: The secret of environment variable SENSORFORM_TEST_NOT_SET is not at hand.* on main\.tf line 13/,
    )
  })

  const writes = (): number =>
    simulator.requests().filter(({ method }) => method === 'PUT' || method === 'PATCH').length

  test.each([
    ['with a fingerprint key', 'k'.repeat(40)],
    ['without one', ''],
  ])('a secret with a new version is written, %s', async (_, key) => {
    vi.stubEnv('SENSORFORM_FINGERPRINT_KEY', key)
    await applied(proxy('c4nary-1', 1))
    const before = writes()
    await applied(proxy('c4nary-1', 1))
    expect(writes()).toBe(before)
    await applied(proxy('c4nary-2', 2))
    expect(writes()).toBeGreaterThan(before)
    vi.unstubAllEnvs()
  })
})
