/** `sensorform_sensor` with the real terraform on a simulated sensor. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
    live().changeInConsole('eve', 'time', { timezone: 'Asia/Tokyo' })
    const drift = await workspace.plan()
    expect(drift.actions).toEqual({ 'sensorform_sensor.line_1': 'update' })
    expect(await workspace.apply()).toMatchObject({ code: 0 })
    expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
    expect(await workspace.apply('-destroy')).toMatchObject({ code: 0 })
    expect(JSON.stringify(await workspace.run('show', '-json'))).not.toContain('c4nary-9')
  })
})
