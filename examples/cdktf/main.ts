/**
 * Sensors as constructs, in three ways, each a stack of its own: `cdktf diff one`, `cdktf deploy fleet`. How to run it is in
 * docs/cdktf.md. Under cdktn it is the same with `cdktn` in place of `cdktf`.
 */
import { join } from 'node:path'
import { App, LocalBackend, TerraformOutput, TerraformStack } from 'cdktf'
import type { Construct } from 'constructs'
import { Sensor, SensorFleet, SensorformProvider, secretVariable, type SensorSpec } from 'sensorform/cdktf'

const here = import.meta.dirname
/** Public keys of the sensors, as `sensorform trust` shows them. */
const pins = (process.env['SENSOR_PINS'] ?? '').split(',')
const trustOf = (index: number) => [{ pin: pins[index] ?? '' }]

/** A stack with its state beside it. */
function stackOf(scope: Construct, id: string): TerraformStack {
  const stack = new TerraformStack(scope, id)
  new LocalBackend(stack, { path: 'terraform.tfstate' })
  return stack
}

const app = new App()

// One sensor. The password of its proxy is an ephemeral variable: Terraform writes it nowhere.
const one = stackOf(app, 'one')
new SensorformProvider(one, 'sensorform', {
  credentials: { default: { username: 'admin', password: { fromEnv: 'SENSOR_PASSWORD' } } },
})
const proxyPassword = secretVariable(one, 'proxy_password', 'Password of the proxy.')
const gate = new Sensor(one, 'gate', {
  access: { endpoint: 'https://127.20.60.1:8443', credentials: 'default', trust: trustOf(0) },
  time: { timezone: 'Europe/Berlin' },
  network: {
    proxy: {
      host: 'proxy.example',
      port: 8080,
      username: 'gate',
      password: { value: proxyPassword.stringValue, version: 1 },
    },
  },
})
new TerraformOutput(one, 'serial_number', { value: gate.serialNumber })

// A fleet from the documents of the CLI: one resource a sensor.
const fleet = stackOf(app, 'fleet')
new SensorFleet(fleet, 'plant', { paths: [join(here, 'fleet')] })

// A site as a function over a list.
const site = stackOf(app, 'site')
new SensorformProvider(site, 'sensorform', {
  credentials: { default: { username: 'admin', password: { fromEnv: 'SENSOR_PASSWORD' } } },
})

interface Line {
  key: string
  endpoint: string
  trust: SensorSpec['access']['trust']
}

function makeSite(scope: Construct, timezone: string, lines: readonly Line[]): Sensor[] {
  return lines.map(
    ({ key, endpoint, trust }) =>
      new Sensor(scope, key, {
        access: { endpoint, credentials: 'default', ...(trust && { trust }) },
        time: { timezone, ntp: { enabled: true, server: 'ntp.example' } },
        backup: { enabled: true },
      }),
  )
}

makeSite(site, 'Europe/Vienna', [
  { key: 'line-1', endpoint: 'https://127.20.60.2:8443', trust: trustOf(1) },
  { key: 'line-2', endpoint: 'https://127.20.60.3:8443', trust: trustOf(2) },
])

app.synth()
