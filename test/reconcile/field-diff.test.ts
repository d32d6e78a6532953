/** What differs, why, and what cannot be told: for single fields. */
import { describe, expect, test } from 'vitest'
import { digestOfValues } from '../../reconcile/compare/confirmation.ts'
import { diff } from '../../reconcile/compare/compare.ts'
import type { LiveValue, SecretTag } from '../../reconcile/driver.ts'
import type { AppliedValue, Remembered } from '../../reconcile/memory.ts'
import type { DesiredSettings } from '../../schemas/fleet.ts'
import {
  ahead,
  brief,
  briefly,
  codes,
  contextOf,
  makeCertificate,
  planOne,
  poor,
  rich,
  sensor,
  servedOf,
  sight,
  stepIds,
  tag,
} from './sights.ts'

const berlinTime = sensor({ time: { timezone: 'Europe/Berlin' } })

describe('cause, by what was applied last', () => {
  test.each<[string, Record<string, AppliedValue> | undefined, string, string[]]>([
    ['nothing is remembered', undefined, 'UTC', ['time.timezone UTC > Europe/Berlin (undetermined)']],
    ['the field is newly declared', { 'time.dateFormat': 'x' }, 'UTC', ['time.timezone UTC > Europe/Berlin (spec)']],
    ['the sensor moved', { 'time.timezone': 'Europe/Berlin' }, 'UTC', ['time.timezone UTC > Europe/Berlin (sensor)']],
    ['the spec moved', { 'time.timezone': 'UTC' }, 'UTC', ['time.timezone UTC > Europe/Berlin (spec)']],
    ['both moved', { 'time.timezone': 'Asia/Tokyo' }, 'UTC', ['time.timezone UTC > Europe/Berlin (both)']],
    ['both moved to the same', { 'time.timezone': 'Asia/Tokyo' }, 'Europe/Berlin', []],
  ])('%s', (_, lastApplied, timezone, expected) => {
    const remembered: Remembered = { ...(lastApplied && { lastApplied }) }
    expect(
      diff(berlinTime, sight(berlinTime, { 'time.timezone': timezone }, { remembered }), contextOf()).map(brief),
    ).toEqual(expected)
  })
})

describe('enabled and its siblings', () => {
  test.each<[string, DesiredSettings, Record<string, LiveValue>, string[]]>([
    [
      'off: siblings are not compared',
      { time: { ntp: { enabled: false, server: 'a' } } },
      { 'time.ntp.enabled': false, 'time.ntp.server': 'b' },
      [],
    ],
    [
      'siblings alone mean on',
      { time: { ntp: { server: 'a' } } },
      { 'time.ntp.enabled': false, 'time.ntp.server': 'a' },
      ['time.ntp.enabled false > true (undetermined)'],
    ],
    ['not set is not off', { time: { ntp: { enabled: false } } }, {}, ['time.ntp.enabled - > false (undetermined)']],
    ['what nobody declares is not compared', {}, { 'time.timezone': 'UTC' }, []],
  ])('%s', (_, settings, live, expected) => {
    expect(briefly(planOne(sight(sensor(settings), live)))).toEqual(expected)
  })
})

