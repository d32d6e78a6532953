/** Sensors and the management consoles that they are connected to. Addresses: 127.23.x.x. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ResultOf } from '../../schemas/results.ts'
import { checkResult } from '../report/check-result.ts'
import { advanceUntil } from '../simulator/console/start.ts'
import { makeCertificate } from '../simulator/sensor/certificates.ts'
import { startTrial, type Ended, type Trial, type TrialOptions } from './fleet.ts'

let trial: Trial
afterEach(() => trial.end())

let net = 0
const start = async (options: Omit<TrialOptions, 'network'>): Promise<void> => {
  trial = await startTrial({ network: `127.23.${++net}`, ...options })
}

const hq = { hq: { zones: ['Assembly', 'Packaging'] } }
const connected = (zone: string) => () => `  managementConsole: { console: hq, zone: ${zone} }\n`
const apply = ['apply', 'fleet.yaml', '--auto-approve']

type Kind = 'plan' | 'drift' | 'apply'
function resultOf<K extends Kind>({ stdout }: Ended): ResultOf<K> {
  checkResult(stdout)
  return JSON.parse(stdout) as ResultOf<K>
}
const result = async <K extends Kind>(verb: K, ...more: string[]): Promise<ResultOf<K>> =>
  resultOf<K>(await trial.run([verb, 'fleet.yaml', '--format', 'json', ...more]))

const edit = (from: string, to: string): void => {
  const file = join(trial.folder, 'fleet.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to))
}

/** Zone of each sensor at a console, by the number of the zone. */
const zones = (key = 'hq') => trial.simulator.managementConsole(key).state.sensors.map(({ zoneId }) => zoneId)
const stepsOf = (one: { steps: readonly { id: string }[] } | undefined) => one?.steps.map(({ id }) => id)

test('sensors are connected and assigned to their zones; the next plan is empty', async () => {
  await start({ sensors: 3, consoles: hq, spec: connected('Packaging') })
  const plan = await result('plan')
  expect(stepsOf(plan.sensors[0])).toContain('managementConsole')
  expect(stepsOf(plan.sensors[0])).toContain('managementConsole.zone')
  const { code, stdout } = await trial.run(apply)
  expect([code, stdout]).toEqual([0, expect.stringContaining('3 sensors: 3 done')])
  expect(zones()).toEqual([2, 2, 2])
  expect(stdout).not.toContain(trial.simulator.managementConsole('hq').state.token)
  const again = await result('plan')
  expect(again.sensors.flatMap(({ changes, steps }) => [changes, steps])).toEqual([[], [], [], [], [], []])
  expect(again.managementConsoles.map(({ key, status, changes }) => [key, status, changes])).toEqual([
    ['hq', 'inSync', []],
  ])
})

test('a console whose clock drifts is told of, in words that are of use there', async () => {
  await start({ sensors: 1, consoles: hq, spec: connected('Packaging') })
  trial.simulator.addFault({ kind: 'clockSkew', appliance: 'hq', seconds: -400 })
  const problems = (await result('plan')).managementConsoles[0]?.problems
  expect(problems).toMatchObject([
    { code: 'CLOCK_DRIFTING', summary: expect.stringContaining('The clock of the management console is 400 s behind') },
  ])
  expect(problems?.[0]?.hint).toBe('Set NTP on the console; its sensors follow the same server (time.ntp).')
})

