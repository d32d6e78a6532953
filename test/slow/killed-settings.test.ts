/**
 * An apply of settings, secrets and a certificate of its own is killed with -9 at every request. Whatever the moment, the
 * next apply needs no flag, and the plan after it is empty. Addresses: 127.20.185.0/24.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTrial, type Trial } from '../cli/fleet.ts'
import { authority, leafKey, makeAuthority, makeCertificate } from '../simulator/sensor/certificates.ts'
import { applyConverges, killAtEachPoint } from '../support/killed-command.ts'

const apply = ['apply', 'fleet.yaml', '--auto-approve']
const hostname = 'line-1.plant.example'

const settings = `  mailServer: { host: mail.plant.example, port: 25, sender: line-1@plant.example }
  backup:
    directory: /var/cyberx/backups
    target: { smb: { server: files.plant.example, share: sensors, username: backup, password: { fromEnv: AZURE_TOKEN } } }
  forwarding:
    rules:
      siem: { minimumSeverity: Major, actions: { siem: { syslog: { host: siem.plant.example, port: 514, format: cef, protocol: tcp } } } }
      mail: { actions: { crew: { email: { address: crew@plant.example } } } }
  systemProperties:
    acknowledgeUnsupported: true
    files: { authentication.properties: { session_expiration_default_seconds: "3600" } }
`

test('an apply of settings that is killed at any request is ended by the next', { timeout: 600_000 }, async () => {
  await killAtEachPoint({
    name: 'killed settings',
    arrange: () =>
      startTrial({ network: '127.20.185', sensors: 1, tuning: { requestsPerSecond: 10_000 }, spec: () => settings }),
    command: () => apply,
    most: 20,
    async converges(trial) {
      await applyConverges(trial)
      const { state } = trial.simulator.appliance('line-1')
      expect(state.intent).toBeNull()
      expect(Object.keys(state.settings.forwarding.rules ?? {}).toSorted()).toEqual(['mail', 'siem'])
    },
  })
})

const certificate = `  network: { hostname: ${hostname} }
  certificate: { certificate: { file: line-1.crt }, chain: { file: ca.crt }, privateKey: { fromFile: line-1.key } }
`

async function arrangeCertificate(): Promise<Trial> {
  const trial = await startTrial({
    network: '127.20.185',
    sensors: 1,
    tuning: { requestsPerSecond: 10_000 },
    spec: () => certificate,
  })
  writeFileSync(join(trial.folder, 'line-1.crt'), makeCertificate({ commonName: hostname, issuer: authority }))
  writeFileSync(join(trial.folder, 'ca.crt'), makeAuthority())
  writeFileSync(join(trial.folder, 'line-1.key'), leafKey.pem, { mode: 0o600 })
  return trial
}

test(
  'an import of a certificate that is killed at any request is ended by the next',
  { timeout: 600_000 },
  async () => {
    await killAtEachPoint({
      name: 'killed certificate import',
      arrange: arrangeCertificate,
      command: () => apply,
      most: 16,
      async converges(trial) {
        await applyConverges(trial)
        expect(trial.simulator.appliance('line-1').state.intent).toBeNull()
      },
    })
  },
)
