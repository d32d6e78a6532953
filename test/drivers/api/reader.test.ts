/** Addresses: 127.20.141.1 to 127.20.141.9. */
import { afterEach, expect, test } from 'vitest'
import type { Observation, Reader } from '../../../reconcile/driver.ts'
import { problemCatalog } from '../../../schemas/problem-catalog.ts'
import { makeCertificate } from '../../transport/pki.ts'
import { listenHttps } from '../../transport/servers.ts'
import {
  applianceRead,
  refusal,
  selfSigned,
  startScriptedSensor,
  triple,
  type ScriptedSensor,
} from './scripted-sensor.ts'
import { credentials, driver, failureOf, target } from './support.ts'

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close()
})

async function sensor(options: Parameters<typeof startScriptedSensor>[0] = {}): Promise<ScriptedSensor> {
  const started = await startScriptedSensor(options)
  closing.push(started)
  return started
}

function keep<T extends Reader>(reader: T): T {
  closing.push(reader)
  return reader
}

const tag = { keyId: 'k1', mac: 'mac=' }
const rule = 'forwarding.rules["to SIEM"]'
const live = new Map<string, unknown>([
  ['name', 'berlin-line-1'],
  ['activation.mode', 'cloud'],
  ['software.version', '22.3.9'],
  ['time.timezone', 'Europe/Berlin'],
  ['time.ntp.enabled', true],
  ['network.address', triple.address],
  ['network.subnetMask', triple.subnetMask],
  ['network.gateway', triple.gateway],
  ['network.dns', ['10.0.0.2', '10.0.0.3']],
  ['network.hostname', 'line-1'],
  ['network.proxy.enabled', false],
  ['network.proxy.password', { set: true, tag }],
  ['certificate.name', 'web'],
  ['certificate.certificate', { content: 'PEM' }],
  ['certificate.privateKey', { set: true, tag: null }],
  ['certificate.validation', 'none'],
  ['managementConsole.enabled', false],
  ['backup.enabled', true],
  ['backup.directory', '/var/cyberx/backups'],
  ['backup.target.enabled', true],
  ['backup.target.smb.server', 'nas'],
  ['backup.target.smb.share', 'b'],
  ['backup.target.smb.username', 'u'],
  ['backup.target.smb.password', { set: true, tag }],
  ['backup.target.smb.version', '3.0'],
  [`${rule}.minimumSeverity`, 'Major'],
  [`${rule}.protocols`, 'any'],
  [`${rule}.engines`, ['Malware']],
  [`${rule}.actions.siem.syslog.host`, 's'],
  [`${rule}.actions.siem.syslog.port`, 514],
  [`${rule}.actions.siem.syslog.format`, 'cef'],
  [`${rule}.actions.siem.syslog.protocol`, 'udp'],
])

