// Certificate validation: what it would halt is found before it is turned on, while planning and again before the write.
import { expect, test } from 'vitest'
import { addAppliance } from '../../drivers/memory/appliance.ts'
import { createMemoryDriver, richSupport } from '../../drivers/memory/driver.ts'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  consolesOf,
  converge,
  createBench,
  desiredConsole,
  desiredSensor,
  digestPlan,
  fleetOf,
  installActivated,
  installConsole,
} from '../support/memory-fleet.ts'

const mandatory: DesiredSettings = { certificate: { validation: 'mandatory' } }
const fleet = fleetOf([desiredSensor(mandatory)])

function install(bench = createBench()) {
  const appliance = addAppliance(bench.memoryWorld, { serialNumber: 'SN-1', address: '10.1.0.5' })
  const set = (path: string, value: string | number) => appliance.settings.set(path, value)
  for (const [rule, host] of Object.entries({ ops: '10.1.9.1', soc: '10.1.9.2' })) {
    const syslog = `forwarding.rules.${rule}.actions.siem.syslog`
    set(`${syslog}.protocol`, 'tls')
    set(`${syslog}.host`, host)
    set(`${syslog}.port`, 6514)
  }
  set('mailServer.host', 'mail.plant')
  set('mailServer.port', 465)
  set('mailServer.tls', 'implicit')
  return { bench, appliance }
}

const validation = ['certificate.validation']
const summaries = ({ problems }: { problems: readonly { summary: string }[] }) => problems.map(({ summary }) => summary)

test('validation that cuts nobody off is turned on, with one question while planning and one before the write', async () => {
  const { bench, appliance } = install()
  const { outcome } = await converge(fleet, bench.world)
  expect(outcome.sensors[0]).toMatchObject({ status: 'done', problems: [] })
  expect(appliance.settings.get('certificate.validation')).toBe('mandatory')
  expect(bench.memoryWorld.calls.filter((call) => call.endsWith('checkPeers'))).toHaveLength(2)
  bench.memoryWorld.calls.length = 0
  expect((await converge(fleet, bench.world)).plan.sensors[0]).toMatchObject({ status: 'inSync', problems: [] })
  expect(bench.memoryWorld.calls).toEqual(['SN-1 signIn', 'SN-1 read'])
})

test('every peer that would be cut off is named, and validation stays off', async () => {
  const { bench, appliance } = install()
  appliance.distrustedHosts = ['10.1.9.2', 'mail.plant']
  const { plan, outcome } = await converge(fleet, bench.world)
  expect(digestPlan(plan)).toEqual([
    { key: 'line-1', status: 'drifted', changes: validation, steps: [], problems: ['VALIDATION_CUTS_OFF'] },
  ])
  expect(summaries(plan.sensors[0]!)).toEqual([
    'Certificate validation would cut off siem of rule soc (10.1.9.2:6514): its certificate cannot be validated; mail server (mail.plant:465): its certificate cannot be validated. It is not turned on',
  ])
  expect(outcome.sensors[0]?.status).toBe('unchanged')
  expect(appliance.settings.get('certificate.validation')).toBe('none')
})

test('--allow-cut-off turns it on, and the step says what it disrupts', async () => {
  const { bench, appliance } = install()
  appliance.distrustedHosts = ['10.1.9.2']
  const other = await converge(fleet, bench.world, { overrides: { allowCutOff: ['line-2'] } })
  expect(other.plan.sensors[0]?.steps).toEqual([])
  const { plan, outcome } = await converge(fleet, bench.world, { overrides: { allowCutOff: ['line-1'] } })
  expect(plan.sensors[0]?.steps).toMatchObject([
    { disrupts: 'the communication with siem of rule soc (10.1.9.2:6514)' },
  ])
  expect(plan.sensors[0]?.problems).toMatchObject([{ severity: 'warning', code: 'VALIDATION_CUTS_OFF' }])
  expect(outcome.sensors[0]?.status).toBe('done')
  expect(appliance.settings.get('certificate.validation')).toBe('mandatory')
})

test('a peer whose certificate fails since the plan was made keeps validation off', async () => {
  const { bench, appliance } = install()
  const { plan } = await planRun(fleet, bench.world, {})
  appliance.distrustedHosts = ['10.1.9.1']
  const outcome = await applyPlan(plan, fleet, bench.world, { run: 'x' })
  expect(outcome.sensors[0]).toMatchObject({ status: 'failed', problems: [{ code: 'VALIDATION_CUTS_OFF' }] })
  expect(appliance.settings.get('certificate.validation')).toBe('none')
})