test('a console that gives out another connection string is connected to anew, and the next plan is empty', async () => {
  await start({ sensors: 2, consoles: hq, spec: connected('Packaging') })
  await trial.run(apply)
  const console = trial.simulator.managementConsole('hq')
  console.become({ token: 'another-token' })
  trial.simulator.advanceClock(61)
  await expect
    .poll(() => console.state.sensors.map(({ connection }) => connection.id))
    .toEqual(['OUT_OF_SYNC', 'OUT_OF_SYNC'])
  const plan = await trial.run(['plan', 'fleet.yaml', '--quiet'])
  expect(plan.stdout).toContain(
    '- managementConsole.console  hq, by a connection string that it does not know any more\n',
  )
  expect(plan.stdout).toContain('1. connect to management console hq anew')
  expect(plan.stdout).not.toContain('disrupts')
  expect((await trial.run(apply)).code).toBe(0)
  expect(console.state.sensors.map(({ connection }) => connection.id)).toEqual(['SYNCED', 'SYNCED'])
  expect((await result('plan')).sensors.map(({ status }) => status)).toEqual(['inSync', 'inSync'])
})

test('a console that became older than its sensor is told as that, with both versions', async () => {
  await start({ sensors: 1, consoles: hq, spec: connected('Packaging') })
  await trial.run(apply)
  const console = trial.simulator.managementConsole('hq')
  console.become({ softwareVersion: '22.2.0' })
  trial.simulator.advanceClock(61)
  await expect.poll(() => console.state.sensors[0]?.connection.id).toBe('DISCONNECTED')
  const plan = await result('plan')
  expect([plan.refused, plan.sensors[0]?.problems.filter(({ code }) => code.startsWith('CONSOLE_'))]).toMatchObject([
    false,
    [
      {
        severity: 'warning',
        code: 'CONSOLE_OLDER_THAN_SENSOR',
        summary: expect.stringContaining('has version 22.2.0'),
      },
    ],
  ])
})

test('a hold of its site holds a console: it is not contacted, nor is a sensor connected to it', async () => {
  await start({ sensors: 1, consoles: hq, spec: connected('Packaging') })
  const site =
    'apiVersion: sensorform.io/v1\nkind: Site\nmetadata: { name: office }\nspec: { hold: { until: 2099-01-01, reason: rebuilt } }\n'
  edit('{ name: hq }', '{ name: hq, site: office }')
  writeFileSync(join(trial.folder, 'site.yaml'), site)
  const files = ['fleet.yaml', 'site.yaml']
  const applied = await trial.run(['apply', ...files, '--auto-approve'])
  expect(applied.stdout).toContain('hq could not be looked at: Held until 2099-01-01: rebuilt')
  expect(applied.stdout).toContain('1 management console: held')
  expect([trial.simulator.counts('hq'), zones()]).toEqual([{}, []])
  const sent = await trial.run(['test-message', 'hq', 'ops', ...files.flatMap((file) => ['--in', file])])
  expect([sent.code, sent.stderr]).toEqual([1, expect.stringContaining('error HELD: hq is held until 2099-01-01')])
})

test('a step by hand of a console is told with its place in the console, and confirmed by its key', async () => {
  await start({ sensors: 1, consoles: hq })
  writeFileSync(join(trial.folder, 'hq.crt'), makeCertificate({ commonName: 'hq.plant.example' }))
  edit('{ name: hq }\nspec:\n', '{ name: hq }\nspec:\n  certificate: { certificate: { file: hq.crt } }\n')
  const plan = await result('plan')
  expect(stepsOf(plan.managementConsoles[0])).toEqual(['certificate.manual'])
  expect(plan.managementConsoles[0]?.steps[0]?.instructions).toMatch(/^In the management console: System settings > /)
  const { code, stdout } = await trial.run(['confirm', 'hq', '--in', 'fleet.yaml'])
  expect([code, stdout]).toEqual([7, expect.stringContaining('hq: by hand: set certificate: still differs')])
})

test.each([
  ['console', 'medium'],
  ['zone', 'low'],
])('explain says that changing managementConsole.%s is a step of %s risk', async (field, risk) => {
  await start({ sensors: 1, consoles: hq, spec: connected('Packaging') })
  const { stdout } = await trial.run(['explain', `line-1.managementConsole.${field}`, '--in', 'fleet.yaml'])
  expect(stdout).toContain(`changing it is a step of ${risk} risk`)
})

