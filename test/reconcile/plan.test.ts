/** Plans as whole values: what is done, in which order, and what waits for what. */
import { describe, expect, test } from 'vitest'
import type { LiveValue, Observation, Support } from '../../reconcile/driver.ts'
import { makePlan } from '../../reconcile/plan/plan.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  activated,
  ago,
  ahead,
  brief,
  briefly,
  codes,
  contextOf,
  fleetOf,
  makeCertificate,
  now,
  planOne,
  poor,
  record,
  rich,
  sensor,
  servedOf,
  sight,
  stepIds,
  tag,
  unknownSight,
} from './sights.ts'

const triple = { 'network.address': '10.0.0.5', 'network.subnetMask': '255.255.255.0', 'network.gateway': '10.0.0.1' }
const [mine, expiring] = [makeCertificate('line-1', ahead(90)), makeCertificate('line-1', ahead(5))]
const certificate = { certificate: { file: 'a.crt', content: mine }, privateKey: { fromEnv: 'KEY' } }

const actions = { mail: { email: { address: 'ops@plant.example' } } }
const everything: DesiredSettings = {
  name: 'berlin-2',
  registration: { registrar: 'cloud', site: 'plant' },
  activation: { mode: 'cloud' },
  time: { timezone: 'Europe/Berlin', ntp: { server: 'ntp.plant' } },
  network: { address: '10.0.0.9', dns: ['10.0.0.2'], hostname: 'line-1', proxy: { host: 'p', port: 8080 } },
  certificate: { ...certificate, validation: 'mandatory' },
  mailServer: { host: 'mail.plant.example', port: 25, sender: 'line-1@plant.example' },
  backup: { enabled: true, maxAge: '26h' },
  forwarding: { rules: { b: { minimumSeverity: 'Major', actions }, a: { minimumSeverity: 'Minor', actions } } },
  systemProperties: { acknowledgeUnsupported: true, files: { 'authentication.properties': { crl_retries: '5' } } },
}
const installed: Record<string, LiveValue> = { name: 'berlin-1', 'activation.mode': 'cloud', ...triple }
const observed: Partial<Observation> = {
  activation: activated(),
  backups: { supported: true, latest: null, lastError: null },
}
const records = { live: { state: 'present', record: record() }, desired: { state: 'absent' } } as const
const whole = (observation: Partial<Observation> = {}) =>
  sight(sensor(everything), installed, {
    observation: { ...observed, ...observation },
    records,
    tags: new Map([['certificate.privateKey', tag('a')]]),
  })

const usual = [
  'time',
  'network.dns',
  'network.proxy',
  'network.hostname',
  'certificate',
  'certificate.validation',
  'mailServer',
  'backup',
  'backup.create',
  'forwarding.rules.b',
  'forwarding.rules.a',
  'systemProperties',
  'activation',
  'network.address',
]
const needs = (plan: ReturnType<typeof planOne>) =>
  Object.fromEntries(plan.steps.filter((step) => step.needs.length > 0).map((step) => [step.id, step.needs]))

