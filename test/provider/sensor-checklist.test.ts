/** The list that every resource must bear, for `sensorform_sensor`, and what of it needs a world of its own. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../simulator/simulate.ts'
import { makeCertificate } from '../transport/pki.ts'
import { checkResource, writeConfiguration, type Scene } from './support/checklist.ts'
import { openSensorform } from './support/sensorform.ts'
import { hasTerraform } from './support/terraform.ts'
import { wholeRule, type Choose } from './support/whole-rule.ts'

const password = 'canary-Sensor-1!'
const token = 'canary-cloud-token'
const signIn = { username: 'admin', password }

async function start(): Promise<Scene> {
  const site = { name: 'Plant', zones: ['Assembly', 'Packaging'] }
  const simulator = await startSimulator({
    appliances: [{ key: 'line-1', address: '127.44.11.11', port: 0, ...signIn }],
    managementConsoles: [{ key: 'hq', address: '127.44.11.2', port: 0, ...signIn, sites: [site] }],
    cloud: {
      address: '127.44.11.1',
      port: 0,
      subscriptionId: 's',
      location: 'eastus',
      token,
      sites: ['plant', 'yard'],
    },
    tuning: { requestsPerSecond: 10_000, jobMs: 20 },
  })
  const reached = (key: string) => {
    const { endpoint = '', pin = '' } = simulator.appliances.find((one) => one.key === key) ?? {}
    return { endpoint, credentials: 'default', pin }
  }
  const access = (key: string) => {
    const { pin, ...rest } = reached(key)
    return { ...rest, trust: [{ pin }] }
  }
  const { endpoint, pin } = simulator.cloud ?? {}
  const azure = { endpoint, subscription_id: 's', location: 'eastus', token, trust: [{ pin }] }
  return {
    simulator,
    provider: {
      credentials: { default: signIn },
      registrars: { cloud: { azure } },
      management_consoles: { hq: access('hq') },
    },
    base: { access: access('line-1') },
    importId: Object.values(reached('line-1')).join(','),
    importIdentity: reached('line-1'),
  }
}

const certificates = (['one', 'two'] as const).map((key) => makeCertificate({ cn: 'line-1.plant.example', key }).cert)

/** Without what consoles alone have. */
function ruleOfSensor(choose: Choose) {
  const { system_notifications: _, alert_notifications: __, ...rule } = wholeRule(choose, certificates)
  const { hook: ___, ...actions } = rule.actions
  return { ...rule, actions }
}

const settings = (index: 0 | 1) => {
  const choose: Choose = (...values) => values[index]
  return {
    name: choose('berlin-line-1', 'berlin-line-eins'),
    registration: {
      registrar: 'cloud',
      site: choose('plant', 'yard'),
      zone: choose('cell-1', 'cell-2'),
      ti_automatic_updates: choose(true, false),
    },
    activation: { mode: 'cloud' },
    time: {
      timezone: choose('Europe/Berlin', 'Asia/Tokyo'),
      date_format: choose('MM/dd/yyyy HH:mm:ss', 'yyyy/MM/dd HH:mm:ss'),
      ntp: { enabled: choose(true, false), server: choose('10.1.0.1', 'ntp.plant.example') },
    },
    network: {
      dns: choose(['10.1.0.1'], ['10.1.0.2', '10.1.0.1']),
      hostname: choose('line-1', 'line-1.plant.example'),
      proxy: {
        enabled: true,
        host: choose('proxy.example', '10.1.0.3'),
        port: choose(8080, 3128),
        username: choose('first', 'second'),
        password_wo: choose('canary-proxy-1', 'canary-proxy-2'),
        password_wo_version: choose(1, 2),
      },
    },
    certificate: { validation: 'none' },
    management_console: { enabled: true, console: 'hq', zone: choose('Assembly', 'Packaging') },
    mail_server: {
      enabled: true,
      host: choose('mail.plant.example', '10.1.0.9'),
      port: choose(25, 587),
      tls: choose('starttls', 'none'),
      sender: choose('line-1@plant.example', 'ops@plant.example'),
      username: choose('first', 'second'),
      password_wo: choose('canary-mail-1', 'canary-mail-2'),
      password_wo_version: choose(1, 2),
    },
    backup: {
      enabled: choose(true, false),
      directory: choose('/var/cyberx/backups/a', '/var/cyberx/backups/b'),
      target: {
        enabled: choose(true, false),
        smb: {
          server: choose('10.1.0.7', 'files.plant.example'),
          share: choose('backups', 'sensors'),
          path: choose('berlin', 'berlin/line-1'),
          username: choose('first', 'second'),
          password_wo: choose('canary-smb-1', 'canary-smb-2'),
          password_wo_version: choose(1, 2),
          version: choose('3.0', '3.1.1'),
        },
      },
    },
    forwarding: {
      rules: {
        'to ops': ruleOfSensor(choose),
        former: choose(
          { minimum_severity: 'Major', actions: { m: { email: { address: 'x@plant.example' } } } },
          { absent: true, minimum_severity: 'Minor' },
        ),
      },
      unmanaged_rules: choose('keep', 'remove'),
    },
    system_properties: {
      acknowledge_unsupported: true,
      files: { 'authentication.properties': { crl_retries: choose('3', '5') } },
    },
    on_unreachable: choose('fail', 'keep'),
    on_destroy: choose('leave', 'unregister'),
  }
}