test('a look is one sign-in and one read; a second look one conditional read', async () => {
  const server = await sensor()
  const { api, events } = driver()
  const reader = keep(api.reader(target(server.origin)))
  const first = await reader.observe()
  expect(first).toEqual({
    identity: 'SN-1',
    endpoint: server.origin,
    revision: 'r1',
    observedAt: '2030-01-01T00:00:00.000Z',
    unchanged: false,
    softwareVersion: '22.3.9',
    hardwareProfile: 'L500',
    clockDriftSeconds: 0,
    clock: applianceRead('SN-1').clock,
    live,
    activation: applianceRead('SN-1').activation,
    consoleConnection: { state: 'NotConfigured', address: null, identity: null, message: null },
    served: expect.objectContaining({ pin: selfSigned.pin, sha256: selfSigned.sha256, expired: false }),
    backups: {
      supported: true,
      latest: { name: 'x.tar', createdAt: '2030-01-01T00:00:00Z' },
      lastError: null,
      lastRestore: null,
    },
    software: applianceRead('SN-1').software,
    owner: 'owner-1',
    unfinished: {
      networkChange: { id: 'c1', from: triple, to: triple, remainingSeconds: 50 },
      intent: applianceRead('SN-1').intent,
      lease: { holder: 'other', fence: 3, remainingSeconds: 20 },
    },
    warnings: [],
  } satisfies Record<Exclude<keyof Observation, 'console'>, unknown>)
  const second = await reader.observe(first)
  const clock = { now: '2030-01-01T00:00:00.000Z', synchronized: true }
  expect(second).toMatchObject({ unchanged: true, live, revision: 'r1' })
  expect(second.clock).toEqual(clock)
  expect(second.unfinished).not.toHaveProperty('lease')
  expect(server.calls).toEqual(['signIn', 'readAppliance', 'readAppliance'])
  expect(server.connections()).toBe(1)
  expect(events.map(({ key, method, status }) => [key, method, status])).toEqual([
    ['line-1', 'POST', 201],
    ['line-1', 'GET', 200],
    ['line-1', 'GET', 304],
  ])
  await reader.close()
  expect(server.calls).toEqual(['signIn', 'readAppliance', 'readAppliance', 'signOut'])
  expect(server.violations()).toEqual([])
})

test('a remembered read of the same appliance makes the first read conditional', async () => {
  const server = await sensor()
  const { api, clock } = driver()
  const before = await keep(api.reader(target(server.origin))).observe()
  await clock.sleep(20_000)
  const again = await keep(api.reader(target(server.origin))).observe(before)
  expect(again).toMatchObject({
    unchanged: true,
    observedAt: '2030-01-01T00:00:20.000Z',
    clockDriftSeconds: -20,
    unfinished: { networkChange: { remainingSeconds: 30 } },
  })
  const other = await keep(api.reader(target(server.origin))).observe({ ...before, identity: 'SN-2' })
  expect(other.unchanged).toBe(false)
})

test('a changed appliance is read anew, and compared with the newest read from then on', async () => {
  const server = await sensor()
  const reader = keep(driver().api.reader(target(server.origin)))
  const first = await reader.observe()
  server.read = { ...server.read, revision: 'r9', softwareVersion: '22.4.0' }
  const changed = { revision: 'r9', softwareVersion: '22.4.0' }
  expect(await reader.observe(first)).toMatchObject({ unchanged: false, ...changed })
  expect(await reader.observe(first)).toMatchObject({ unchanged: true, ...changed })
})

test('a whole read is asked for by giving none that is known: a lease is no part of the revision', async () => {
  const server = await sensor()
  const reader = keep(driver().api.reader(target(server.origin)))
  await reader.observe()
  const again = await reader.observe()
  expect([again.unchanged, again.unfinished.lease?.holder]).toEqual([false, 'other'])
})

test('a session that ended is opened again once, also for two calls at once', async () => {
  const server = await sensor()
  const reader = keep(driver().api.reader(target(server.origin)))
  await reader.observe()
  server.endSessions()
  await Promise.all([reader.observe(), reader.audit?.('2030-01-01T00:00:00Z')])
  expect(server.calls.filter((call) => call === 'signIn')).toHaveLength(2)
  expect(server.connections()).toBeLessThanOrEqual(2)
})

test('an appliance that ends every session is in trouble', async () => {
  const server = await sensor()
  const ended = { status: 401, json: refusal('UNAUTHENTICATED') }
  server.script('readAppliance', ended, ended, ended)
  expect((await failureOf(keep(driver().api.reader(target(server.origin))).observe())).code).toBe('SERVER_ERROR')
  expect(server.calls).toEqual(['signIn', 'readAppliance', 'signIn', 'readAppliance'])
})

test('the audit trail tells who changed what', async () => {
  const server = await sensor()
  const reader = keep(driver().api.reader(target(server.origin)))
  expect(await reader.audit?.('2029-12-31T00:00:00Z')).toEqual([
    { at: '2030-01-01T00:00:00Z', user: 'eve', from: '10.0.0.9 console', path: 'time.timezone' },
  ])
  expect(server.recorded.at(-1)?.path).toBe('/api/settings/v1/audit?since=2029-12-31T00%3A00%3A00Z')
})

