/**
 * `apply` is killed with -9 at every request of each kind of change. Whatever the moment, the next apply needs no flag and
 * finishes the work, the plan after it is empty, and both ends have what is declared; also where the state file is damaged
 * in between. Addresses: 127.20.180.0/24.
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTrial, type Trial, type TrialOptions } from '../cli/fleet.ts'
import { authority, leafKey, makeAuthority, makeCertificate } from '../simulator/sensor/certificates.ts'
import { applyConverges, killAtEachPoint, mustDo, redeclare } from '../support/killed-command.ts'
import { manySettings } from '../support/many-settings.ts'

const apply = ['apply', 'fleet.yaml', '--auto-approve']
const network = '127.20.180'
const hostname = 'line-1.plant.example'

interface Change {
  what: string
  more?: Partial<TrialOptions>
  /** Of the sensor's spec: applied first, and then declared otherwise. */
  before: string
  after: string
  /** Of all its kill points, so many are met. */
  most: number
  /** What there must be in the end. */
  live: (trial: Trial) => unknown
  wanted: unknown
}

const sensorOf = ({ simulator }: Trial) => simulator.appliance('line-1').state

const registration = 'registration: { registrar: cloud, site: plant }'
const addressOf = (host: number) =>
  `  network: { address: ${network}.${host}, subnetMask: 255.255.255.0, gateway: ${network}.254 }\n`

const backupTo = (server: string) =>
  `  backup: { target: { smb: { server: ${server}.plant.example, share: sensors, username: backup, password: { fromEnv: AZURE_TOKEN } } } }\n`

const certificate = `  network: { hostname: ${hostname} }
  certificate: { certificate: { file: line-1.crt }, chain: { file: ca.crt }, privateKey: { fromFile: line-1.key } }
`

const consoles = { hq: { zones: ['Assembly', 'Packaging'] }, spare: { zones: ['Assembly', 'Packaging'] } }
const connection = (said: string) => `  managementConsole: ${said}\n`

/** At which console the sensor is connected, and the number of its zone. */
const connectedTo = ({ simulator }: Trial) =>
  Object.keys(consoles).flatMap((key) => {
    const { sensors, intent } = simulator.managementConsole(key).state
    expect(intent).toBeNull()
    return sensors.filter(({ connection: { id } }) => id === 'SYNCED').map(({ zoneId }) => [key, zoneId])
  })

const changes: readonly Change[] = [
  {
    what: 're-activation under another name',
    more: { cloud: {} },
    before: `  name: line-one\n  ${registration}\n`,
    after: `  name: line-eins\n  ${registration}\n`,
    most: 30,
    live: (trial) => [sensorOf(trial).activation?.name, trial.simulator.cloud?.records().map(({ name }) => name)],
    wanted: ['line-eins', ['line-eins']],
  },
  {
    what: 'local re-activation',
    more: { cloud: {} },
    before: `  name: line-one\n  ${registration}\n  activation: { mode: local }\n`,
    after: `  name: line-eins\n  ${registration}\n  activation: { mode: local }\n`,
    most: 16,
    live: (trial) => [
      sensorOf(trial).activation?.name,
      sensorOf(trial).activation?.mode,
      trial.simulator.cloud?.records().map(({ name }) => name),
    ],
    wanted: ['line-eins', 'local', ['line-eins']],
  },
  {
    what: 'change of the management mode',
    more: { cloud: {} },
    before: `  name: line-one\n  ${registration}\n  activation: { mode: local }\n`,
    after: `  name: line-one\n  ${registration}\n  activation: { mode: cloud }\n`,
    most: 14,
    live: (trial) => [sensorOf(trial).activation?.mode, trial.simulator.cloud?.records().map(({ name }) => name)],
    wanted: ['cloud', ['line-one']],
  },
  {
    what: 'move of the address',
    before: addressOf(11),
    after: addressOf(12),
    most: 24,
    live: (trial) => sensorOf(trial).settings.network.address,
    wanted: `${network}.12`,
  },
  {
    what: 'settings',
    before: '  mailServer: { enabled: false }\n',
    after: manySettings('line-1', 'AZURE_TOKEN'),
    most: 20,
    live: (trial) => Object.keys(sensorOf(trial).settings.forwarding.rules ?? {}).toSorted(),
    wanted: ['mail', 'siem'],
  },
  {
    what: 'another backup target',
    before: backupTo('files'),
    after: backupTo('archive'),
    most: 14,
    live: (trial) => sensorOf(trial).settings.backup.target.smb?.server,
    wanted: 'archive.plant.example',
  },
  {
    what: 'import of a certificate',
    before: '  network: { hostname: sensor.plant.example }\n',
    after: certificate,
    most: 16,
    live: (trial) => sensorOf(trial).settings.network.hostname,
    wanted: hostname,
  },
  {
    what: 'connection to a management console',
    more: { consoles },
    before: connection('{ enabled: false }'),
    after: connection('{ console: hq, zone: Assembly }'),
    most: 20,
    live: connectedTo,
    wanted: [['hq', 1]],
  },
  {
    what: 'move to another management console',
    more: { consoles },
    before: connection('{ console: hq, zone: Assembly }'),
    after: connection('{ console: spare, zone: Packaging }'),
    most: 20,
    live: connectedTo,
    wanted: [['spare', 2]],
  },
  {
    what: 'end of a connection to a management console',
    more: { consoles },
    before: connection('{ console: hq, zone: Assembly }'),
    after: connection('{ enabled: false }'),
    most: 12,
    live: connectedTo,
    wanted: [],
  },
]

async function arrange({ more, before, after }: Change): Promise<Trial> {
  const tuning = { jobMs: 50, requestsPerSecond: 10_000 }
  const trial = await startTrial({ network, sensors: 1, tuning, spec: () => before, ...more })
  writeFileSync(join(trial.folder, 'line-1.crt'), makeCertificate({ commonName: hostname, issuer: authority }))
  writeFileSync(join(trial.folder, 'ca.crt'), makeAuthority())
  writeFileSync(join(trial.folder, 'line-1.key'), leafKey.pem, { mode: 0o600 })
  await mustDo(trial, apply)
  redeclare(trial, before, after)
  return trial
}

test.each(changes)('$what: an apply that is killed at any request is ended by the next', async (change) => {
  await killAtEachPoint({
    name: `killed ${change.what}`,
    arrange: () => arrange(change),
    command: () => apply,
    most: change.most,
    async converges(trial) {
      await applyConverges(trial)
      expect(change.live(trial)).toEqual(change.wanted)
      expect(sensorOf(trial).intent).toBeNull()
    },
  })
})

/** Those whose unfinished work could be mistaken for another's, or be looked for at the wrong place. */
const delicate = changes.filter(({ what }) => /activation|management mode|address|certificate/.test(what))

test.each(delicate)('$what: also where the state file is damaged after the kill', async (change) => {
  await killAtEachPoint({
    name: `killed and forgotten ${change.what}`,
    arrange: () => arrange(change),
    command: () => apply,
    most: Math.ceil(change.most / 3),
    async converges(trial) {
      const state = join(trial.folder, '.sensorform')
      writeFileSync(join(state, 'state.sqlite'), 'what a broken disk left of it')
      await applyConverges(trial)
      expect(change.live(trial)).toEqual(change.wanted)
      expect(sensorOf(trial).intent).toBeNull()
      expect(readdirSync(state).filter((name) => /\.damaged-\w+$/.test(name))).toHaveLength(1)
    },
  })
})