test('however many sensors, a plan reads the console once', async () => {
  await start({ sensors: 3, consoles: hq, spec: connected('Packaging') })
  await trial.run(['plan', 'fleet.yaml'])
  expect(trial.simulator.counts('hq')).toEqual({ signIn: 1, readAppliance: 1, listAppliances: 1, signOut: 1 })
  expect(trial.simulator.counts('line-1')).toEqual({ signIn: 1, readAppliance: 1, readAudit: 1, signOut: 1 })
})

test('a console that sensors name is looked at whatever was selected, and changes nothing of itself then', async () => {
  await start({ sensors: 2, consoles: hq, spec: connected('Packaging') })
  edit('kind: ManagementConsole', 'kind: ManagementConsole')
  const plan = await result('plan', '--select', 'key=line-1')
  expect(plan.managementConsoles).toEqual([])
  expect(stepsOf(plan.sensors[0])).toContain('managementConsole')
})

test('another zone is a step at the console alone; somebody who moved it there is drift', async () => {
  await start({ sensors: 1, consoles: hq, spec: connected('Packaging') })
  await trial.run(apply)
  edit('zone: Packaging', 'zone: Assembly')
  const plan = await result('plan')
  expect(plan.sensors[0]).toMatchObject({
    status: 'pending',
    changes: [{ path: 'managementConsole.zone', before: 'Plant/Packaging', after: 'Assembly', cause: 'spec' }],
  })
  expect(stepsOf(plan.sensors[0])).toEqual(['managementConsole.zone'])
  expect((await trial.run(apply)).code).toBe(0)
  expect(zones()).toEqual([1])
  edit('zone: Assembly', 'zone: Packaging')
  expect((await trial.run(apply)).code).toBe(0)
  edit('zone: Packaging', 'zone: Assembly')
  edit('zone: Assembly', 'zone: Packaging')
  expect((await result('drift')).summary.drifted).toBe(0)
})

test('a move to another console, and a disconnection', async () => {
  await start({
    sensors: 1,
    consoles: { hq: { zones: ['Assembly'] }, spare: { zones: ['Assembly'] } },
    spec: connected('Assembly'),
  })
  expect((await trial.run(apply)).code).toBe(0)
  edit('console: hq', 'console: spare')
  const { sensors } = await result('plan')
  expect(sensors[0]?.steps.map(({ title }) => title)).toEqual([
    'move to management console spare',
    'assign to zone Assembly at management console spare',
  ])
  expect((await trial.run(apply)).code).toBe(0)
  expect(zones('spare')).toEqual([1])
  const [left] = trial.simulator.managementConsole('hq').state.sensors
  expect(left?.connection.id).toBe('DISCONNECTED')
  edit('managementConsole: { console: spare, zone: Assembly }', 'managementConsole: { enabled: false }')
  expect((await trial.run(apply)).code).toBe(0)
  expect(trial.simulator.appliance('line-1').state.settings.managementConsole.enabled).toBe(false)
  expect((await result('plan')).summary.steps).toBe(0)
})

test('an unknown console holds up its own fields and no others', async () => {
  await start({ sensors: 1, consoles: hq, spec: connected('Packaging') })
  await trial.simulator.kill('hq')
  const { code, stdout } = await trial.run(['plan', 'fleet.yaml', '--format', 'json'])
  const plan = resultOf<'plan'>({ code, stdout, stderr: '' })
  expect(code).toBe(4)
  expect(plan.managementConsoles[0]).toMatchObject({ key: 'hq', status: 'unknown' })
  expect(stepsOf(plan.sensors[0])).toEqual(['time', 'network.dns'])
  expect(plan.sensors[0]?.unverifiable).toEqual(['managementConsole.console', 'managementConsole.zone'])
  expect(plan.sensors[0]?.problems.map(({ code }) => code)).toEqual(['CONSOLE_NOT_OBSERVED'])
  expect((await trial.run(apply)).code).toBe(4)
  expect(trial.simulator.appliance('line-1').state.settings.time.timezone).toBe('Europe/Berlin')
})