test('a refused password is not sent again in the run', async () => {
  const server = await sensor()
  const { api } = driver()
  const wrong = target(server.origin, { credentials: credentials('canary-wrong') })
  const reader = keep(api.reader(wrong))
  const first = await failureOf(reader.observe())
  expect(first.code).toBe('CREDENTIALS_REFUSED')
  expect(`${first.message} ${first.advice}`).not.toContain('canary-wrong')
  await failureOf(reader.observe())
  await failureOf(keep(api.writer(wrong)).observe())
  expect(server.calls).toEqual(['signIn'])
})

test('a sensor that repeats the password in its refusal does not get it into a message', async () => {
  const server = await sensor()
  const password = 'canary-secret'
  const message = `${'x'.repeat(191)} ${password} is wrong`
  server.script('signIn', { status: 401, json: refusal('CREDENTIALS_REFUSED', message) })
  const reader = keep(driver().api.reader(target(server.origin, { credentials: credentials(password) })))
  const error = await failureOf(reader.observe())
  expect(error.message).not.toContain('canary')
  expect(error.code).toBe('CREDENTIALS_REFUSED')
})

test('a session whose token is no header is a malformed answer', async () => {
  const server = await sensor()
  server.script('signIn', {
    status: 201,
    json: { token: 'a\r\nHost: evil-evil', idleSeconds: 300, serialNumber: 'SN-1' },
  })
  expect((await failureOf(keep(driver().api.reader(target(server.origin))).observe())).code).toBe('ANSWER_MALFORMED')
})

test('waiting for a turn to sign in is called off', async () => {
  const silent = await Promise.all(
    [2, 3, 4, 5].map((last) => listenHttps(selfSigned, (_, response) => void response, { host: `127.20.141.${last}` })),
  )
  closing.push(...silent)
  const controller = new AbortController()
  const { api } = driver()
  const readers = silent.map(({ origin }) => keep(api.reader(target(origin, { signal: controller.signal }))))
  const failures = Promise.all(readers.map((reader) => failureOf(reader.observe())))
  setTimeout(() => controller.abort(), 100)
  expect((await failures).map(({ code }) => code)).toEqual(['ABORTED', 'ABORTED', 'ABORTED', 'ABORTED'])
  expect(silent.map((server) => server.received()).toSorted()).toEqual([0, 1, 1, 1])
})

test('the previous password is tried once, reported, and used first from then on', async () => {
  const server = await sensor()
  const { api } = driver()
  const rotated = target(server.origin, { credentials: credentials('new', 'right') })
  const { warnings } = await keep(api.reader(rotated)).observe()
  expect(warnings.map(({ code }) => code)).toEqual(['SIGNED_IN_WITH_PREVIOUS_PASSWORD'])
  expect(problemCatalog).toHaveProperty('SIGNED_IN_WITH_PREVIOUS_PASSWORD')
  await keep(api.reader(rotated)).observe()
  expect(server.calls).toEqual(['signIn', 'signIn', 'readAppliance', 'signIn', 'readAppliance'])
  const neither = target(server.origin, { credentials: { ...credentials('a', 'b'), name: 'other' } })
  expect((await failureOf(keep(api.reader(neither)).observe())).code).toBe('CREDENTIALS_REFUSED')
})