describe('secrets', () => {
  const desired = sensor({ network: { proxy: { host: 'p', password: { fromEnv: 'PROXY' } } } })
  const path = 'network.proxy.password'
  const plain = { 'network.proxy.enabled': true, 'network.proxy.host': 'p' }
  const set = (live: SecretTag | null): Record<string, LiveValue> => ({ ...plain, [path]: { set: true, tag: live } })
  const drift = (cause: string) => [`${path} {"secret":"differs"} > {"secret":"set"} (${cause})`]
  const blind = [`${path} {"secret":"set"} > {"secret":"set"} (spec)`]
  const applied = (mac: string): Remembered => ({ lastApplied: { [path]: { tag: tag(mac) } } })

  test.each<[string, Record<string, LiveValue>, SecretTag | null, Remembered, string[], string[]]>([
    ['equal tags', set(tag('a')), tag('a'), {}, [], []],
    ['another value, no memory', set(tag('b')), tag('a'), {}, drift('undetermined'), []],
    ['another value, as it was applied', set(tag('b')), tag('a'), applied('b'), drift('spec'), []],
    ['cleared tag: somebody else set it', set(null), tag('a'), applied('a'), drift('sensor'), []],
    ['not set', plain, tag('a'), {}, [`${path} {"secret":"not set"} > {"secret":"set"} (undetermined)`], []],
    [
      'not set, and the secret is not at hand',
      plain,
      null,
      applied('a'),
      [`${path} {"secret":"not set"} > {"secret":"set"} (sensor)`],
      [],
    ],
    ['tag of another key', set(tag('b', 'k0')), tag('a'), {}, [], [path]],
    [
      'tag of another key, but memory knows that the secret moved',
      set(tag('b', 'k0')),
      tag('a'),
      applied('b'),
      blind,
      [path],
    ],
    ['secret or key not at hand', set(tag('b')), null, applied('b'), [], [path]],
  ])('%s', (_, live, ours, remembered, changes, unverifiable) => {
    const plan = planOne(sight(desired, live, { tags: new Map([[path, ours]]), remembered }))
    expect([briefly(plan), plan.unverifiable]).toEqual([changes, unverifiable])
  })

  test('a driver without tags cannot verify; --rewrite-secrets writes', () => {
    const one = sight(desired, set(null), { tags: new Map([[path, tag('a')]]) })
    const support = { ...rich, tags: false }
    expect(briefly(planOne(one, { support }))).toEqual([])
    expect(briefly(planOne(one, { support, overrides: { rewriteSecrets: true } }))).toEqual(blind)
  })

  test('one that nobody can verify is written with the setting it belongs to', () => {
    const one = sight(desired, { ...set(null), 'network.proxy.host': 'old' }, { tags: new Map([[path, null]]) })
    const plan = planOne(one)
    expect(plan.steps.map(({ action }) => action)).toEqual([
      { type: 'set', aspect: 'network', values: { 'network.proxy.host': 'p', [path]: { fromEnv: 'PROXY' } } },
    ])
    expect(plan.changes.map(({ path, sensitive }) => [path, sensitive])).toEqual([['network.proxy.host', false]])
  })

  test('no secret, and no part of one, is in the plan', () => {
    const plan = planOne(sight(desired, plain, { tags: new Map([[path, tag('MAC')]]) }))
    expect(JSON.stringify(plan)).not.toContain('MAC')
  })
})

const confirmed = (timezone: string) => ({ 'time.manual': digestOfValues({ 'time.timezone': timezone }) })