describe('order inside a sensor, and what needs what', () => {
  test('the usual order', () => {
    const plan = planOne(whole())
    expect(stepIds(plan)).toEqual(usual)
    expect(needs(plan)).toEqual({
      'certificate.validation': ['certificate'],
      'backup.create': ['backup'],
      'forwarding.rules.b': ['mailServer'],
      'forwarding.rules.a': ['mailServer'],
    })
  })

  test('cloud out of reach: the network goes first, and activation needs it', () => {
    const plan = planOne(whole({ activation: activated({ cloud: { reachable: false, detail: null } }) }))
    expect(stepIds(plan)).toEqual([...usual.slice(0, -2), 'network.address', 'activation'])
    expect(needs(plan)['activation']).toEqual(['network.dns', 'network.proxy', 'network.address'])
  })

  test('a drifting clock: activation needs the NTP write', () => {
    const plan = planOne(whole({ clockDriftSeconds: 900 }))
    expect(stepIds(plan)).toEqual(usual)
    expect(needs(plan)['activation']).toEqual(['time'])
  })

  test('an expired certificate: the import goes first, and everything needs it', () => {
    const plan = planOne(whole({ served: servedOf(expiring, true) }))
    expect(stepIds(plan)).toEqual(['certificate', ...usual.filter((id) => id !== 'certificate')])
    expect(plan.steps.slice(1).every((step) => step.needs.includes('certificate'))).toBe(true)
    expect(plan.steps[0]?.needs).toEqual([])
  })

  test('an expired certificate and none to replace it: nothing is written', () => {
    const plan = planOne(
      sight(sensor({ time: { timezone: 'UTC' } }), {}, { observation: { served: servedOf(expiring, true) } }),
    )
    expect([stepIds(plan), codes(plan), plan.status]).toEqual([[], ['SERVED_CERTIFICATE_EXPIRED'], 'drifted'])
  })

  test('the facts of each step', () => {
    const facts = planOne(whole()).steps.map(({ id, risk, undo, disrupts, expectedSeconds }) => [
      id,
      risk,
      undo,
      disrupts !== undefined,
      expectedSeconds,
    ])
    expect(facts).toEqual([
      ['time', 'low', 'yes', false, 10],
      ['network.dns', 'medium', 'yes', false, 15],
      ['network.proxy', 'medium', 'yes', true, 30],
      ['network.hostname', 'low', 'yes', false, 15],
      ['certificate', 'medium', 'no', false, 60],
      ['certificate.validation', 'medium', 'yes', true, 15],
      ['mailServer', 'low', 'yes', false, 15],
      ['backup', 'low', 'yes', false, 30],
      ['backup.create', 'low', 'yes', false, 600],
      ['forwarding.rules.b', 'low', 'yes', false, 15],
      ['forwarding.rules.a', 'low', 'yes', false, 15],
      ['systemProperties', 'high', 'yes', false, 120],
      ['activation', 'high', 'no', true, 900],
      ['network.address', 'high', 'yes', true, 300],
    ])
  })
})

const moved = sensor({ network: { address: '10.0.0.9' } })
const unguarded = (allowUnguardedNetworkChange: boolean) => {
  const support = { ...rich, guardedNetworkChange: false }
  const context = contextOf({ support, overrides: { allowUnguardedNetworkChange } })
  return makePlan(fleetOf([moved]), [sight(moved, triple)], context)
}

describe('the management address', () => {
  test('one guarded change of all three, to the same port', () => {
    const plan = planOne(sight(moved, triple))
    expect(plan.steps).toEqual([
      {
        id: 'network.address',
        title: 'move address, from 10.0.0.5 to 10.0.0.9',
        action: {
          type: 'changeAddress',
          from: { address: '10.0.0.5', subnetMask: '255.255.255.0', gateway: '10.0.0.1' },
          to: { address: '10.0.0.9', subnetMask: '255.255.255.0', gateway: '10.0.0.1' },
          guarded: true,
          endpoint: 'https://10.0.0.9:8443',
        },
        changes: ['network.address'],
        risk: 'high',
        disrupts: 'every session with the sensor: users and tools sign in again at the new address',
        undo: 'yes',
        pointOfNoReturn: 'the change is confirmed at the new address; until then it reverts by itself',
        needs: [],
        expectedSeconds: 300,
      },
    ])
  })

  test('a driver that cannot guard is refused, unless that is allowed', () => {
    expect([unguarded(false).refused, codes(unguarded(false))]).toEqual([true, ['UNGUARDED_NETWORK_CHANGE']])
    expect([unguarded(true).refused, unguarded(true).overrides]).toEqual([false, { allowUnguardedNetworkChange: true }])
    expect(unguarded(true).sensors[0]?.steps[0]).toMatchObject({
      title: 'move address, from 10.0.0.5 to 10.0.0.9 (no automatic revert)',
      action: { guarded: false },
    })
  })

  test.each<[string, DesiredSettings['network'], Record<string, LiveValue>]>([
    ['the live gateway lies outside the new subnet', { address: '10.0.1.9' }, triple],
    ['the address is the broadcast address under the live mask', { address: '10.0.0.255' }, triple],
    ['a part is neither live nor declared', { address: '10.0.0.9' }, { 'network.address': '10.0.0.5' }],
  ])('is not changed when %s', (_, network, live) => {
    const plan = planOne(sight(sensor({ network }), live))
    expect([stepIds(plan), codes(plan)]).toEqual([[], ['NETWORK_CHANGE_INVALID']])
  })
})