test('a refused password is not sent again when the previous one gets no answer, or is not at hand', async () => {
  const server = await sensor()
  const sent: string[] = []
  const listen = (answer: object) => (call: { body: Buffer }) => {
    sent.push((JSON.parse(call.body.toString()) as { password: string }).password)
    return answer as never
  }
  const refused = { status: 401, json: refusal('CREDENTIALS_REFUSED') }
  server.script('signIn', listen(refused), listen({ status: 0, cut: true }))
  const reader = keep(driver().api.reader(target(server.origin, { credentials: credentials('new', 'right') })))
  expect((await failureOf(reader.observe())).code).toBe('CONNECTION_LOST')
  expect((await reader.observe()).warnings).toHaveLength(1)
  expect(sent).toEqual(['new', 'right'])

  const without = driver({
    readSecret: ({ fromEnv = '' }) =>
      fromEnv === 'old' ? Promise.reject(new Error('gone')) : Promise.resolve(fromEnv),
  })
  const second = keep(without.api.reader(target(server.origin, { credentials: credentials('new', 'old') })))
  expect(await failureOf(second.observe())).toMatchObject({
    code: 'CREDENTIALS_REFUSED',
    message: expect.stringContaining('previous password is not at hand'),
  })
  await failureOf(second.observe())
  expect(server.calls).toEqual(['signIn', 'signIn', 'signIn', 'readAppliance', 'signIn'])
})

test('three refusals retire an entry for the whole run, however many look at once', async () => {
  const servers = await Promise.all(
    [2, 3, 4, 5, 6, 7].map((last) => sensor({ host: `127.20.141.${last}`, serialNumber: `SN-${last}` })),
  )
  const { api } = driver()
  const errors = await Promise.all(
    servers.map(({ origin }) =>
      failureOf(keep(api.reader(target(origin, { credentials: credentials('wrong') }))).observe()),
    ),
  )
  expect(errors.map(({ code }) => code).toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => 'CREDENTIALS_REFUSED'),
    ...Array.from({ length: 3 }, () => 'CREDENTIALS_RETIRED'),
  ])
  expect(servers.flatMap(({ calls }) => calls)).toHaveLength(3)
  const later = await sensor({ host: '127.20.141.8' })
  expect((await failureOf(keep(api.reader(target(later.origin))).observe())).code).toBe('CREDENTIALS_RETIRED')
  expect(later.connections()).toBe(0)
  const other = target(later.origin, { credentials: { ...credentials('right'), name: 'other' } })
  expect((await keep(api.reader(other)).observe()).identity).toBe('SN-1')
})

test('a fleet that takes the previous password is not retired', async () => {
  const servers = await Promise.all(
    [2, 3, 4, 5, 6].map((last) => sensor({ host: `127.20.141.${last}`, serialNumber: `SN-${last}` })),
  )
  const { api } = driver()
  const rotated = credentials('new', 'right')
  const all = await Promise.all(
    servers.map(({ origin }) => keep(api.reader(target(origin, { credentials: rotated }))).observe()),
  )
  expect(all.map(({ identity }) => identity)).toEqual(['SN-2', 'SN-3', 'SN-4', 'SN-5', 'SN-6'])
})

