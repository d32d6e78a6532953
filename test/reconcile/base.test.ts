/** What a plan was made from, and what is remembered of an apply. */
import { describe, expect, test } from 'vitest'
import { appliedValues } from '../../reconcile/compare/applied.ts'
import { baseOf, staleFields } from '../../reconcile/compare/base.ts'
import { sha256 } from '../../reconcile/compare/canonical-json.ts'
import type { LiveValue, Observation } from '../../reconcile/driver.ts'
import { activated, ago, makeCertificate, now, planOne, sensor, servedOf, sight, tag } from './sights.ts'

const observation = (live: Record<string, LiveValue>, extras: Partial<Observation> = {}): Observation => {
  const one = sight(sensor({}), live, { observation: extras }).observation
  if ('problem' in one) throw new Error('not observed')
  return one
}

const change = (id: string, remainingSeconds: number): Partial<Observation> => {
  const to = { address: '10.0.0.9', subnetMask: '255.255.255.0', gateway: '10.0.0.1' }
  return { unfinished: { networkChange: { id, from: to, to, remainingSeconds } } }
}

test('of thousands of rules that are to be removed, what is live is looked through once', () => {
  let walks = 0
  class Walked<K, V> extends Map<K, V> {
    override [Symbol.iterator]() {
      walks++
      return super[Symbol.iterator]()
    }
  }
  const rules = Array.from({ length: 3000 }, (_, index) => `forwarding.rules.r${index}`)
  const live = new Walked<string, LiveValue>(rules.map((rule) => [`${rule}.minimumSeverity`, 'Minor']))
  const one = { ...observation({}), live }
  const base = baseOf(one, rules)
  expect(new Set(Object.values(base)).size).toBe(3000)
  expect(base['forwarding.rules.r7']).toBe(
    baseOf(observation({ 'forwarding.rules.r7.minimumSeverity': 'Minor' }), ['forwarding.rules.r7'])[
      'forwarding.rules.r7'
    ],
  )
  expect(walks).toBe(1)
})

describe('a plan is stale when what its steps touch has moved', () => {
  const [mine, other] = [makeCertificate('a', ago(-9000)), makeCertificate('b', ago(-9000))]
  const rule = { 'forwarding.rules.a.minimumSeverity': 'Minor' }
  test.each<[string, string, Observation, Observation, boolean]>([
    [
      'a field',
      'time.timezone',
      observation({ 'time.timezone': 'UTC' }),
      observation({ 'time.timezone': 'Asia/Tokyo' }),
      true,
    ],
    ['a field that is set now', 'time.timezone', observation({}), observation({ 'time.timezone': 'UTC' }), true],
    ['another field', 'time.timezone', observation({}), observation({ 'time.dateFormat': 'x' }), false],
    [
      'the tag of a secret',
      'network.proxy.password',
      observation({ 'network.proxy.password': { set: true, tag: tag('a') } }),
      observation({ 'network.proxy.password': { set: true, tag: null } }),
      true,
    ],
    [
      'the served certificate',
      'certificate.certificate',
      observation({}, { served: servedOf(mine) }),
      observation({}, { served: servedOf(other) }),
      true,
    ],
    [
      'what is inside a rule that is to go',
      'forwarding.rules.a',
      observation(rule),
      observation({ ...rule, 'forwarding.rules.a.engines': 'any' }),
      true,
    ],
    [
      'another rule',
      'forwarding.rules.a',
      observation(rule),
      observation({ ...rule, 'forwarding.rules.ab.engines': 'any' }),
      false,
    ],
    [
      'the name that it is activated under',
      'name',
      observation({}, { activation: activated() }),
      observation({}, { activation: activated({ name: 'x' }) }),
      true,
    ],
    [
      'its activation file',
      'registration.record',
      observation({}, { activation: activated() }),
      observation({}, { activation: activated({ file: null }) }),
      true,
    ],
    [
      'its way to the cloud: no',
      'activation.status',
      observation({}, { activation: activated() }),
      observation({}, { activation: activated({ cloud: { reachable: false, detail: null } }) }),
      false,
    ],
    [
      'the newest backup',
      'backup.maxAge',
      observation({}),
      observation({}, { backups: { supported: true, latest: { name: 'b', createdAt: ago(1) }, lastError: null } }),
      true,
    ],
    [
      'the time left to confirm: no',
      'network.change',
      observation({}, change('c', 90)),
      observation({}, change('c', 60)),
      false,
    ],
    [
      'another change under way',
      'network.change',
      observation({}, change('c', 90)),
      observation({}, change('d', 90)),
      true,
    ],
    [
      'the intent of another run',
      'intent',
      observation({}),
      observation({}, { unfinished: { intent: { run: 'r', step: 's', tool: 't', startedAt: ago(1), data: {} } } }),
      true,
    ],
  ])('%s', (_, path, before, after, stale) => {
    expect(staleFields(baseOf(before, [path]), before)).toEqual([])
    expect(staleFields(baseOf(before, [path]), after)).toEqual(stale ? [path] : [])
  })

  test('a plan holds the base of everything that its steps change or write', () => {
    const desired = sensor({ network: { proxy: { host: 'p', password: { fromEnv: 'P' } } } })
    const live = { 'network.proxy.password': { set: true, tag: tag('other', 'k0') } }
    const plan = planOne(sight(desired, live, { tags: new Map([['network.proxy.password', tag('a')]]) }))
    expect(Object.keys(plan.base)).toEqual(['network.proxy.enabled', 'network.proxy.host', 'network.proxy.password'])
  })
})

test('what is remembered: the one spelling, tags for secrets, digests for files, nothing of how the tool behaves', () => {
  const pem = makeCertificate('a', new Date(now + 9e8).toISOString())
  const desired = sensor({
    name: 'Berlin-1',
    registration: { registrar: 'cloud', site: 'plant' },
    activation: { mode: 'local', minRemaining: '30d' },
    time: { timezone: 'europe/berlin', ntp: { enabled: false, server: 'unused' } },
    network: { proxy: { password: { fromEnv: 'P' }, username: 'U' } },
    certificate: {
      certificate: { file: 'a', content: pem },
      chain: { file: 'b', content: 'no certificate\n' },
      privateKey: { fromEnv: 'K' },
    },
    forwarding: { unmanagedRules: 'remove', rules: { a: { engines: ['Malware', 'Anomaly'] }, b: { absent: true } } },
  })
  expect(
    appliedValues(
      desired,
      new Map([
        ['network.proxy.password', tag('m')],
        ['certificate.privateKey', null],
      ]),
    ),
  ).toEqual({
    name: 'Berlin-1',
    'registration.registrar': 'cloud',
    'registration.site': 'plant',
    'activation.mode': 'local',
    'time.timezone': 'Europe/Berlin',
    'time.ntp.enabled': false,
    'network.proxy.enabled': true,
    'network.proxy.username': 'U',
    'network.proxy.password': { tag: tag('m') },
    'certificate.certificate': { sha256: servedOf(pem).sha256 },
    'certificate.chain': { sha256: sha256('no certificate') },
    'forwarding.rules.a.engines': ['anomaly', 'malware'],
    'forwarding.rules.b.absent': true,
  })
})