test('a console older than its sensors refuses the plan, with both versions', async () => {
  await start({
    sensors: 1,
    consoles: { hq: { zones: ['Packaging'], softwareVersion: '22.2.9' } },
    spec: connected('Packaging'),
  })
  const { code, stdout } = await trial.run(['plan', 'fleet.yaml'])
  expect(code).toBe(6)
  expect(stdout).toContain('hq has version 22.2.9, which is older than 22.3.8.91 of the sensor')
  await trial.run(apply)
  expect(trial.simulator.counts('line-1')['writeTime']).toBe(undefined)
})

test('a zone that is not there is said with those that are; nothing is done about it', async () => {
  await start({ sensors: 1, consoles: hq, spec: connected('Nowhere') })
  const plan = await result('plan')
  expect(plan.sensors[0]?.problems).toMatchObject([
    { code: 'ZONE_UNKNOWN', hint: expect.stringContaining('Plant/Assembly, Plant/Packaging') as string },
  ])
  expect(stepsOf(plan.sensors[0])).toContain('managementConsole')
  expect(stepsOf(plan.sensors[0])).not.toContain('managementConsole.zone')
})

test('a connection that is halted is told from both ends, in the words of the console', async () => {
  await start({ sensors: 1, consoles: hq, spec: connected('Packaging') })
  expect((await trial.run(apply)).code).toBe(0)
  const { simulator } = trial
  simulator.addFault({ kind: 'clockSkew', appliance: 'line-1', seconds: 900 })
  await advanceUntil(simulator, 61, () =>
    Promise.resolve(simulator.managementConsole('hq').state.sensors[0]?.connection.id === 'TIME_DIFF_OFFSET'),
  )
  const plan = await result('plan')
  expect(plan.sensors[0]?.problems).toMatchObject([
    { code: 'CONSOLE_TIME_DRIFT', summary: expect.stringContaining('Times drift detected') as string },
    { code: 'CLOCK_DRIFTING' },
  ])
})

test('settings of the console itself are planned, applied and drift as those of a sensor', async () => {
  await start({ sensors: 1, consoles: hq })
  const rule = `{ systemNotifications: true, actions: { hook: { webhook: { url: 'http://127.0.0.1:1/hook' } } } }`
  edit(
    'kind: ManagementConsole\nmetadata: { name: hq }\nspec:\n',
    `kind: ManagementConsole\nmetadata: { name: hq }\nspec:\n  sensorBackups: { collect: true, at: "04:00", keepPerSensor: 5 }\n  forwarding: { rules: { ops: ${rule} } }\n`,
  )
  const plan = await result('plan')
  expect(stepsOf(plan.managementConsoles[0])).toEqual(['sensorBackups', 'forwarding.rules.ops'])
  expect((await trial.run(apply)).code).toBe(0)
  const { settings } = trial.simulator.managementConsole('hq').state
  expect(settings.sensorBackups).toMatchObject({ collect: true, at: '04:00', keepPerSensor: 5 })
  expect((await result('plan')).summary.steps).toBe(0)
  await trial.simulator.managementConsole('hq').changeInConsole('eve', 'sensorBackups', { keepPerSensor: 9 })
  const drift = await result('drift')
  expect(drift.managementConsoles[0]).toMatchObject({
    status: 'drifted',
    changes: [
      { path: 'sensorBackups.keepPerSensor', before: 9, after: 5, cause: 'sensor', attribution: { user: 'eve' } },
    ],
  })
  expect((await trial.run(['test-message', 'hq', 'ops', '--in', 'fleet.yaml'])).stdout).toContain('hook')
})