describe('a driver that can do little', () => {
  const settings: DesiredSettings = {
    time: { timezone: 'UTC', ntp: { enabled: true, server: 'ntp.plant' } },
    network: { proxy: { enabled: false } },
  }
  const desired = sensor(settings)
  const live = {}

  test('says what it cannot, asks a person, and writes blindly what it can', () => {
    const plan = planOne(sight(desired, live), { support: poor })
    expect({ ...plan, base: {}, problems: codes(plan) }).toEqual({
      key: 'line-1',
      site: 'berlin',
      status: 'pending',
      identity: 'SN-line-1',
      endpoint: 'https://10.0.0.5:8443',
      lastObserved: '2026-03-10T12:00:00.000Z',
      changes: [
        {
          kind: 'field',
          path: 'time.timezone',
          aspect: 'time',
          before: undefined,
          after: 'UTC',
          cause: 'spec',
          sensitive: false,
        },
        {
          kind: 'field',
          path: 'time.ntp.enabled',
          aspect: 'time',
          before: undefined,
          after: true,
          cause: 'spec',
          sensitive: false,
        },
        {
          kind: 'field',
          path: 'time.ntp.server',
          aspect: 'time',
          before: undefined,
          after: 'ntp.plant',
          cause: 'spec',
          sensitive: false,
        },
      ],
      steps: [
        {
          id: 'time',
          title: 'set NTP',
          action: { type: 'set', aspect: 'time', values: { 'time.ntp.enabled': true, 'time.ntp.server': 'ntp.plant' } },
          changes: ['time.ntp.enabled', 'time.ntp.server'],
          risk: 'low',
          undo: 'yes',
          needs: [],
          expectedSeconds: 10,
        },
        {
          id: 'time.manual',
          title: 'by hand: set time zone',
          action: { type: 'manual', values: { 'time.timezone': 'UTC' } },
          changes: ['time.timezone'],
          risk: 'low',
          undo: 'yes',
          needs: [],
          expectedSeconds: 0,
          instructions: 'In the console of the sensor: System settings > Basic > Time & Region\n  time.timezone = UTC',
        },
      ],
      base: {},
      problems: ['NOT_SUPPORTED_BY_DRIVER'],
      unverifiable: ['time.timezone', 'time.ntp.enabled', 'time.ntp.server', 'network.proxy.enabled'],
      notManaged: [],
    })
  })

  const applied = { lastApplied: { 'time.ntp.enabled': true, 'time.ntp.server': 'ntp.plant' } }
  test.each<[string, Remembered, string[], string]>([
    ['nothing written twice that memory knows', applied, ['time.manual'], 'waiting'],
    ['confirmed: nothing to do', { ...applied, confirmed: confirmed('UTC') }, [], 'inSync'],
    [
      'confirmed for another value: to be done again',
      { ...applied, confirmed: confirmed('Asia/Tokyo') },
      ['time.manual'],
      'waiting',
    ],
    [
      'memory knows another value: written again',
      { lastApplied: { 'time.ntp.enabled': true, 'time.ntp.server': 'old' } },
      ['time', 'time.manual'],
      'pending',
    ],
  ])('%s', (_, remembered, steps, status) => {
    const plan = planOne(sight(desired, live, { remembered }), { support: poor })
    expect([stepIds(plan), plan.status, plan.unverifiable.length]).toEqual([steps, status, 4])
  })

  test('a manual field that can be read is done when it is read back, whatever was confirmed', () => {
    const support = { ...rich, fields: { 'time.timezone': { read: true, write: 'manual' } as const } }
    const one = sensor({ time: { timezone: 'UTC' } })
    const remembered = { confirmed: { time: digestOfValues({ 'time.timezone': 'UTC' }) } }
    expect(stepIds(planOne(sight(one, { 'time.timezone': 'Asia/Tokyo' }, { remembered }), { support }))).toEqual([
      'time',
    ])
    expect(stepIds(planOne(sight(one, { 'time.timezone': 'UTC' }), { support }))).toEqual([])
  })
})

