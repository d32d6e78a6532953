/** Forwarding from the document to what arrives. Addresses: 127.20.173.0/24. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { leafKey, makeCertificate } from '../simulator/sensor/certificates.ts'
import { listenMail, listenStream, listenUdp } from '../support/receivers.ts'
import { startTrial, type Trial } from './fleet.ts'

let trial: Trial

beforeEach(async () => {
  trial = await startTrial({ network: '127.20.173', sensors: 1 })
})
afterEach(() => trial.end())

/** Lets every sensor declare these lines too. */
function declare(lines: string): void {
  const file = join(trial.folder, 'fleet.yaml')
  const last = '    network: { dns: [10.0.0.1] }\n'
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.slice(0, text.indexOf(last)) + last + lines + text.slice(text.indexOf('---\n')))
}

const apply = (env: Readonly<Record<string, string>> = {}) =>
  trial.run(['apply', 'fleet.yaml', '--auto-approve', '--no-state', '--quiet'], { env })
const send = (rule: string) => trial.run(['test-message', 'line-1', rule, '--in', 'fleet.yaml', '--no-state'])

const server = { cert: makeCertificate(), key: leafKey.pem }
const secrets = { MAIL_PASSWORD: 'canary-Mail-1!', CLIENT_KEY: leafKey.pem }

const syslog = (port: number, format: string, protocol: string) =>
  `{ syslog: { host: 127.0.0.1, port: ${port}, format: ${format}, protocol: ${protocol} } }`

test('every kind of action that a rule can have arrives at a real receiver', async () => {
  const [cef, leef, object] = [await listenUdp(), await listenUdp(), await listenStream()]
  const [text, tls, netwitness] = [await listenStream(), await listenStream(server), await listenStream()]
  const mail = await listenMail({ tls: server, user: { name: 'sensor', password: secrets.MAIL_PASSWORD } })
  declare(`    mailServer:
      host: 127.0.0.1
      port: ${mail.port}
      tls: starttls
      sender: line-1@plant.example
      username: sensor
      password: { fromEnv: MAIL_PASSWORD }
    forwarding:
      rules:
        all kinds:
          minimumSeverity: Major
          actions:
            mail: { email: { address: ops@plant.example } }
            cef: ${syslog(cef.port, 'cef', 'udp')}
            leef: ${syslog(leef.port, 'leef', 'udp')}
            object: ${syslog(object.port, 'object', 'tcp')}
            text: ${syslog(text.port, 'text', 'tcp')}
            tls: ${syslog(tls.port, 'cef', 'tls')}
            netwitness: { netwitness: { host: 127.0.0.1, port: ${netwitness.port} } }
`)
  expect((await apply(secrets)).stderr).toBe('')
  const { code, stdout } = await send('all kinds')
  const kinds = ['mail', 'cef', 'leef', 'object', 'text', 'tls', 'netwitness']
  expect({ code, lines: stdout.trimEnd().split('\n') }).toEqual({
    code: 0,
    lines: kinds.map((kind) => `${kind}: sent: The test message was sent.`),
  })
  expect(mail.mails).toMatchObject([
    { from: 'line-1@plant.example', to: ['ops@plant.example'], user: 'sensor', secure: true },
  ])
  expect(await cef.received).toContain('CEF:0|')
  expect(await leef.received).toContain('LEEF:1.0|')
  expect(await object.received).toContain('"title":"Test Alert"')
  expect(await text.received).toContain('Test Alert: This is a test message.')
  expect(await tls.received).toContain('CEF:0|')
  expect(await netwitness.received).toContain('CEF:0|')
})

test('what became of each action is told, and one that failed is exit 3', async () => {
  const { port, received } = await listenStream()
  declare(`    mailServer: { host: 127.0.0.1, port: 9, sender: line-1@plant.example }
    forwarding:
      rules:
        ops:
          actions:
            mail: { email: { address: ops@plant.example } }
            siem: { syslog: { host: 127.0.0.1, port: ${port}, format: text, protocol: tcp } }
`)
  expect((await apply()).stderr).toBe('')
  const misspelt = await send('opps')
  expect([misspelt.code, misspelt.stderr]).toEqual([1, expect.stringContaining('Did you mean ops?')])
  expect(await send('ops')).toMatchObject({
    code: 3,
    stdout:
      'mail: failed: The mail server 127.0.0.1:9 was not reached: the connection was refused.\n' +
      'siem: sent: The test message was sent.\n',
  })
  expect(await received).toContain('Test Alert')
})

test('rules, actions and fields that nobody declares stay as they are, and are listed', async () => {
  const sensor = trial.simulator.appliance('line-1')
  const siem = { syslog: { host: '10.1.9.9', port: 514, format: 'text', protocol: 'udp', timezone: 'Asia/Tokyo' } }
  const theirs = { minimumSeverity: 'Critical', actions: { siem } }
  await sensor.changeInConsole('soc', 'forwarding', {
    rules: { soc: theirs, ops: { engines: ['Malware'], actions: { siem, own: siem } } },
  })
  declare(`    forwarding:
      rules:
        ops:
          minimumSeverity: Minor
          actions:
            siem: { syslog: { host: 10.1.9.9, port: 1514, format: text, protocol: udp } }
`)
  const { stdout } = await trial.run(['plan', 'fleet.yaml', '--no-state', '--only', 'forwarding', '--verbose'])
  expect(stdout).toContain('forwarding.rules.soc')
  expect((await apply()).stderr).toBe('')
  const { rules } = sensor.state.settings.forwarding
  expect(rules?.['soc']).toMatchObject(theirs)
  expect(rules?.['ops']).toMatchObject({
    minimumSeverity: 'Minor',
    engines: ['Malware'],
    actions: { own: siem, siem: { syslog: { ...siem.syslog, port: 1514 } } },
  })
  declare(`    forwarding: { unmanagedRules: remove, rules: { ops: { minimumSeverity: Minor } } }\n`)
  expect((await apply()).stderr).toBe('')
  expect(Object.keys(sensor.state.settings.forwarding.rules ?? {})).toEqual(['ops'])
})