test('a document of the other kind is told what the appliance is, and nothing is sent', async () => {
  await start({ sensors: 1, consoles: hq })
  edit('kind: ManagementConsole', 'kind: Sensor')
  const { stdout } = await trial.run(['plan', 'fleet.yaml'])
  expect(stdout).toContain('is a management console, and its document declares a sensor')
})

test('a sensor that is retired leaves its console, not before it is disconnected there', async () => {
  await start({ sensors: 2, consoles: hq, spec: connected('Packaging') })
  expect((await trial.run(apply)).code).toBe(0)
  const file = join(trial.folder, 'fleet.yaml')
  const documents = readFileSync(file, 'utf8').split('---\n')
  writeFileSync(file, documents.filter((text) => !/\bline-2\b/.test(text)).join('---\n'))
  const retire = ['retire', 'line-2', '--in', 'fleet.yaml', '--remove-from-console', '--auto-approve']
  const uids = () => trial.simulator.managementConsole('hq').state.sensors.length

  const early = await trial.run(retire)
  expect([early.code, uids()]).toEqual([6, 2])
  expect(early.stdout).toContain('management console hq: its entry stays, as it is connected')
  expect(early.stdout).toContain('CONSOLE_CONNECTED')

  await trial.simulator.kill('line-2')
  await advanceUntil(trial.simulator, 61, () =>
    Promise.resolve(trial.simulator.managementConsole('hq').state.sensors[1]?.connection.id !== 'SYNCED'),
  )
  const { code, stdout } = await trial.run([...retire, '--format', 'json'])
  checkResult(stdout)
  expect([code, uids()]).toEqual([0, 1])
  expect(JSON.parse(stdout)).toMatchObject({ state: 'retired', console: 'hq', consoleEntry: 'removed' })
  expect((await result('plan')).managementConsoles[0]?.status).toBe('inSync')
  expect(trial.simulator.managementConsole('hq').state.sensors).toHaveLength(1)
})

test('with a connection string alone a person assigns the zone: told where, and waiting until it is confirmed', async () => {
  const declared = '  managementConsole: { connectionString: { fromEnv: CONSOLE }, zone: Plant/Packaging }\n'
  await start({ sensors: 1, consoles: { ...hq, spare: hq.hq }, spec: () => declared })
  const file = join(trial.folder, 'fleet.yaml')
  const documents = readFileSync(file, 'utf8').split('---\n')
  writeFileSync(file, documents.filter((text) => !text.includes('ManagementConsole\n')).join('---\n'))
  const stringOf = (key: string): string => {
    const { endpoint = '' } = trial.simulator.appliances.find((one) => one.key === key) ?? {}
    return `${new URL(endpoint).hostname}:${trial.simulator.managementConsole(key).state.token}`
  }
  const env = { CONSOLE: stringOf('hq') }
  const run = (...words: string[]) => trial.run(words, { env })
  const serial = trial.simulator.appliances.find(({ key }) => key === 'line-1')?.serialNumber

  const validated = await run('validate', 'fleet.yaml')
  expect([validated.code, validated.stdout + validated.stderr]).toEqual([0, expect.not.stringContaining('ZONE_')])
  const applied = await run(...apply)
  expect(applied.code).toBe(7)
  expect(applied.stdout).toContain('by hand: assign to zone Plant/Packaging at the management console')
  expect(trial.simulator.managementConsole('hq').state.sensors).toHaveLength(1)

  const plan = await run('plan', 'fleet.yaml')
  const place = [
    `In the management console at ${stringOf('hq').split(':')[0]}: Site Management`,
    `         sensor = line-1 (serial number ${serial})`,
    '         site = Plant',
    '         zone = Packaging',
  ]
  expect(plan.stdout).toContain(place.join('\n'))
  expect(plan.stdout).toContain('line-1  https')
  expect(plan.stdout).toContain('cannot be verified: managementConsole.zone')
  expect(resultOf<'plan'>(await run('plan', 'fleet.yaml', '--format', 'json'))).toMatchObject({
    summary: { waiting: 1, manualSteps: 1 },
    sensors: [{ status: 'waiting', changes: [{ path: 'managementConsole.zone', cause: 'spec' }] }],
  })
  expect((await run('drift', 'fleet.yaml')).code).toBe(0)

  const wrong = await run('confirm', 'line-1', 'managementConsole.zon', '--in', 'fleet.yaml')
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Did you mean managementConsole.zone?')])
  const confirmed = await run('confirm', 'line-1', 'managementConsole.zone', '--in', 'fleet.yaml')
  expect([confirmed.code, confirmed.stdout]).toEqual([0, expect.stringContaining('confirmed')])
  const after = await run(...apply)
  expect([after.code, after.stdout]).toEqual([0, expect.not.stringContaining('by hand')])

  // Another zone, or another console, is another assignment.
  edit('Plant/Packaging', 'Assembly')
  const moved = await run('plan', 'fleet.yaml')
  expect(moved.stdout).toContain('by hand: assign to zone Assembly at the management console')
  expect(moved.stdout).not.toContain('site = ')
  await run('confirm', 'line-1', '--in', 'fleet.yaml')
  env.CONSOLE = stringOf('spare')
  expect((await run(...apply)).code).toBe(7)
  expect(trial.simulator.managementConsole('spare').state.sensors).toHaveLength(1)
})