describe('the certificate', () => {
  const [mine, other] = [makeCertificate('line-1', ahead(90)), makeCertificate('self-signed', ahead(90))]
  const file = { file: 'certs/line-1.crt', content: mine }
  const whole = sensor({ certificate: { name: 'web', certificate: file, privateKey: { fromFile: '/s/line-1.key' } } })
  const key = 'certificate.privateKey'
  const tags = new Map([[key, tag('a')]])
  const liveKey = { set: true, tag: tag('a') }

  test('is in place when it is read back and served', () => {
    const live = { 'certificate.name': 'web', 'certificate.certificate': { content: mine }, [key]: liveKey }
    expect(briefly(planOne(sight(whole, live, { tags, observation: { served: servedOf(mine) } })))).toEqual([])
  })

  test('is imported whole when another one is served', () => {
    const live = { 'certificate.name': 'web', 'certificate.certificate': { content: mine }, [key]: liveKey }
    const plan = planOne(sight(whole, live, { tags, observation: { served: servedOf(other) } }))
    expect(plan.changes).toEqual([
      {
        kind: 'field',
        path: 'certificate.certificate',
        aspect: 'certificate',
        before: { certificate: 'CN=self-signed', sha256: servedOf(other).sha256, notAfter: servedOf(other).notAfter },
        after: { certificate: 'CN=line-1', sha256: servedOf(mine).sha256, notAfter: servedOf(mine).notAfter },
        cause: 'undetermined',
        sensitive: false,
      },
    ])
    expect(plan.steps.map(({ id, action }) => [id, action])).toEqual([
      [
        'certificate',
        {
          type: 'importCertificate',
          values: { 'certificate.name': 'web', 'certificate.certificate': file, [key]: { fromFile: '/s/line-1.key' } },
        },
      ],
    ])
  })

  test('its name goes with the import', () => {
    const live = { 'certificate.name': 'old', 'certificate.certificate': { content: other }, [key]: liveKey }
    const plan = planOne(sight(whole, live, { tags }))
    expect(plan.steps.map(({ action, changes }) => [action.type, changes])).toEqual([
      ['importCertificate', ['certificate.name', 'certificate.certificate']],
    ])
  })

  test('its name alone is set, without an import', () => {
    const live = { 'certificate.name': 'old', 'certificate.certificate': { content: mine }, [key]: liveKey }
    const plan = planOne(sight(whole, live, { tags }))
    expect(plan.steps.map(({ action }) => action)).toEqual([
      { type: 'set', aspect: 'certificate', values: { 'certificate.name': 'web' } },
    ])
  })

  test('without a private key it is watched: drift that a person corrects', () => {
    const watched = sensor({ certificate: { certificate: file } })
    const plan = planOne(sight(watched, { 'certificate.certificate': { content: other } }))
    expect(plan.status).toBe('waiting')
    expect(plan.steps.map(({ id, instructions }) => [id, instructions])).toEqual([
      [
        'certificate.manual',
        'In the console of the sensor: System settings > Basic > SSL/TLS Certificate\n  certificate.certificate = the file certs/line-1.crt',
      ],
    ])
  })

  test('a driver that reads none is told by what is served', () => {
    const support = { ...poor, default: { read: false, write: 'automatic' } as const }
    const watched = sensor({ certificate: { certificate: file } })
    const plan = (pem: string) => planOne(sight(watched, {}, { observation: { served: servedOf(pem) } }), { support })
    expect([plan(mine).changes.length, plan(other).changes.length, plan(mine).unverifiable]).toEqual([0, 1, []])
  })
})