test('an appliance that cannot look, and one that fails at it, name the peers that nobody knows of', async () => {
  const { peerCheck: _, ...support } = richSupport
  const { bench } = install(createBench((world) => createMemoryDriver(world, { support })))
  const { bench: failing } = install()
  failing.memoryWorld.onCall = ({ method }) => {
    if (method === 'checkPeers') throw new Error('no')
  }
  for (const { world } of [bench, failing]) {
    const { plan } = await planRun(fleet, world, {})
    expect(plan.sensors[0]?.steps.map(({ id }) => id)).toEqual(validation)
    expect(summaries(plan.sensors[0]!)).toEqual([
      'Nobody knows whether certificate validation cuts off siem of rule ops (10.1.9.1:6514); siem of rule soc (10.1.9.2:6514); mail server (mail.plant:465)',
    ])
  }
})

test('a console that cannot look names the sensors that are connected to it', async () => {
  const { peerCheck: _, ...support } = richSupport
  const bench = createBench((world) => createMemoryDriver(world, { support }))
  await installActivated(bench, { name: 'line-1' })
  installConsole(bench)
  const atHq = [desiredSensor({ managementConsole: { console: 'hq' } })]
  await converge(fleetOf(atHq, consolesOf(desiredConsole({}))), bench.world)
  const { plan } = await planRun(fleetOf(atHq, consolesOf(desiredConsole(mandatory))), bench.world, {})
  expect(plan.managementConsoles[0]?.steps.map(({ id }) => id)).toEqual(validation)
  expect(summaries(plan.managementConsoles[0]!)).toEqual([
    'Nobody knows whether certificate validation cuts off sensor line-1',
  ])
})

const withRule = (rule: object): DesiredSettings => ({ ...mandatory, forwarding: { rules: { ops: rule } } })
const moved = (host: string, protocol = 'tls') =>
  withRule({ actions: { siem: { syslog: { host, port: 6514, protocol, format: 'cef' } } } })

test('a peer that is written in the same apply is looked at, too: validation stays off, and the rule is written', async () => {
  const { bench, appliance } = install()
  appliance.distrustedHosts = ['10.1.9.9']
  const { plan, outcome } = await converge(fleetOf([desiredSensor(moved('10.1.9.9'))]), bench.world)
  expect(summaries(plan.sensors[0]!)).toEqual([
    'Certificate validation would cut off siem of rule ops (10.1.9.9:6514): its certificate cannot be validated. It is not turned on',
  ])
  expect(plan.sensors[0]?.steps.map(({ id }) => id)).toEqual(['forwarding.rules.ops'])
  expect(outcome.sensors[0]?.status).toBe('partial')
  expect(appliance.settings.get('certificate.validation')).toBe('none')
})

test.each([
  ['moves away from', moved('10.1.9.3')],
  ['speaks in the clear to', moved('10.1.9.1', 'tcp')],
  ['drops', withRule({ absent: true })],
])('a document that %s the only peer that fails turns validation on, after that', async (_, settings) => {
  const { bench, appliance } = install()
  appliance.distrustedHosts = ['10.1.9.1']
  const { plan, outcome } = await converge(fleetOf([desiredSensor(settings)]), bench.world)
  expect(plan.sensors[0]?.problems).toEqual([])
  expect(plan.sensors[0]?.steps.map(({ id }) => id)).toEqual(['forwarding.rules.ops', 'certificate.validation'])
  expect(outcome.sensors[0]).toMatchObject({ status: 'done', problems: [] })
  expect(appliance.settings.get('certificate.validation')).toBe('mandatory')
})

test('a run that is narrowed to the certificate looks at the peers that there are', async () => {
  const { bench, appliance } = install()
  appliance.distrustedHosts = ['10.1.9.1']
  const desired = fleetOf([desiredSensor(moved('10.1.9.3'))])
  const { plan } = await planRun(desired, bench.world, { only: ['certificate'] })
  expect(plan.sensors[0]?.problems.map(({ code }) => code)).toEqual(['VALIDATION_CUTS_OFF'])
  const whole = await planRun(desired, bench.world, {})
  expect(whole.plan.sensors[0]?.problems).toEqual([])
})

test('a peer that is about to be written and fails since the plan was made keeps validation off', async () => {
  const { bench, appliance } = install()
  const desired = fleetOf([desiredSensor(moved('10.1.9.3'))])
  const { plan } = await planRun(desired, bench.world, {})
  appliance.distrustedHosts = ['10.1.9.3']
  const outcome = await applyPlan(plan, desired, bench.world, { run: 'x' })
  expect(outcome.sensors[0]).toMatchObject({ status: 'partial', problems: [{ code: 'VALIDATION_CUTS_OFF' }] })
  expect(appliance.settings.get('certificate.validation')).toBe('none')
})

test('where nobody can look, the peers of the desired state are named', async () => {
  const { peerCheck: _, ...support } = richSupport
  const { bench } = install(createBench((world) => createMemoryDriver(world, { support })))
  const { plan } = await planRun(fleetOf([desiredSensor(moved('10.1.9.3'))]), bench.world, {})
  expect(summaries(plan.sensors[0]!)).toEqual([
    'Nobody knows whether certificate validation cuts off siem of rule soc (10.1.9.2:6514); mail server (mail.plant:465); siem of rule ops (10.1.9.3:6514)',
  ])
})