const signInAnswers: readonly [string, object, string][] = [
  ['a web page', { status: 200, text: '<html>', headers: { 'content-type': 'text/html' } }, 'NOT_A_SENSOR'],
  ['a missing page', { status: 404, text: 'not found' }, 'NOT_A_SENSOR'],
  ['a redirect', { status: 302, headers: { location: 'https://elsewhere/' } }, 'NOT_A_SENSOR'],
  ['a password prompt of a web server', { status: 401, headers: { 'www-authenticate': 'Basic' } }, 'NOT_A_SENSOR'],
  ['a web server that knows no POST', { status: 501, text: 'Unsupported method' }, 'NOT_A_SENSOR'],
  ['an API of another kind', { status: 404, json: { error: 'no such route' } }, 'NOT_A_SENSOR'],
  ['half a session', { status: 201, json: { token: 'x' } }, 'ANSWER_MALFORMED'],
  ['broken JSON', { status: 201, text: '{', headers: { 'content-type': 'application/json' } }, 'ANSWER_MALFORMED'],
  ['a locked account', { status: 403, json: refusal('ACCOUNT_LOCKED', 'Locked.') }, 'ACCOUNT_LOCKED'],
  ['a fault', { status: 500, json: refusal('INTERNAL') }, 'SERVER_ERROR'],
  ['a fault of a gateway', { status: 502, text: 'Bad Gateway' }, 'SERVER_ERROR'],
  ['a cut connection', { status: 0, cut: true }, 'CONNECTION_LOST'],
  [
    'a throttle that wants too much',
    { status: 429, json: refusal('THROTTLED'), headers: { 'retry-after': '900' } },
    'THROTTLED',
  ],
]
const troubles: readonly [object, string][] = [
  [
    { status: 500, json: refusal('INTERNAL', 'Disk.') },
    'failed when asked to sign in with the password of the credentials default: Disk.',
  ],
  [
    { status: 429, json: refusal('THROTTLED', 'Slower.'), headers: { 'retry-after': '900' } },
    'is asked too often when asked to sign in with the password of the credentials default: Slower.',
  ],
  [
    { status: 201, text: '{', headers: { 'content-type': 'application/json' } },
    'cannot be understood when asked to sign in with the password of the credentials default: the answer (status 201) is not JSON',
  ],
  [{ status: 0, cut: true }, 'lost the connection before its answer was complete'],
]
test.each(troubles)(
  'trouble at the sign-in names the appliance, blames no password and says what to do',
  async (answer, said) => {
    const server = await sensor()
    server.script('signIn', answer as never)
    const failure = await failureOf(keep(driver().api.reader(target(server.origin))).observe())
    expect(failure.message).toBe(`${server.origin} ${said}`)
    expect(failure.advice).toMatch(/^(Run again|Check)/)
  },
)

test.each(signInAnswers)('%s at the sign-in is told apart, and asked once', async (_, answer, code) => {
  const server = await sensor()
  server.script('signIn', answer as never)
  expect((await failureOf(keep(driver().api.reader(target(server.origin))).observe())).code).toBe(code)
  expect(server.calls).toEqual(['signIn'])
})

const readAnswers: readonly [string, (read: Record<string, unknown>) => unknown, string][] = [
  ['another kind', (read) => ({ ...read, kind: 'toaster' }), 'ANSWER_MALFORMED'],
  ['a number for a text', (read) => ({ ...read, softwareVersion: 22 }), 'ANSWER_MALFORMED'],
  ['no settings', (read) => ({ ...read, settings: null }), 'ANSWER_MALFORMED'],
  ['nothing', () => null, 'ANSWER_MALFORMED'],
  ['another serial number than at the sign-in', (read) => ({ ...read, serialNumber: 'SN-9' }), 'IDENTITY_MISMATCH'],
]
test.each(readAnswers)('a read with %s is refused', async (_, change, code) => {
  const server = await sensor()
  server.script('readAppliance', { status: 200, json: change(server.read) })
  expect((await failureOf(keep(driver().api.reader(target(server.origin))).observe())).code).toBe(code)
})

test('a read with members that nobody knows yet is understood', async () => {
  const server = await sensor()
  server.read = { ...server.read, novelty: 1 }
  expect((await keep(driver().api.reader(target(server.origin))).observe()).live).toEqual(live)
})

test('another appliance than the known one is refused and left', async () => {
  const server = await sensor()
  const error = await failureOf(keep(driver().api.reader(target(server.origin, { identity: 'SN-7' }))).observe())
  expect([error.code, error.facts]).toEqual(['IDENTITY_MISMATCH', { identity: 'SN-1' }])
  expect(server.calls).toEqual(['signIn', 'signOut'])
})