test('a zone that is confirmed before the sensor is connected goes on waiting, and waits afterwards', async () => {
  const declared = '  managementConsole: { connectionString: { fromEnv: CONSOLE }, zone: Assembly }\n'
  await start({ sensors: 1, consoles: hq, spec: () => declared })
  const { endpoint = '' } = trial.simulator.appliances.find(({ key }) => key === 'hq') ?? {}
  const right = `${new URL(endpoint).hostname}:${trial.simulator.managementConsole('hq').state.token}`
  const run = (CONSOLE: string, ...words: string[]) => trial.run(words, { env: { CONSOLE } })
  await run(right, ...apply)
  // The string changes, though it leads to the same console.
  await run(`${right}x`, ...apply)
  const early = await run(`${right}x`, 'confirm', 'line-1', '--in', 'fleet.yaml')
  expect([early.code, early.stdout]).toEqual([7, expect.stringContaining('it goes on waiting')])
  const { code, stdout } = await run(right, 'plan', 'fleet.yaml')
  expect([code, stdout]).toEqual([0, expect.stringContaining('by hand: assign to zone Assembly')])
  expect(stdout).toContain('         zone = Assembly\n')
  const told = await run(right, ...apply)
  expect(told.stdout).toMatch(/zone = Assembly\n +Then say: sensorform confirm line-1 managementConsole\.zone\n/)
})

test('a zone without a console is told by validate', async () => {
  await start({ sensors: 1, spec: () => '  managementConsole: { zone: Assembly }\n' })
  const { code, stdout } = await trial.run(['validate', 'fleet.yaml'])
  expect([code, stdout]).toEqual([0, expect.stringContaining('warning ZONE_NOT_ASSIGNED')])
})

test('what is exported of a connected sensor leaves its console to be declared, and is in sync', async () => {
  await start({ sensors: 1, consoles: hq, spec: connected('Packaging') })
  await trial.run(apply)
  const endpoint = trial.simulator.appliances.find(({ key }) => key === 'line-1')?.endpoint ?? ''
  const exported = await trial.run(['export', endpoint, '--pin-file', 'pins.json'])
  expect(exported.code).toBe(0)
  expect(exported.stdout).toContain('# - managementConsole: is on, but nothing says with which management console\n')
  writeFileSync(join(trial.folder, 'exported.yaml'), exported.stdout)
  const { code, stdout } = await trial.run(['plan', 'exported.yaml', '--detailed-exitcode', '--no-state'])
  expect([code, stdout]).toEqual([0, expect.stringContaining('1 in sync')])
})
