// Peers of the desired state: what carrying out a document adds to them, and what it takes away.
import { expect, test } from 'vitest'
import { plannedPeers } from '../../reconcile/compare/planned-peers.ts'
import type { ConsoleConnection, LiveValue } from '../../reconcile/driver.ts'
import { desiredSensor, fleetOf } from '../support/memory-fleet.ts'

const siem = 'forwarding.rules.ops.actions.siem'
const live = new Map<string, LiveValue>([
  [`${siem}.syslog.protocol`, 'tls'],
  [`${siem}.syslog.host`, '10.1.9.1'],
  [`${siem}.syslog.port`, 6514],
  [`${siem}.syslog.format`, 'cef'],
  ['mailServer.host', 'mail.plant'],
  ['mailServer.port', 465],
  ['mailServer.tls', 'implicit'],
])
const consoleConnection: ConsoleConnection = { state: 'Connected', address: '10.1.0.9', identity: 'C-1', message: null }
const hq = { ...desiredSensor({}, { key: 'hq', address: '10.1.0.9' }), kind: 'ManagementConsole' as const }
const spare = { ...hq, key: 'spare', access: { ...hq.access, endpoint: 'https://10.1.0.8:8443' } }
const fleet = fleetOf([], {
  managementConsoles: new Map([
    ['hq', hq],
    ['spare', spare],
  ]),
})

const syslog = (host: string, protocol = 'tls', port = 6514) =>
  ({ actions: { siem: { syslog: { host, port, protocol, format: 'cef' } } } }) as const
const at = (path: string, host: string, port: number, tls = 'implicit') => ({ path, host, port, tls })

const rows: readonly { name: string; settings: object; added?: readonly object[]; gone?: readonly string[] }[] = [
  { name: 'nothing declared', settings: {} },
  {
    name: 'declared as they are',
    settings: { forwarding: { rules: { ops: syslog('10.1.9.1') } }, mailServer: { host: 'mail.plant' } },
  },
  {
    name: 'a new rule',
    settings: { forwarding: { rules: { soc: syslog('10.1.9.2') } } },
    added: [at('forwarding.rules.soc.actions.siem', '10.1.9.2', 6514)],
  },
  { name: 'a new rule in the clear', settings: { forwarding: { rules: { soc: syslog('10.1.9.2', 'tcp') } } } },
  {
    name: 'another server of a rule',
    settings: { forwarding: { rules: { ops: syslog('10.1.9.3', 'tls', 7000) } } },
    added: [at(siem, '10.1.9.3', 7000)],
  },
  {
    name: 'no encryption any more',
    settings: { forwarding: { rules: { ops: syslog('10.1.9.1', 'tcp') } } },
    gone: [siem],
  },
  {
    name: 'an action of another type',
    settings: { forwarding: { rules: { ops: { actions: { siem: { email: { address: 'a@plant.example' } } } } } } },
    gone: [siem],
  },
  { name: 'a rule that must not be', settings: { forwarding: { rules: { ops: { absent: true } } } }, gone: [siem] },
  {
    name: 'rules of others are removed',
    settings: { forwarding: { rules: {}, unmanagedRules: 'remove' } },
    gone: [siem],
  },
  { name: 'rules of others are kept', settings: { forwarding: { rules: {}, unmanagedRules: 'keep' } } },
  {
    name: 'another mail server',
    settings: { mailServer: { host: 'new.plant' } },
    added: [at('mailServer', 'new.plant', 465)],
  },
  {
    name: 'another encryption of the mail server',
    settings: { mailServer: { tls: 'starttls', port: 587 } },
    added: [at('mailServer', 'mail.plant', 587, 'starttls')],
  },
  { name: 'no mail server', settings: { mailServer: { enabled: false } }, gone: ['mailServer'] },
  { name: 'the same console', settings: { managementConsole: { console: 'hq' } } },
  {
    name: 'another console',
    settings: { managementConsole: { console: 'spare' } },
    added: [at('managementConsole', '10.1.0.8', 8443)],
  },
  { name: 'no console', settings: { managementConsole: { enabled: false } }, gone: ['managementConsole'] },
  {
    name: 'a console of which a secret tells',
    settings: { managementConsole: { connectionString: { fromEnv: 'S' } } },
  },
]
test.each(rows)('$name', ({ settings, added = [], gone = [] }) => {
  const desired = desiredSensor(settings)
  const peers = plannedPeers(fleet, desired, { live, consoleConnection }, () => true)
  expect({ added: peers.added, gone: [...peers.gone] }).toEqual({ added, gone })
})

test('what is not carried out changes no peer', () => {
  const desired = desiredSensor({ mailServer: { host: 'new.plant' } })
  expect(plannedPeers(fleet, desired, { live, consoleConnection }, () => false)).toEqual({ added: [], gone: new Set() })
})