const change = (to: string): Observation['unfinished'] => ({
  networkChange: {
    id: 'c1',
    from: { address: '10.0.0.5', subnetMask: '255.255.255.0', gateway: '10.0.0.1' },
    to: { address: to, subnetMask: '255.255.255.0', gateway: '10.0.0.1' },
    remainingSeconds: 100,
  },
})

const intent = (step: string): Observation['unfinished'] => ({
  intent: { run: 'r1', step, tool: 't', startedAt: ago(5), data: {} },
})

describe('what an earlier run left', () => {
  const moved = { network: { address: '10.0.0.9' } }
  const at9 = { ...triple, 'network.address': '10.0.0.9' }

  test.each<[string, DesiredSettings, Record<string, LiveValue>, Observation['unfinished'], string[], string[]]>([
    [
      'a change to where the spec wants to be is confirmed',
      moved,
      at9,
      change('10.0.0.9'),
      ['network.change'],
      ['confirm the address 10.0.0.9, left unconfirmed'],
    ],
    [
      'a change that nobody declares is confirmed',
      {},
      at9,
      change('10.0.0.9'),
      ['network.change'],
      ['confirm the address 10.0.0.9, left unconfirmed'],
    ],
    [
      'another change reverts',
      { network: { address: '10.0.0.5' } },
      at9,
      change('10.0.0.9'),
      ['network.change'],
      ['let the unconfirmed address 10.0.0.9 revert to 10.0.0.5'],
    ],
    [
      'the spec wants a third address',
      { network: { address: '10.0.0.7' } },
      at9,
      change('10.0.0.9'),
      ['network.change', 'network.address'],
      ['let the unconfirmed address 10.0.0.9 revert to 10.0.0.5', 'move address, from 10.0.0.5 to 10.0.0.7'],
    ],
    [
      'an intent whose work is done is cleared',
      { time: { timezone: 'UTC' } },
      { 'time.timezone': 'UTC' },
      intent('time'),
      ['intent'],
      ['clear what run r1 left open: time is as it should be'],
    ],
    [
      'an intent whose work is planned anew is taken up',
      { time: { timezone: 'UTC' } },
      {},
      intent('time'),
      ['time'],
      ['set time zone'],
    ],
    [
      'an intent of another step is cleared beside',
      { time: { timezone: 'UTC' } },
      {},
      intent('backup'),
      ['intent', 'time'],
      ['clear what run r1 left open: backup is as it should be', 'set time zone'],
    ],
    [
      'the intent of the change under way goes with it',
      moved,
      at9,
      { ...change('10.0.0.9'), ...intent('network.address') },
      ['network.change'],
      ['confirm the address 10.0.0.9, left unconfirmed'],
    ],
    [
      'a run at work is left alone',
      {},
      {},
      { ...intent('time'), lease: { holder: 'r1@host', fence: 1, remainingSeconds: 30 } },
      [],
      [],
    ],
    [
      'a running job is a problem',
      {},
      {},
      { job: { id: 'j', type: 'backup', percentage: 10, startedAt: ago(1) } },
      [],
      [],
    ],
  ])('%s', (_, settings, live, unfinished, ids, titles) => {
    const plan = planOne(sight(sensor(settings), live, { observation: { unfinished } }))
    expect([stepIds(plan), plan.steps.map(({ title }) => title)]).toEqual([ids, titles])
    expect(plan.steps.flatMap(({ changes }) => changes).sort()).toEqual(plan.changes.map(({ path }) => path).sort())
  })

  test('says who is at work', () => {
    const busy = {
      lease: { holder: 'r1@host', fence: 1, remainingSeconds: 30 },
      job: { id: 'j', type: 'backup', percentage: 10, startedAt: ago(1) },
    }
    expect(codes(planOne(sight(sensor({}), {}, { observation: { unfinished: busy } })))).toEqual([
      'RUN_IN_PROGRESS',
      'JOB_RUNNING',
    ])
  })

  test('every other step waits for the end of a change under way', () => {
    const plan = planOne(
      sight(sensor({ ...moved, time: { timezone: 'UTC' } }), at9, { observation: { unfinished: change('10.0.0.9') } }),
    )
    expect(needs(plan)).toEqual({ time: ['network.change'] })
  })

  test('an intent whose work was never begun, as the name is another sensor’s, stays', () => {
    const desired = sensor({ name: 'berlin-2', registration: { registrar: 'cloud' } })
    const taken = { state: 'present', record: record({ name: 'berlin-2' }) } as const
    const one = sight(
      desired,
      { name: 'berlin-1' },
      {
        observation: { activation: activated(), unfinished: intent('activation') },
        records: { live: { state: 'present', record: record() }, desired: taken },
      },
    )
    expect([stepIds(planOne(one)), codes(planOne(one))]).toEqual([[], ['RECORD_CONNECTED']])
  })

  test('an intent whose work is withheld stays', () => {
    const desired = sensor({ name: 'berlin-1', registration: { registrar: 'cloud' } })
    const lost = {
      activation: activated({ cloud: { reachable: false, detail: null } }),
      unfinished: intent('activation'),
    }
    const plan = planOne(
      sight(
        desired,
        { name: 'berlin-1' },
        { observation: lost, records: { live: { state: 'absent' }, desired: { state: 'absent' } } },
      ),
    )
    expect([briefly(plan), stepIds(plan), codes(plan)]).toEqual([
      ['intent activation of run r1 > - (spec)', 'registration.record absent > berlin-1 (spec)'],
      [],
      ['CLOUD_UNREACHABLE'],
    ])
  })
})

