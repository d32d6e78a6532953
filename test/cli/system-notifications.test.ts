/**
 * Forwarding of sensor failures, from the document of a management console to what arrives: a sensor that disconnects, and
 * a remote backup that fails. Addresses: 127.29.2.0 and on.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { advanceUntil, listenHttp } from '../simulator/console/start.ts'
import { listenMail, listenStream, listenUdp } from '../support/receivers.ts'
import { startTrial, type Trial } from './fleet.ts'

interface Failure {
  title: string
  network: string
  fail: (trial: Trial) => Promise<void>
}

const failures: readonly Failure[] = [
  {
    title: 'Sensor disconnected',
    network: '127.29.2',
    async fail({ simulator }) {
      await simulator.kill('line-1')
      const connection = () => simulator.managementConsole('hq').state.sensors[0]?.connection.id
      await advanceUntil(simulator, 60, async () => connection() === 'DISCONNECTED')
    },
  },
  {
    title: 'Remote backup failed',
    network: '127.29.3',
    fail: async ({ simulator }) => simulator.managementConsole('hq').collectBackups(),
  },
]

test.each(failures)('$title: told by email, syslog, NetWitness and webhook', async ({ title, network, fail }) => {
  const trial = await startTrial({
    network,
    sensors: 1,
    consoles: { hq: { zones: ['Assembly'] } },
    // This hardware makes no backup that could be collected.
    sensor: () => ({ hardwareProfile: 'L100' }),
    spec: () => '  managementConsole: { console: hq, zone: Assembly }\n',
  })
  onTestFinished(() => trial.end())
  const [mail, syslog, netwitness, hook] = [
    await listenMail(),
    await listenUdp(),
    await listenStream(),
    await listenHttp(),
  ]
  const file = join(trial.folder, 'fleet.yaml')
  const spec = `  mailServer: { host: 127.0.0.1, port: ${mail.port}, tls: none, sender: hq@plant.example }
  sensorBackups: { collect: true, at: "04:00" }
  forwarding:
    rules:
      failures:
        systemNotifications: true
        actions:
          crew: { email: { address: crew@plant.example } }
          siem: { syslog: { host: 127.0.0.1, port: ${syslog.port}, format: cef, protocol: udp } }
          rsa: { netwitness: { host: 127.0.0.1, port: ${netwitness.port} } }
          ops: { webhook: { url: "${hook.url}", extended: true } }
`
  writeFileSync(file, readFileSync(file, 'utf8').replace('{ name: hq }\nspec:\n', `{ name: hq }\nspec:\n${spec}`))
  expect((await trial.run(['apply', 'fleet.yaml', '--auto-approve'])).code).toBe(0)
  await fail(trial)
  expect(await syslog.received).toContain(title)
  expect(await netwitness.received).toContain(title)
  await expect
    .poll(() => mail.mails)
    .toMatchObject([{ to: ['crew@plant.example'], source: expect.stringContaining(title) }])
  await expect.poll(() => hook.posts).toMatchObject([{ body: { title, siteName: 'Plant', zoneName: 'Assembly' } }])
})
