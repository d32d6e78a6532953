/** `sensorform_management_console` with the real terraform on a simulated console. */
import { vi } from 'vitest'
import { startSimulator } from '../../simulator/simulate.ts'
import { makeCertificate } from '../transport/pki.ts'
import { checkResource, type Scene } from './support/checklist.ts'
import { wholeRule } from './support/whole-rule.ts'

const password = 'canary-Console-1!'
vi.stubEnv('SENSORFORM_TEST_HOOK', 'canary-hook-1')

async function start(): Promise<Scene> {
  const simulator = await startSimulator({
    appliances: [],
    managementConsoles: [{ key: 'hq', address: '127.44.1.1', port: 0, username: 'admin', password }],
    tuning: { requestsPerSecond: 10_000 },
  })
  const [console] = simulator.appliances
  const { endpoint = '', pin = '' } = console ?? {}
  return {
    simulator,
    provider: { credentials: { default: { username: 'admin', password } } },
    base: { access: { endpoint, credentials: 'default', trust: [{ pin }] } },
    importId: `${endpoint},default,${pin}`,
    importIdentity: { endpoint, credentials: 'default', pin },
  }
}

const [one, two] = (['one', 'two'] as const).map((key) => makeCertificate({ cn: 'hq.plant.example', key }).cert)

const settings = (index: 0 | 1) => {
  const choose = <T>(...values: readonly [T, T]): T => values[index]
  return {
    certificate: { validation: choose('mandatory', 'none') },
    mail_server: {
      enabled: true,
      host: choose('mail.plant.example', '10.1.0.9'),
      port: choose(25, 587),
      tls: choose('starttls', 'none'),
      sender: choose('hq@plant.example', 'ops@plant.example'),
      username: choose('first', 'second'),
      password_wo: choose('canary-mail-1', 'canary-mail-2'),
      password_wo_version: choose(1, 2),
    },
    forwarding: {
      rules: {
        'to ops': wholeRule(choose, [one, two]),
        former: choose(
          { minimum_severity: 'Major', actions: { m: { email: { address: 'x@plant.example' } } } },
          { absent: true },
        ),
      },
      unmanaged_rules: choose('keep', 'remove'),
    },
    sensor_backups: {
      collect: choose(true, false),
      at: choose('04:00', '23:30'),
      keep_per_sensor: choose(1, 9),
      storage: choose(10, 100),
      path: choose('/backups/sensors', '/mnt/share_1'),
    },
    system_properties: {
      acknowledge_unsupported: true,
      files: { 'authentication.properties': { crl_retries: choose('3', '5') } },
    },
  }
}

checkResource({
  type: 'sensorform_management_console',
  start,
  minimal: {},
  updates: {
    everything: settings(0),
    'everything else': settings(1),
    'mail no more': {
      mail_server: { enabled: false },
      forwarding: { rules: { 'to ops': { absent: true } } },
      sensor_backups: { keep_per_sensor: 2 },
    },
  },
  apart: {
    'certificate.certificate': 'an import, which is tried with a sensor',
    'certificate.chain': 'part of an import',
    'certificate.min_remaining': 'no setting of the appliance',
    'certificate.name': 'part of an import',
    'certificate.passphrase()': 'part of an import',
    'certificate.privateKey()': 'part of an import',
    on_unreachable: 'says what the provider does, and is no setting',
    'system_properties.withdrawn_keys': 'no setting of the appliance',
  },
  /* Only a plan can say it. */
  unknownToImport: ['in_sync'],
  drift: (simulator) => simulator.managementConsole('hq').changeInConsole('eve', 'sensorBackups', { keepPerSensor: 4 }),
  open: (text) => ({ sensor_backups: { at: text } }),
  openText: '05:00',
  fault: { kind: 'status', status: 400, operation: 'writeSensorBackups', appliance: 'hq' },
  mistakes: [
    { config: { sensor_backups: { keep_per_sensor: 10 } }, told: 'At sensor_backups.keep_per_sensor.' },
    { config: { sensor_backups: { at: '25:00' } }, told: 'is not a time of day such as 04:00' },
  ],
})