describe('forwarding rules', () => {
  const ops = 'forwarding.rules.ops'
  const syslog = `${ops}.actions.siem.syslog`
  const desired = sensor({
    forwarding: {
      rules: {
        ops: {
          minimumSeverity: 'Major',
          actions: { siem: { syslog: { host: 's', port: 514, format: 'cef', protocol: 'tcp' } } },
        },
      },
    },
  })
  const live = {
    [`${ops}.minimumSeverity`]: 'Major',
    [`${syslog}.host`]: 's',
    [`${syslog}.port`]: 514,
    [`${syslog}.format`]: 'cef',
    [`${syslog}.protocol`]: 'tcp',
  }

  test('each is one step', () => {
    const plan = planOne(sight(desired, {}))
    expect(plan.steps.map(({ id, title }) => [id, title])).toEqual([[ops, 'add forwarding rule ops']])
  })

  test('an action is written whole, with what nobody declares in it', () => {
    const plan = planOne(sight(desired, { ...live, [`${syslog}.port`]: 1514, [`${syslog}.timezone`]: 'UTC' }))
    expect(plan.steps.map(({ title, action, changes }) => [title, action, changes])).toEqual([
      [
        'change forwarding rule ops',
        {
          type: 'set',
          aspect: 'forwarding',
          values: {
            [`${syslog}.port`]: 514,
            [`${syslog}.host`]: 's',
            [`${syslog}.format`]: 'cef',
            [`${syslog}.protocol`]: 'tcp',
            [`${syslog}.timezone`]: 'UTC',
          },
        },
        [`${syslog}.port`],
      ],
    ])
    expect(plan.notManaged).toEqual([`${syslog}.timezone`])
  })

  test('an action of another type is withdrawn', () => {
    const email = `${ops}.actions.siem.email`
    const plan = planOne(sight(desired, { [`${ops}.minimumSeverity`]: 'Major', [`${email}.address`]: 'a@b.example' }))
    expect(briefly(plan)).toContain(`${email}.address a@b.example > - (undetermined)`)
    expect(plan.steps[0]?.action).toMatchObject({ values: { [`${email}.address`]: null, [`${syslog}.host`]: 's' } })
    expect(plan.notManaged).toEqual([])
  })

  test.each<[string, DesiredSettings, Record<string, AppliedValue> | undefined, string[], string[]]>([
    ['kept when nobody declares it', { forwarding: {} }, undefined, [], [ops]],
    ['kept when nobody declares any', {}, undefined, [], [ops]],
    [
      'absent: removed',
      { forwarding: { rules: { ops: { absent: true } } } },
      undefined,
      [`${ops} present > - (undetermined)`],
      [],
    ],
    [
      'absent since the last apply',
      { forwarding: { rules: { ops: { absent: true } } } },
      { [`${ops}.minimumSeverity`]: 'Major' },
      [`${ops} present > - (spec)`],
      [],
    ],
    [
      'absent, and somebody put it back',
      { forwarding: { rules: { ops: { absent: true } } } },
      { [`${ops}.absent`]: true },
      [`${ops} present > - (sensor)`],
      [],
    ],
    [
      'unmanaged rules are removed',
      { forwarding: { unmanagedRules: 'remove' } },
      {},
      [`${ops} present > - (sensor)`],
      [],
    ],
    [
      'a rule that the spec dropped, under remove',
      { forwarding: { unmanagedRules: 'remove' } },
      { [`${ops}.minimumSeverity`]: 'Major' },
      [`${ops} present > - (spec)`],
      [],
    ],
  ])('%s', (_, settings, lastApplied, changes, notManaged) => {
    const plan = planOne(sight(sensor(settings), live, { remembered: { ...(lastApplied && { lastApplied }) } }))
    expect([briefly(plan), plan.notManaged, stepIds(plan)]).toEqual([changes, notManaged, changes.map(() => ops)])
  })

  test.each([
    { name: 'is not made, and withholds no other step', live: {}, steps: ['time'], problems: ['RULE_WITHOUT_ACTION'] },
    {
      name: 'is changed where it is',
      live: { [`${ops}.minimumSeverity`]: 'Major' },
      steps: ['time', ops],
      problems: [],
    },
  ])('a rule without an action $name', ({ live, steps, problems }) => {
    const settings: DesiredSettings = {
      time: { timezone: 'Europe/Berlin' },
      forwarding: { rules: { ops: { minimumSeverity: 'Minor' } } },
    }
    const plan = planOne(sight(sensor(settings), live))
    expect([stepIds(plan), codes(plan)]).toEqual([steps, problems])
  })

  test('a name that needs quotes has a step with quotes', () => {
    const live = { 'forwarding.rules["to SIEM"].minimumSeverity': 'Major' }
    const plan = planOne(sight(sensor({ forwarding: { rules: { 'to SIEM': { minimumSeverity: 'Minor' } } } }), live))
    expect(stepIds(plan)).toEqual(['forwarding.rules["to SIEM"]'])
    expect(plan.changes.map(({ path }) => path)).toEqual(['forwarding.rules["to SIEM"].minimumSeverity'])
  })
})

test('what nobody declares is listed once, under the shortest path that is nobody’s', () => {
  const desired = sensor({ network: { dns: ['10.0.0.1'], proxy: { enabled: false } } })
  const live = {
    name: 'berlin-1',
    'time.timezone': 'UTC',
    'time.dateFormat': 'x',
    'network.dns': ['10.0.0.1'],
    'network.hostname': 'line-1',
    'network.proxy.enabled': false,
    'network.proxy.host': 'p',
    'forwarding.rules.a.minimumSeverity': 'Minor',
    'forwarding.rules.b.minimumSeverity': 'Minor',
  }
  expect(planOne(sight(desired, live)).notManaged).toEqual([
    'forwarding.rules.a',
    'forwarding.rules.b',
    'name',
    'network.hostname',
    'time',
  ])
})
