/** `export --format terraform`: Terraform takes it as it is, and has nothing to do. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { exportAppliance } from '../../cli/export-document.ts'
import { resourceName, terraformAppliance, terraformProvider } from '../../cli/export-terraform.ts'
import { serveForDebugging } from '../../provider/debug.ts'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import type { Observation } from '../../reconcile/driver.ts'
import { hasTerraform, openWorkspace } from '../provider/support/terraform.ts'
import { startTrial, trialEnv } from './fleet.ts'

const rule = (host: string) => ({
  minimumSeverity: 'Major',
  protocols: 'any',
  engines: ['Malware', 'Anomaly'],
  actions: { siem: { syslog: { host, port: 514, format: 'cef', protocol: 'udp' } } },
})

/** Names that mean something to Terraform, or need an escape. */
const odd = ['to "SIEM" ${var.x} %{ if }', '1st', 'constructor', 'Café 🚀']

describe.runIf(hasTerraform())('with terraform', { timeout: 60_000 }, () => {
  test('what is exported is imported, and nothing is left to do', async () => {
    const trial = await startTrial({
      network: '127.24.7',
      sensors: 2,
      consoles: { hq: { zones: ['North'] } },
      sensor: () => ({ activated: { name: 'berlin.line-1', mode: 'local' } }),
    })
    onTestFinished(() => trial.end())
    const rules = Object.fromEntries(odd.map((name, index) => [name, rule(`10.0.0.${index + 1}`)]))
    await trial.simulator.appliance('line-1').changeInConsole('soc', 'forwarding', { rules })
    const endpoints = trial.simulator.appliances.map(({ endpoint }) => endpoint)
    const words = ['export', ...endpoints, '--format', 'terraform', '--pin-file', 'pins.json']
    const { code, stdout, stderr } = await trial.run(words)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.match(/^# Left out:$/gm)).toHaveLength(3)
    expect(stdout, 'of a console that nobody has touched').toContain('"/var/cyberx/sensor-backups"')
    expect(Object.values(trialEnv).filter((secret) => stdout.includes(secret))).toEqual([])

    vi.stubEnv('SENSOR_PASSWORD', trialEnv.SENSOR_PASSWORD)
    onTestFinished(() => void vi.unstubAllEnvs())
    const source = 'registry.terraform.io/sensorform/sensorform'
    const attachable = await serveForDebugging(sensorformProvider, { source, env: {}, log: () => {} })
    const workspace = openWorkspace({ TF_REATTACH_PROVIDERS: attachable.reattach })
    onTestFinished(async () => {
      await workspace[Symbol.asyncDispose]()
      await attachable.close()
    })
    writeFileSync(join(workspace.folder, 'main.tf'), stdout)
    expect(await workspace.run('fmt', '-check', '-diff')).toMatchObject({ code: 0, stdout: '' })
    const applied = await workspace.apply()
    expect(applied, applied.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(applied.stdout).toContain('3 imported, 0 added, 0 changed, 0 destroyed')
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    const state = await workspace.state()
    expect(Object.keys(state).toSorted()).toEqual([
      'sensorform_management_console.hq',
      'sensorform_sensor.line_1',
      'sensorform_sensor.line_2',
    ])
    const { forwarding } = state['sensorform_sensor.line_1'] as { forwarding: { rules: object } }
    expect(Object.keys(forwarding.rules).toSorted()).toEqual(odd.toSorted())
  })
})

test.each([
  ['line-1', 'line_1'],
  ['berlin.line-1', 'berlin_line_1'],
  ['1st', '_1st'],
  ['_', '_'],
])('the key %s is the resource %s', (key, name) => {
  expect(resourceName(key)).toBe(name)
})

test('a reference to a secret is an attribute of its own, and the user is named as it is given', () => {
  expect(terraformProvider('plant', 'ops', 'PLANT')).toContain(`provider "sensorform" {
  credentials = {
    "plant" = {
      username          = "ops"
      password_from_env = "PLANT"
    }
  }
}
`)
})

test('without a pin, who is trusted is left to the provider block', () => {
  const access = { endpoint: 'https://line-1.plant.example', credentials: 'default' }
  const printed = terraformAppliance({ kind: 'Sensor', name: 'line_1', ...access, pin: undefined, settings: {} })
  expect(printed).toBe(`import {
  to = sensorform_sensor.line_1
  id = "https://line-1.plant.example,default"
}

resource "sensorform_sensor" "line_1" {
  access = {
    endpoint    = "https://line-1.plant.example"
    credentials = "default"
  }
}
`)
})

test('a rule of any name is exported, and nothing but the export changes', () => {
  const live = new Map([['forwarding.rules["__proto__"].minimumSeverity', 'Major']])
  const observation = { identity: 'SN-1', live } as unknown as Observation
  exportAppliance(observation, { kind: 'Sensor', key: 'line-1', endpoint: 'https://10.0.0.1', credentials: 'default' })
  expect('minimumSeverity' in {}).toBe(false)
})
