/** Certificate validation that is turned on in the apply that writes its peers. Addresses: 127.27.x.x. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { leafKey, makeCertificate } from '../simulator/sensor/certificates.ts'
import { listenStream } from '../support/receivers.ts'
import { startTrial, type Trial } from './fleet.ts'

let trial: Trial
afterEach(() => trial.end())

test('a syslog server that is written in the same apply and fails validation keeps it off, and is named', async () => {
  const { port } = await listenStream({ key: leafKey.pem, cert: makeCertificate({ addresses: ['127.0.0.1'] }) })
  const syslog = `{ host: 127.0.0.1, port: ${port}, format: cef, protocol: tls }`
  trial = await startTrial({
    network: '127.27.1',
    sensors: 1,
    spec: () =>
      `  certificate: { validation: mandatory }\n  forwarding: { rules: { ops: { actions: { siem: { syslog: ${syslog} } } } } }\n`,
  })
  const validation = () => trial.simulator.appliance('line-1').state.settings.certificate.validation
  const { stdout } = await trial.run(['plan', 'fleet.yaml'])
  expect(stdout).toContain(
    `VALIDATION_CUTS_OFF: certificate.validation: Certificate validation would cut off siem of rule ops (127.0.0.1:${port})`,
  )
  const applied = await trial.run(['apply', 'fleet.yaml', '--auto-approve'])
  expect([applied.code, validation()]).toEqual([3, 'none'])
  expect(trial.simulator.counts('line-1')).toMatchObject({ writeForwarding: 1 })
  const allowed = await trial.run(['apply', 'fleet.yaml', '--auto-approve', '--allow-cut-off', 'line-1'])
  expect([allowed.code, validation()]).toEqual([0, 'mandatory'])
})

test('a console names the connected sensors that its validation would cut off, and leaves it off', async () => {
  trial = await startTrial({
    network: '127.27.2',
    sensors: 2,
    consoles: { hq: { zones: ['Assembly'] } },
    spec: (key) => (key === 'line-1' ? '  managementConsole: { console: hq, zone: Assembly }\n' : ''),
  })
  const apply = ['apply', 'fleet.yaml', '--auto-approve']
  expect((await trial.run(apply)).code).toBe(0)
  const file = join(trial.folder, 'fleet.yaml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    text.replace('{ name: hq }\nspec:\n', '{ name: hq }\nspec:\n  certificate: { validation: mandatory }\n'),
  )
  const console = trial.simulator.managementConsole('hq')
  const validation = () => console.state.settings.certificate.validation
  const refused = await trial.run(apply)
  expect([refused.code, validation()]).toEqual([1, 'none'])
  expect(refused.stdout).toMatch(
    /VALIDATION_CUTS_OFF: certificate\.validation: Certificate validation would cut off sensor sensor \(127\.27\.2\.\d+:\d+\)/,
  )
  expect(refused.stdout).toContain('--allow-cut-off hq')
  expect(refused.stdout.split('sensor sensor').length).toBe(2)
  const allowed = await trial.run([...apply, '--allow-cut-off', 'hq'])
  expect([allowed.code, validation()]).toEqual([0, 'mandatory'])
  trial.simulator.advanceClock(61)
  await expect.poll(() => console.state.sensors.map(({ connection }) => connection.id)).toEqual(['DISCONNECTED'])
})