const backups = (createdAt: string | null, supported = true): Partial<Observation> => ({
  backups: { supported, latest: createdAt === null ? null : { name: 'b', createdAt }, lastError: null },
})

describe('what expires', () => {
  const daily: DesiredSettings = { backup: { maxAge: '26h' } }
  const minimum: DesiredSettings = { certificate: { minRemaining: '30d' } }
  const live = { 'backup.enabled': true }
  test.each<[string, DesiredSettings, Partial<Observation>, string[], string[], string]>([
    ['a fresh backup', daily, backups(ago(25 * 60)), [], [], 'inSync'],
    ['an old backup', daily, backups(ago(27 * 60)), ['backup.create'], [], 'expiring'],
    ['no backup', daily, backups(null), ['backup.create'], [], 'expiring'],
    ['profile L100', daily, { ...backups(null), hardwareProfile: 'L100' }, [], ['BACKUP_NOT_SUPPORTED'], 'inSync'],
    [
      'profile L100, and a daily backup',
      { backup: { enabled: true, directory: '/b' } },
      { ...backups(null), hardwareProfile: 'L100' },
      [],
      ['BACKUP_NOT_SUPPORTED'],
      'drifted',
    ],
    ['backups switched off', { backup: { enabled: false, maxAge: '26h' } }, backups(null), ['backup'], [], 'drifted'],
    ['a certificate with time left', minimum, { served: servedOf(mine) }, [], [], 'inSync'],
    [
      'a certificate about to expire',
      minimum,
      { served: servedOf(expiring) },
      [],
      ['CERTIFICATE_EXPIRING'],
      'expiring',
    ],
    [
      'an activation file about to expire, without a registrar',
      { activation: { minRemaining: '30d' } },
      { activation: activated({ mode: 'local', expiresAt: ahead(3) }) },
      [],
      ['ACTIVATION_EXPIRING'],
      'expiring',
    ],
  ])('%s', (_, settings, observation, steps, problems, status) => {
    const plan = planOne(sight(sensor(settings), live, { observation }))
    expect([stepIds(plan), codes(plan), plan.status]).toEqual([steps, problems, status])
  })

  test('a declared certificate that lives longer is imported, and nothing is said to expire', () => {
    const desired = sensor({ certificate: { ...certificate, minRemaining: '30d' } })
    const plan = planOne(
      sight(
        desired,
        { 'certificate.certificate': { content: expiring } },
        { observation: { served: servedOf(expiring) }, tags: new Map([['certificate.privateKey', tag('a')]]) },
      ),
    )
    expect([stepIds(plan), codes(plan)]).toEqual([['certificate'], []])
  })

  test('a driver that makes no backups leaves it to a person', () => {
    const plan = planOne(sight(sensor(daily), {}, { observation: backups(null) }), {
      support: { ...poor, default: { read: true, write: 'manual' } },
    })
    expect(codes(plan)).toEqual(['BACKUP_OVERDUE'])
  })
})

