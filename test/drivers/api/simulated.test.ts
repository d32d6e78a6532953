/**
 * The driver against simulated sensors, which are written from the facts and not from the driver.
 *
 * Addresses: 127.20.143.0/24 and 127.20.144.0/24.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApiDriver } from '../../../drivers/api/driver.ts'
import type { Target, Write, WriteValue, Writer } from '../../../reconcile/driver.ts'
import { startSimulator, type Simulator } from '../../../simulator/simulate.ts'
import { makeCertificate } from '../../transport/pki.ts'
import { failureOf } from './support.ts'

const site = 'berlin'
const closing: { close(): Promise<void> }[] = []
let simulator: Simulator
let next = 0

beforeEach(async () => {
  next += 2
  simulator = await startSimulator({
    appliances: [
      {
        key: 'line-1',
        address: address(next),
        port: 0,
        username: 'admin',
        password: 'right',
        settings: { network: { hostname: 'line-1', subnetMask: '255.255.255.0', gateway: '127.20.143.254' } },
        activated: { name: 'line-1', mode: 'cloud', site },
      },
    ],
    cloud: { address: '127.20.144.1', port: 0, subscriptionId: 's', location: 'eastus', token: 't', sites: [site] },
    distinctKeys: 1,
    tuning: { jobMs: 50, requestsPerSecond: 1000 },
  })
})
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close()
  await simulator.stop()
})

const address = (last: number): string => `127.20.143.${last}`

const api = () =>
  createApiDriver({
    clock: {
      now: Date.now,
      monotonic: () => performance.now(),
      sleep: (ms, signal) => wait(Math.min(ms, 40), undefined, signal && { signal }),
    },
    readSecret: async ({ fromEnv }) => fromEnv ?? '',
    random: () => 0,
  })

function target(options: Partial<Target> = {}): Target {
  const [{ endpoint, pin, serialNumber } = { endpoint: '', pin: '', serialNumber: '' }] = simulator.appliances
  return {
    key: 'line-1',
    endpoints: [endpoint],
    credentials: { name: 'default', entry: { username: 'admin', password: { fromEnv: 'right' } } },
    trust: [{ pin }],
    trustedCertificates: [],
    knownPins: [pin],
    identity: serialNumber,
    ...options,
  }
}

function writerOf(options: Partial<Target> = {}): Writer {
  const writer = api().writer(target(options))
  closing.push(writer)
  return writer
}

const take = async (writer: Writer) => (await writer.lease!({ holder: 'test', ttlSeconds: 60 })).fence
const tag = { keyId: 'k', mac: 'm=' }

const aspects: readonly [string, Record<string, WriteValue>, Record<string, unknown>][] = [
  ['time', { 'time.timezone': 'Europe/Berlin', 'time.dateFormat': 'yyyy/MM/dd HH:mm:ss' }, {}],
  ['network', { 'network.dns': ['10.0.0.2'], 'network.hostname': 'line-9' }, {}],
  [
    'network',
    { 'network.proxy.enabled': false, 'network.proxy.host': 'p', 'network.proxy.password': { secret: 'x', tag } },
    { 'network.proxy.password': { set: true, tag } },
  ],
  ['certificate', { 'certificate.validation': 'mandatory', 'certificate.name': 'web' }, {}],
  ['backup', { 'backup.enabled': true, 'backup.directory': '/var/elsewhere' }, {}],
  [
    'forwarding',
    {
      'forwarding.rules["to SIEM"].minimumSeverity': 'Major',
      'forwarding.rules["to SIEM"].protocols': 'any',
      'forwarding.rules["to SIEM"].engines': ['Malware', 'Anomaly'],
      'forwarding.rules["to SIEM"].actions.siem.syslog.host': 's',
      'forwarding.rules["to SIEM"].actions.siem.syslog.port': 514,
      'forwarding.rules["to SIEM"].actions.siem.syslog.format': 'text',
      'forwarding.rules["to SIEM"].actions.siem.syslog.protocol': 'udp',
    },
    {},
  ],
]
test.each(aspects)('what is written to %s is read back', async (aspect, entries, shown) => {
  const writer = writerOf()
  const fence = await take(writer)
  const before = await writer.observe()
  const write: Write = { type: 'set', aspect, values: new Map(Object.entries(entries)) }
  const { revision } = await writer.write(write, { fence, ...(before.revision && { revision: before.revision }) })
  const after = await writer.observe()
  expect(after.revision).toBe(revision)
  expect(after.unchanged).toBe(false)
  expect(Object.fromEntries(Object.keys(entries).map((path) => [path, after.live.get(path)]))).toEqual({
    ...entries,
    ...shown,
  })
  const names = [...before.live.keys(), ...Object.keys(entries)]
  expect([...after.live.keys()].toSorted()).toEqual([...new Set(names)].toSorted())
  const stale = await failureOf(writer.write(write, { fence, revision: 'older' }))
  expect(stale.code).toBe('REVISION_CONFLICT')
  expect((await failureOf(writer.write(write, { fence: fence + 7 }))).code).toBe('LEASE_LOST')
})

test('a replaced action leaves nothing of the former one, and a removed rule is gone', async () => {
  const writer = writerOf()
  const fence = await take(writer)
  const path = 'forwarding.rules.ops.actions.one'
  const set = (entries: Record<string, WriteValue>): Promise<unknown> =>
    writer.write({ type: 'set', aspect: 'forwarding', values: new Map(Object.entries(entries)) }, { fence })
  const actions = async () =>
    [...(await writer.observe()).live.keys()].filter((key) => key.startsWith('forwarding.rules.ops.actions'))
  await set({
    'forwarding.rules.ops.minimumSeverity': 'Minor',
    'forwarding.rules.ops.protocols': 'any',
    'forwarding.rules.ops.engines': 'any',
    [`${path}.netwitness.host`]: 'n',
    [`${path}.netwitness.port`]: 514,
  })
  expect(await actions()).toEqual([`${path}.netwitness.host`, `${path}.netwitness.port`])
  await set({
    [`${path}.netwitness.host`]: null,
    [`${path}.netwitness.port`]: null,
    [`${path}.email.address`]: 'ops@example.com',
  })
  expect(await actions()).toEqual([`${path}.email.address`])
  await writer.write({ type: 'removeRule', rule: 'ops' }, { fence })
  expect([...(await writer.observe()).live.keys()].filter((key) => key.includes('rules'))).toEqual([])
})

test('plan and a second look are one sign-in and two reads, the second conditional', async () => {
  const reader = api().reader(target())
  closing.push(reader)
  const first = await reader.observe()
  expect((await reader.observe(first)).unchanged).toBe(true)
  expect(simulator.counts('line-1')).toEqual({ signIn: 1, readAppliance: 2 })
  expect(first.clockDriftSeconds).toBeCloseTo(0, 0)
  const remembered = api().reader(target())
  closing.push(remembered)
  const again = await remembered.observe(first)
  expect([again.unchanged, again.live]).toEqual([true, first.live])
  expect(again.clockDriftSeconds).toBeCloseTo(0, 0)
})

test('who changed a setting in the console is told', async () => {
  const reader = api().reader(target())
  closing.push(reader)
  await reader.observe()
  const since = new Date(Date.now() - 60_000).toISOString()
  await simulator.appliance('line-1').changeInConsole('eve', 'time', { timezone: 'Asia/Tokyo' })
  expect((await reader.observe()).live.get('time.timezone')).toBe('Asia/Tokyo')
  const entries = (await reader.audit?.(since)) ?? []
  expect(entries.find(({ path }) => path === 'time.timezone')).toMatchObject({ user: 'eve' })
})

test('two runs: the second is told who holds the lease, and gets it when it is given back', async () => {
  const writer = writerOf()
  const fence = await take(writer)
  const other = writerOf()
  const held = await failureOf(other.lease!({ holder: 'other', ttlSeconds: 60 }))
  expect([held.code, held.facts['holder']]).toEqual(['LEASE_HELD', 'test'])
  expect(held.facts['remainingSeconds']).toBeGreaterThan(0)
  await writer.release?.(fence, { clearIntent: true })
  expect((await other.lease!({ holder: 'other', ttlSeconds: 60 })).fence).toBeGreaterThan(fence)
})

test('an intent comes back with the read and goes with the lease', async () => {
  const writer = writerOf()
  const intent = { run: 'r', step: 's', tool: 't', startedAt: '2030-01-01T00:00:00.000Z', data: { name: 'x' } }
  const grant = await writer.lease!({ holder: 'test', ttlSeconds: 60, intent })
  const seen = await writer.observe()
  expect([seen.unfinished.intent, seen.revision]).toEqual([intent, grant.revision])
  await writer.release?.(grant.fence, { clearIntent: true })
  expect((await writer.observe()).unfinished).toEqual({})
})

test('an imported certificate is served at once, and only it is trusted exactly', async () => {
  const certificate = makeCertificate({ cn: 'line-1', key: 'two' })
  const writer = writerOf({ trustedCertificates: [certificate.sha256] })
  const fence = await take(writer)
  const values = new Map<string, WriteValue>([
    ['certificate.name', 'web'],
    ['certificate.certificate', { content: certificate.cert }],
    ['certificate.privateKey', { secret: certificate.key, tag }],
  ])
  await writer.write({ type: 'importCertificate', values }, { fence })
  const { served, live } = await writer.observe()
  expect(served).toMatchObject({ sha256: certificate.sha256, pin: certificate.pin })
  expect(live.get('certificate.privateKey')).toEqual({ set: true, tag })
  const expired = makeCertificate({ cn: 'line-1', key: 'two', from: -9, to: -1 })
  values.set('certificate.certificate', { content: expired.cert })
  const refused = await failureOf(writer.write({ type: 'importCertificate', values }, { fence }))
  expect([refused.code, refused.message]).toEqual([
    'CERTIFICATE_REFUSED',
    expect.stringContaining("This SSL certificate has expired and isn't considered valid."),
  ])
})

test('a sensor is renamed with an activation file, through a reboot', async () => {
  const writer = writerOf()
  const fence = await take(writer)
  const file = simulator.cloud!.seed({ name: 'renamed', mode: 'cloud', site })
  simulator.addFault({ kind: 'reboot', seconds: 1, operation: 'readJob', nth: 1, when: 'before' })
  const pending = writer.write({ type: 'activate', file }, { fence })
  await wait(150)
  simulator.advanceClock(2)
  await pending
  const { activation, live } = await writer.observe()
  expect([live.get('name'), activation?.status, activation?.name]).toEqual(['renamed', 'Valid', 'renamed'])
})

test.each([
  ['cloudRefusesActivation', 'ACTIVATION_REJECTED'],
  ['cloudUnreachable', 'ACTIVATION_NO_CLOUD'],
] as const)('an activation under %s is %s', async (kind, code) => {
  const writer = writerOf()
  const fence = await take(writer)
  const file = simulator.cloud!.seed({ name: 'renamed', mode: 'cloud', site })
  simulator.addFault({ kind })
  expect((await failureOf(writer.write({ type: 'activate', file }, { fence }))).code).toBe(code)
})

test('a file that is no activation file is refused', async () => {
  const writer = writerOf()
  const fence = await take(writer)
  const failure = await failureOf(writer.write({ type: 'activate', file: Buffer.from('no zip') }, { fence }))
  expect(failure.code).toBe('ACTIVATION_FILE_INVALID')
})

test('a backup is made and seen', async () => {
  const writer = writerOf()
  const fence = await take(writer)
  const enable: Write = { type: 'set', aspect: 'backup', values: new Map([['backup.enabled', true]]) }
  await writer.write(enable, { fence })
  await writer.write({ type: 'createBackup' }, { fence })
  expect((await writer.observe()).backups?.latest?.name).toContain('backup-version')
})

test('a sensor that moves is found again at its new address and confirmed there', async () => {
  const writer = writerOf()
  const fence = await take(writer)
  const { live, identity } = await writer.observe()
  const to = {
    address: address(next + 1),
    subnetMask: live.get('network.subnetMask') as string,
    gateway: live.get('network.gateway') as string,
  }
  await writer.write({ type: 'changeAddress', to, guarded: true, confirmWithinSeconds: 60 }, { fence })
  const { origin } = new URL(target().endpoints[0] ?? '')
  expect(new URL(origin).hostname).toBe(to.address)
  const moved = writerOf({ endpoints: [origin], identity })
  const { unfinished } = await moved.observe()
  expect(unfinished.networkChange?.to).toEqual(to)
  await moved.write({ type: 'confirmAddress', id: unfinished.networkChange?.id ?? '' }, { fence })
  expect((await moved.observe()).unfinished.networkChange).toBeUndefined()
})

const faults: readonly [string, Parameters<Simulator['addFault']>[0], string | null][] = [
  ['a lost session', { kind: 'sessionLost', operation: 'readAppliance', nth: 1 }, null],
  ['a cut before the answer', { kind: 'cutBefore', operation: 'readAppliance', nth: 1 }, null],
  ['a cut after the work', { kind: 'cutAfter', operation: 'readAppliance', nth: 1 }, null],
  ['a fault that passes', { kind: 'status', status: 502, operation: 'readAppliance', nth: 1 }, null],
  ['a throttle, seconds', { kind: 'throttle', retryAfterSeconds: 1, operation: 'readAppliance', nth: 1 }, null],
  ['a throttle, date', { kind: 'throttle', retryAfterSeconds: 1, as: 'date', operation: 'signIn', nth: 1 }, null],
  ['a throttle that stays', { kind: 'throttle', retryAfterSeconds: 1, operation: 'signIn' }, 'THROTTLED'],
  ['a malformed body', { kind: 'malformedBody', operation: 'readAppliance' }, 'ANSWER_MALFORMED'],
  ['a cut at each sign-in', { kind: 'cutBefore', operation: 'signIn' }, 'CONNECTION_LOST'],
  ['a sensor that is gone', { kind: 'gone' }, 'UNREACHABLE'],
  ['another certificate', { kind: 'certificateSwapped' }, 'TLS_UNTRUSTED'],
  ['a fault that stays', { kind: 'status', status: 500, operation: 'readAppliance' }, 'SERVER_ERROR'],
]
test.each(faults)('a read under %s', async (_, fault, code) => {
  const reader = api().reader(target())
  closing.push(reader)
  simulator.addFault(fault)
  if (code === null) expect((await reader.observe()).live.get('name')).toBe('line-1')
  else expect((await failureOf(reader.observe())).code).toBe(code)
})

test('a write whose answer is lost did or did not take effect: looking tells', async () => {
  const writer = writerOf()
  const fence = await take(writer)
  const write: Write = { type: 'set', aspect: 'time', values: new Map([['time.timezone', 'Asia/Tokyo']]) }
  simulator.addFault({ kind: 'cutAfter', operation: 'writeTime', nth: 1 })
  expect((await failureOf(writer.write(write, { fence }))).code).toBe('CONNECTION_LOST')
  expect((await writer.observe()).live.get('time.timezone')).toBe('Asia/Tokyo')
  expect(simulator.counts('line-1')['writeTime']).toBe(1)
})
