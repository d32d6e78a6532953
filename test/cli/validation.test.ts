/** Certificate validation that is turned on in the apply that writes its peers. Addresses: 127.27.x.x. */
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