test('the second address is tried with a known identity, and the first right one wins', async () => {
  const wrong = await sensor({ serialNumber: 'SN-9' })
  const right = await sensor({ host: '127.20.141.2' })
  const dead = 'https://127.20.141.9:1'
  const { api } = driver()
  const reader = keep(api.reader(target([dead, wrong.origin, right.origin], { identity: 'SN-1' })))
  expect((await reader.observe()).endpoint).toBe(right.origin)
  const nowhere = await failureOf(keep(api.reader(target([dead, wrong.origin], { identity: 'SN-1' }))).observe())
  expect(nowhere.code).toBe('IDENTITY_MISMATCH')
  expect(nowhere.message).toContain(`tried as well: ${dead} (UNREACHABLE)`)
})

test('a refused password is sent to no other address', async () => {
  const refusing = await sensor()
  const other = await sensor({ host: '127.20.141.2' })
  refusing.passwords = []
  const reader = keep(driver().api.reader(target([refusing.origin, other.origin], { identity: 'SN-1' })))
  expect((await failureOf(reader.observe())).code).toBe('CREDENTIALS_REFUSED')
  expect([refusing.calls, other.connections()]).toEqual([['signIn'], 0])
})

test('without a known identity or key no second address is tried', async () => {
  const authority = makeCertificate({ cn: 'CA', key: 'authority', ca: true })
  const certificate = makeCertificate({ cn: 'sensor.example', issuer: { identity: authority, cn: 'CA' } })
  const server = await sensor({ identity: certificate })
  const byName = { trust: [{ caFile: 'ca.pem', certificates: authority.cert }], serverName: 'sensor.example' }
  const { api } = driver()
  const endpoints = ['https://127.20.141.9:1', server.origin]
  expect((await failureOf(keep(api.reader(target(endpoints, byName))).observe())).code).toBe('UNREACHABLE')
  expect(server.connections()).toBe(0)
  const known = keep(api.reader(target(endpoints, { ...byName, knownPins: [certificate.pin] })))
  expect((await known.observe()).endpoint).toBe(server.origin)
})

test('nothing is sent to a peer that is not trusted', async () => {
  const server = await sensor()
  const error = await failureOf(keep(driver().api.reader(target(server.origin, { trust: [] }))).observe())
  expect(error.code).toBe('TLS_UNTRUSTED')
  expect(error.advice).toContain('sensorform trust')
  expect(server.calls).toEqual([])
})

test('an expired certificate of a known key is read with a warning', async () => {
  const server = await sensor({ identity: makeCertificate({ cn: 'sensor', from: -100, to: -1 }) })
  const { api } = driver({ clock: { ...driver().clock, now: Date.now } })
  const observation = await keep(api.reader(target(server.origin))).observe()
  expect(observation.served?.expired).toBe(true)
  expect(observation.warnings.map(({ code }) => code)).toEqual(['EXPIRED_CERTIFICATE_ACCEPTED'])
})

test('nothing is contacted before the first call, nor when the password is missing', async () => {
  const server = await sensor()
  driver().api.reader(target(server.origin))
  const missing = driver({ readSecret: () => Promise.reject(new TypeError('not there')) })
  await expect(keep(missing.api.reader(target(server.origin))).observe()).rejects.toThrow('not there')
  expect(server.connections()).toBe(0)
})

test('an aborted signal calls everything off, and close() still ends', async () => {
  const controller = new AbortController()
  const server = await sensor()
  server.script('readAppliance', () => {
    controller.abort()
    return { status: 503, json: refusal('REBOOTING') }
  })
  const reader = driver().api.reader(target(server.origin, { signal: controller.signal }))
  expect((await failureOf(reader.observe())).code).toBe('ABORTED')
  await reader.close()
  expect(server.calls).toEqual(['signIn', 'readAppliance', 'signOut'])
})

test('close() ends although the appliance no longer answers', async () => {
  const plain = await listenHttps(selfSigned, (_, response) => void response, { host: '127.20.141.9' })
  closing.push(plain)
  const reader = driver({ limits: { timeoutMs: 100 } }).api.reader(target(plain.origin))
  expect((await failureOf(reader.observe())).code).toBe('TIMEOUT')
  await reader.close()
  await reader.close()
})