describe('windows', () => {
  const site = { name: 'berlin', labels: {}, window: { timezone: 'Europe/Berlin', open: 'Sat 22:00-02:00' } }
  const move = sight(sensor({ network: { address: '10.0.0.9' } }), triple)
  const both = sight(sensor({ network: { address: '10.0.0.9' }, time: { timezone: 'UTC' } }), triple)

  test('closed, and nothing else to do: the sensor waits', () => {
    const plan = planOne(move, { sites: [site] })
    expect([plan.status, stepIds(plan), plan.problems.map(({ summary, hint }) => [summary, hint])]).toEqual([
      'waiting',
      ['network.address'],
      [
        [
          'The window of site berlin opens at 2026-03-14T21:00:00.000Z, Sat 22:00 in Europe/Berlin: network.address waits',
          'Apply then; or, if the disruption is acceptable now: --allow-window berlin.',
        ],
      ],
    ])
  })

  test.each<[string, () => ReturnType<typeof planOne>, string, string[]]>([
    ['closed, and other steps may run', () => planOne(both, { sites: [site] }), 'drifted', ['WINDOW_CLOSED']],
    [
      'closed, and allowed',
      () => planOne(move, { sites: [site], overrides: { allowWindow: ['berlin'] } }),
      'drifted',
      [],
    ],
    [
      'closed, and allowed for another site',
      () => planOne(move, { sites: [site], overrides: { allowWindow: ['north'] } }),
      'waiting',
      ['WINDOW_CLOSED'],
    ],
    ['open', () => planOne(move, { sites: [site], at: Date.parse('2026-03-14T21:30Z') }), 'drifted', []],
    [
      'about to close',
      () => planOne(move, { sites: [site], at: Date.parse('2026-03-15T00:57Z') }),
      'waiting',
      ['WINDOW_CLOSED'],
    ],
  ])('%s', (_, plan, status, problems) => expect([plan().status, codes(plan())]).toEqual([status, problems]))
})

describe('drift: report', () => {
  const desired = sensor({ time: { timezone: 'UTC', dateFormat: 'dd/MM/yyyy HH:mm:ss', ntp: { enabled: false } } })
  const live = { 'time.timezone': 'Asia/Tokyo', 'time.dateFormat': 'MM/dd/yyyy HH:mm:ss', 'time.ntp.enabled': true }
  const remembered = {
    lastApplied: { 'time.timezone': 'UTC', 'time.dateFormat': 'MM/dd/yyyy HH:mm:ss', 'time.ntp.enabled': false },
  }
  test('shows what the sensor changed, and corrects only what the spec changed', () => {
    const plan = planOne(sight(desired, live, { remembered }), { policy: { drift: 'report' } })
    expect(briefly(plan)).toEqual([
      'time.timezone Asia/Tokyo > UTC (sensor)',
      'time.dateFormat MM/dd/yyyy HH:mm:ss > dd/MM/yyyy HH:mm:ss (spec)',
      'time.ntp.enabled true > false (sensor)',
    ])
    expect(plan.steps.map(({ action }) => action)).toEqual([
      { type: 'set', aspect: 'time', values: { 'time.dateFormat': 'dd/MM/yyyy HH:mm:ss' } },
    ])
    expect(plan.status).toBe('drifted')
  })
})

test('--only narrows what cannot be verified, what is not managed and the problems of fields as well', () => {
  const desired = sensor({ time: { timezone: 'UTC' }, network: { proxy: { enabled: true } } })
  const one = sight(desired, { 'backup.enabled': true })
  const seen = (only: string[]) => {
    const plan = planOne(one, { support: poor, options: { only } })
    return [plan.unverifiable, plan.notManaged, codes(plan)]
  }
  expect(seen(['time'])).toEqual([['time.timezone'], [], []])
  expect(seen(['network', 'backup'])).toEqual([['network.proxy.enabled'], ['backup'], ['NOT_SUPPORTED_BY_DRIVER']])
})