checkResource({
  type: 'sensorform_sensor',
  start,
  minimal: {},
  updates: {
    everything: settings(0),
    'everything else': settings(1),
    'less of it': {
      time: { timezone: 'Europe/Berlin' },
      mail_server: { enabled: false },
      management_console: { enabled: false },
      forwarding: { rules: { 'to ops': { absent: true } } },
      /* Those that it would cut off are gone. */
      certificate: { validation: 'mandatory' },
    },
  },
  apart: {
    'activation.min_remaining': 'no setting of the sensor',
    'backup.max_age': 'no setting of the sensor',
    'certificate.certificate': 'an import, tried below',
    'certificate.chain': 'part of an import',
    'certificate.min_remaining': 'no setting of the sensor',
    'certificate.name': 'part of an import',
    'certificate.passphrase()': 'part of an import',
    'certificate.privateKey()': 'part of an import',
    'hold.reason': 'a sensor that is held is contacted no more',
    'hold.until': 'a sensor that is held is contacted no more',
    'management_console.connectionString()': 'the console says it where it is named',
    'network.address': 'a move, which sensor-life tries',
    'network.gateway': 'part of a move',
    'network.subnet_mask': 'part of a move',
    'software.backup_first': 'part of an update',
    'software.packages.*.file': 'part of an update',
    'software.packages.*.sha256': 'part of an update',
    'software.version': 'an update, which the actions try',
    'system_properties.withdrawn_keys': 'no setting of the sensor',
  },
  /* Only a plan can say it. */
  unknownToImport: ['in_sync'],
  drift: (simulator) => simulator.appliance('line-1').changeInConsole('eve', 'time', { timezone: 'Asia/Tokyo' }),
  open: (text) => ({ time: { timezone: text } }),
  openText: 'Asia/Tokyo',
  fault: { kind: 'status', status: 400, operation: 'writeTime', appliance: 'line-1' },
  mistakes: [
    { config: { time: { timezone: 'Europe/Berlni' } }, told: 'Did you mean Europe/Berlin?' },
    { config: { network: { address: '10.0.0.0', subnet_mask: '255.255.255.0' } }, told: 'At network.address.' },
    { config: { on_destroy: 'forget' }, told: 'on_destroy cannot be "forget"' },
  ],
})

describe.runIf(hasTerraform())('a certificate', { timeout: 120_000 }, () => {
  test('is imported with its key, then renewed, and no key is kept', async () => {
    const scene = await start()
    onTestFinished(() => scene.simulator.stop())
    const workspace = await openSensorform()
    const issuer = { cn: 'Plant CA', identity: makeCertificate({ cn: 'Plant CA', key: 'authority', ca: true }) }
    const [first, second] = (['one', 'two'] as const).map((key) =>
      makeCertificate({ cn: 'line-1.plant.example', san: ['line-1.plant.example'], key, issuer }),
    )
    const { access } = scene.base as { access: { trust: { pin: string }[] } }
    const trust = [...access.trust, { pin: first?.pin }, { pin: second?.pin }]
    const declare = (name: string, served: typeof first, version: number): void => {
      const certificate = {
        name,
        certificate: served?.cert,
        chain: issuer.identity.cert,
        private_key_wo: served?.key,
        private_key_wo_version: version,
      }
      const one = { access: { ...access, trust }, network: { hostname: 'line-1.plant.example' }, certificate }
      writeConfiguration(workspace.folder, {
        provider: scene.provider,
        resource: { sensorform_sensor: { one } },
      })
    }
    for (const [name, served, version] of [['first', first, 1] as const, ['second', second, 2] as const]) {
      declare(name, served, version)
      expect(await workspace.apply()).toMatchObject({ code: 0, stderr: '' })
      expect(await workspace.plan('-refresh=false')).toMatchObject({ code: 0, actions: {} })
      expect(await workspace.plan()).toMatchObject({ code: 0, actions: {} })
      const state = (await workspace.state())['sensorform_sensor.one']
      expect(state).toMatchObject({
        certificate: { name, private_key_wo: null },
        certificate_fingerprint: served?.sha256,
      })
      expect(JSON.stringify(await workspace.run('show', '-json'))).not.toContain('PRIVATE KEY')
    }
  })
})