describe('--only', () => {
  test.each<[string[], string[]]>([
    [['network'], ['network.dns', 'network.proxy', 'network.hostname', 'network.address']],
    [
      ['network.proxy', 'time.timezone'],
      ['time', 'network.proxy'],
    ],
    [
      ['mailServer', 'forwarding.rules.a'],
      ['mailServer', 'forwarding.rules.a'],
    ],
    [['forwarding.rules.a'], []],
    [['systemProperties.files["authentication.properties"].crl_retries'], ['systemProperties']],
    [['name'], ['activation']],
    [['nothing'], []],
  ])('%j', (only, steps) => {
    const plan = planOne(whole(), { options: { only } })
    expect(stepIds(plan)).toEqual(steps)
    expect(plan.changes.every(({ path }) => only.some((prefix) => path.startsWith(prefix)))).toBe(true)
  })
})

describe('a rule that sends emails', () => {
  const rule = 'forwarding.rules.ops'
  const email = `${rule}.actions.mail.email.address`
  const forwarding = { rules: { ops: { minimumSeverity: 'Major', actions } } } as const
  const mailServer = { host: 'mail.plant.example', port: 25, sender: 'line-1@plant.example' }
  const mailLive = { 'mailServer.enabled': true, 'mailServer.host': 'mail.plant.example' }
  const ruleLive = { [`${rule}.minimumSeverity`]: 'Major', [email]: 'ops@plant.example' }
  const blind: Support = {
    default: { read: true, write: 'automatic' },
    fields: { mailServer: { read: false, write: 'none' } },
  }

  test.each<[string, DesiredSettings, Record<string, LiveValue>, Parameters<typeof planOne>[1], string[], string[]]>([
    ['and no mail server anywhere: it is left', { forwarding }, {}, {}, [], ['error MAIL_SERVER_MISSING']],
    ['that is in place already, and no mail server', { forwarding }, ruleLive, {}, [], ['warning MAIL_SERVER_MISSING']],
    [
      'and a mail server that is switched off',
      { forwarding },
      { ...mailLive, 'mailServer.enabled': false },
      {},
      [],
      ['error MAIL_SERVER_MISSING'],
    ],
    ['and a mail server that nobody declares', { forwarding }, mailLive, {}, [rule], []],
    ['and a mail server that is declared', { forwarding, mailServer }, {}, {}, ['mailServer', rule], []],
    [
      'and a declared one that --only leaves out',
      { forwarding, mailServer },
      {},
      { options: { only: ['forwarding'] } },
      [],
      ['error MAIL_SERVER_MISSING'],
    ],
    [
      'that --only leaves out',
      { forwarding, time: { timezone: 'UTC' } },
      {},
      { options: { only: ['time'] } },
      ['time'],
      [],
    ],
    ['and a driver that does not see the mail server', { forwarding }, {}, { support: blind }, [rule], []],
    ['and is to go', { forwarding: { rules: { ops: { absent: true } } } }, ruleLive, {}, [rule], []],
  ])('%s', (_, settings, live, parts, steps, problems) => {
    const plan = planOne(sight(sensor(settings), live), parts)
    expect(stepIds(plan)).toEqual(steps)
    expect(plan.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(problems)
    expect(plan.problems.every(({ field }) => field === email)).toBe(true)
  })
})

const hold = (until: string) => ({ until, reason: 'rebuilding' })

const named = (key: string, wanted: string, site = 'berlin') => sensor({ name: wanted }, { key, site })

const placed = (key: string, address: string, site = 'berlin') => sensor({ network: { address } }, { key, site })

const at = (address: string) => ({ ...triple, 'network.address': address })

describe('sensors that are not read, and sensors in each other’s way', () => {
  const a = sensor({ time: { timezone: 'UTC' } }, { key: 'a' })

  test.each<[string, ReturnType<typeof sensor>, boolean, string, string[]]>([
    ['held', sensor({}, { key: 'a', hold: hold('2026-03-11') }), true, 'held', ['HELD']],
    [
      'held until today’s first moment',
      sensor({}, { key: 'a', hold: hold('2026-03-10') }),
      true,
      'inSync',
      ['HOLD_EXPIRED'],
    ],
    ['not looked at', a, false, 'unknown', ['NOT_OBSERVED']],
  ])('%s', (_, desired, looked, status, problems) => {
    const plan = makePlan(fleetOf([desired]), looked ? [sight(desired, {})] : [], contextOf()).sensors[0]
    expect([plan?.status, plan && codes(plan), plan?.changes]).toEqual([status, problems, []])
  })

  test('one that does not answer is unknown, and nothing is said of it', () => {
    const plan = makePlan(fleetOf([a]), [unknownSight(a)], contextOf({ orphans: ['z', 'b'] }))
    expect(plan).toEqual({
      formatVersion: 1,
      tool: { name: 'sensorform', version: '1.2.3' },
      managementConsoles: [],
      madeAt: new Date(now).toISOString(),
      declared: 1,
      sensors: [
        {
          key: 'a',
          site: 'berlin',
          status: 'unknown',
          changes: [],
          steps: [],
          base: {},
          problems: [{ severity: 'error', code: 'UNREACHABLE', key: 'a', summary: 'It does not answer.' }],
          unverifiable: [],
          notManaged: [],
        },
      ],
      orphans: ['b', 'z'],
      problems: [],
      refused: false,
    })
  })

  test.each<[string, ReturnType<typeof sight>[], boolean, string[]]>([
    [
      'names are swapped',
      [sight(named('a', 'y'), { name: 'x' }), sight(named('b', 'x'), { name: 'y' })],
      true,
      ['NAMES_SWAPPED'],
    ],
    [
      'names go round',
      [
        sight(named('a', 'y'), { name: 'x' }),
        sight(named('b', 'z'), { name: 'y' }),
        sight(named('c', 'x'), { name: 'z' }),
      ],
      true,
      ['NAMES_SWAPPED'],
    ],
    ['a name moves up', [sight(named('a', 'y'), { name: 'x' }), sight(named('b', 'z'), { name: 'y' })], false, []],
    [
      'addresses are swapped',
      [sight(placed('a', '10.0.0.6'), at('10.0.0.5')), sight(placed('b', '10.0.0.5'), at('10.0.0.6'))],
      true,
      ['ADDRESSES_SWAPPED'],
    ],
    [
      'two documents reach one sensor',
      [
        sight(a, {}, { observation: { identity: 'SN-1' } }),
        sight(sensor({}, { key: 'b' }), {}, { observation: { identity: 'SN-1' } }),
      ],
      true,
      ['IDENTITY_SHARED'],
    ],
  ])('%s', (_, sights, refused, problems) => {
    const plan = makePlan(fleetOf(sights.map(({ desired }) => desired)), sights, contextOf())
    expect([plan.refused, codes(plan)]).toEqual([refused, problems])
  })

  test.each<[string, string, string[], string]>([
    ['in its site', 'berlin', [], 'error'],
    ['in another site', 'north', ['network.address'], 'warning'],
  ])('an address that another sensor has %s', (_, site, steps, severity) => {
    const sights = [
      sight(placed('a', '10.0.0.6'), at('10.0.0.5')),
      sight(sensor({}, { key: 'b', site }), at('10.0.0.6')),
    ]
    const plan = makePlan(fleetOf(sights.map(({ desired }) => desired)), sights, contextOf()).sensors[0]
    expect([plan?.steps.map(({ id }) => id), plan?.problems.map(({ code, severity }) => [code, severity])]).toEqual([
      steps,
      [['ADDRESS_TAKEN', severity]],
    ])
  })
})

test('a sensor in sync, with what the driver and the registrar had to say', () => {
  const problem = { severity: 'warning', code: 'REGISTRAR_UNREACHABLE', key: 'line-1', summary: 'No answer.' } as const
  const one = sight(
    sensor({ time: { timezone: 'UTC' } }),
    { 'time.timezone': 'UTC' },
    {
      problems: [problem],
      observation: {
        revision: '7',
        softwareVersion: '22.2.5',
        warnings: [{ code: 'CREDENTIALS_PREVIOUS', summary: 'The previous password.' }],
      },
    },
  )
  const plan = planOne(one)
  expect([plan.status, plan.revision, plan.softwareVersion, codes(plan), plan.changes.map(brief)]).toEqual([
    'inSync',
    '7',
    '22.2.5',
    ['CREDENTIALS_PREVIOUS', 'REGISTRAR_UNREACHABLE'],
    [],
  ])
})
