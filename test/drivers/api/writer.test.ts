/** Addresses: 127.20.142.1 and 127.20.142.2. */
import { afterEach, expect, test } from 'vitest'
import type { Guard, Write, WriteValue, Writer } from '../../../reconcile/driver.ts'
import { makeCertificate } from '../../transport/pki.ts'
import { job, refusal, startScriptedSensor, triple, type ScriptedSensor } from './scripted-sensor.ts'
import { driver, failureOf, target } from './support.ts'

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close()
})

async function open(options: Parameters<typeof driver>[0] = {}): Promise<{
  sensor: ScriptedSensor
  writer: Writer
  slept: number[]
}> {
  const sensor = await startScriptedSensor({ host: '127.20.142.1' })
  const { api, clock } = driver(options)
  const writer = api.writer(target(sensor.origin, { trustedCertificates: [next.sha256] }))
  closing.push(sensor, writer)
  return { sensor, writer, slept: clock.slept }
}

const next = makeCertificate({ cn: 'sensor', key: 'two', to: 7300 })
const guard: Guard = { fence: 7, revision: 'r1' }
const tag = { keyId: 'k', mac: 'm=' }
const values = (entries: Record<string, WriteValue>): ReadonlyMap<string, WriteValue> =>
  new Map(Object.entries(entries))
const set = (aspect: string, entries: Record<string, WriteValue>): Write => ({
  type: 'set',
  aspect,
  values: values(entries),
})
const certificate = values({
  'certificate.name': 'web',
  'certificate.certificate': { content: 'PEM' },
  'certificate.chain': { content: 'CHAIN' },
  'certificate.privateKey': { secret: 'canary-key', tag },
})
const action = 'forwarding.rules["to SIEM"].actions.siem'

interface Row {
  write: Write
  method: string
  path: string
  body: unknown
}
const rows: readonly (Row & { what: string })[] = [
  {
    what: 'time',
    write: set('time', { 'time.timezone': 'UTC', 'time.ntp.server': null }),
    method: 'PATCH',
    path: 'settings/time',
    body: { timezone: 'UTC', ntp: { server: null } },
  },
  {
    what: 'network with a secret',
    write: set('network', { 'network.dns': ['10.0.0.2'], 'network.proxy.password': { secret: 'canary', tag } }),
    method: 'PATCH',
    path: 'settings/network',
    body: { dns: ['10.0.0.2'], proxy: { password: { value: 'canary', tag } } },
  },
  {
    what: 'certificate validation',
    write: set('certificate', { 'certificate.validation': 'mandatory' }),
    method: 'PATCH',
    path: 'settings/certificate',
    body: { validation: 'mandatory' },
  },
  {
    what: 'backup target',
    write: set('backup', {
      'backup.target.smb.server': 'nas',
      'backup.target.smb.password': { secret: 'x', tag: null },
    }),
    method: 'PATCH',
    path: 'settings/backup',
    body: { target: { smb: { server: 'nas', password: { value: 'x', tag: null } } } },
  },
  {
    what: 'a rule with a whole action',
    write: set('forwarding', {
      'forwarding.rules["to SIEM"].protocols': ['MODBUS'],
      [`${action}.email.address`]: null,
      [`${action}.syslog.host`]: 's',
      [`${action}.syslog.port`]: 6514,
      [`${action}.syslog.format`]: 'cef',
      [`${action}.syslog.protocol`]: 'tls',
      [`${action}.syslog.tls.certificate`]: { content: 'PEM' },
      [`${action}.syslog.timezone`]: null,
    }),
    method: 'PATCH',
    path: 'settings/forwarding',
    body: {
      rules: {
        'to SIEM': {
          protocols: ['MODBUS'],
          actions: {
            siem: { syslog: { host: 's', port: 6514, format: 'cef', protocol: 'tls', tls: { certificate: 'PEM' } } },
          },
        },
      },
    },
  },
  {
    what: 'an action of which nothing is left',
    write: set('forwarding', { [`${action}.syslog.host`]: null, [`${action}.syslog.port`]: null }),
    method: 'PATCH',
    path: 'settings/forwarding',
    body: { rules: { 'to SIEM': { actions: { siem: null } } } },
  },
  {
    what: 'no rule any more',
    write: { type: 'removeRule', rule: 'to SIEM' },
    method: 'PATCH',
    path: 'settings/forwarding',
    body: { rules: { 'to SIEM': null } },
  },
  {
    what: 'a certificate',
    write: { type: 'importCertificate', values: certificate },
    method: 'POST',
    path: 'certificate',
    body: {
      name: 'web',
      certificate: 'PEM',
      chain: 'CHAIN',
      privateKey: 'canary-key',
      privateKeyTag: tag,
      passphrase: null,
      passphraseTag: null,
    },
  },
  {
    what: 'another address',
    write: { type: 'changeAddress', to: triple, guarded: true, confirmWithinSeconds: 120 },
    method: 'POST',
    path: 'network/change',
    body: { ...triple, confirmWithinSeconds: 120 },
  },
  {
    what: 'a confirmed address',
    write: { type: 'confirmAddress', id: 'c/1' },
    method: 'POST',
    path: 'network/change/c%2F1/confirm',
    body: undefined,
  },
]
test.each(rows)('writes $what in one call, as the contract says', async ({ write, method, path, body }) => {
  const { sensor, writer } = await open()
  await writer.write(write, guard)
  expect(sensor.calls).toHaveLength(2)
  const sent = sensor.recorded.at(-1)
  expect([sent?.method, sent?.path]).toEqual([method, `/api/settings/v1/${path}`])
  expect(sent?.body.length ? JSON.parse(sent.body.toString()) : undefined).toEqual(body)
  expect(sent?.headers['sensorform-fence']).toBe('7')
  expect(sent?.headers['if-match']).toBe(write.type === 'confirmAddress' ? undefined : '"r1"')
  expect(sensor.violations()).toEqual([])
})

test('a write gives the new revision', async () => {
  const { writer } = await open()
  expect(await writer.write(set('time', { 'time.timezone': 'UTC' }), guard)).toEqual({ revision: 'r2' })
})

test('an activation file is uploaded as it is, and its job waited for', async () => {
  const { sensor, writer, slept } = await open()
  sensor.script('readJob', ...Array.from({ length: 8 }, () => ({ status: 200, json: job('running') })))
  await writer.write({ type: 'activate', file: Buffer.from('zip bytes') }, guard)
  const upload = sensor.recorded.find(({ path }) => path.endsWith('/activation'))
  expect([upload?.headers['content-type'], upload?.body.toString()]).toEqual(['application/zip', 'zip bytes'])
  expect(sensor.calls.filter((call) => call === 'readJob')).toHaveLength(9)
  expect(slept).toEqual([200, 300, 450, 675, 1012.5, 1518.75, 2000, 2000, 2000])
  expect(sensor.violations()).toEqual([])
})

test('a job survives a reboot: lost connections, a throttle and a lost session', async () => {
  const { sensor, writer } = await open()
  sensor.script(
    'readJob',
    { status: 0, cut: true },
    { status: 503, json: refusal('REBOOTING') },
    { status: 429, json: refusal('THROTTLED') },
    () => {
      sensor.endSessions()
      return { status: 401, json: refusal('UNAUTHENTICATED') }
    },
  )
  await writer.write({ type: 'createBackup' }, { fence: 7 })
  expect(sensor.calls).toEqual([
    'signIn',
    'createBackup',
    'readJob',
    'readJob',
    'readJob',
    'readJob',
    'signIn',
    'readJob',
  ])
})

test('a job that never ends is given up at its deadline', async () => {
  const { sensor, writer } = await open({ jobTimeoutMs: 5000 })
  sensor.script('readJob', ...Array.from({ length: 50 }, () => ({ status: 200, json: job('running') })))
  expect((await failureOf(writer.write({ type: 'createBackup' }, guard))).code).toBe('TIMEOUT')
})

test('a job that the appliance forgot has an unknown outcome', async () => {
  const { sensor, writer } = await open()
  sensor.script('readJob', { status: 404, json: refusal('NOT_FOUND') })
  expect((await failureOf(writer.write({ type: 'createBackup' }, guard))).code).toBe('CONNECTION_LOST')
})

const reasons: readonly [string, string][] = [
  ['file', 'ACTIVATION_FILE_INVALID'],
  ['cloud', 'ACTIVATION_NO_CLOUD'],
  ['rejected', 'ACTIVATION_REJECTED'],
  ['clock', 'CLOCK_DRIFT'],
]
test.each(reasons)('an activation that fails because of %s is told apart', async (reason, code) => {
  const { sensor, writer } = await open()
  const { error } = refusal('ACTIVATION_REFUSED', 'Because.', { reason })
  sensor.script('readJob', { status: 200, json: job('failed', error) })
  const failure = await failureOf(writer.write({ type: 'activate', file: Buffer.from('x') }, guard))
  expect([failure.code, failure.message]).toEqual([code, `${sensor.origin} refused to activate: Because.`])
  // What to do about it is the engine's to say: it knows what was tried before.
  expect(failure.advice).toBe(undefined)
})

const refusals: readonly [number, string, string][] = [
  [400, 'INVALID', 'REFUSED'],
  [404, 'NOT_FOUND', 'REFUSED'],
  [409, 'FENCE_STALE', 'LEASE_LOST'],
  [423, 'LEASE_REQUIRED', 'LEASE_LOST'],
  [409, 'BUSY', 'BUSY'],
  [412, 'REVISION_CONFLICT', 'REVISION_CONFLICT'],
  [422, 'CERTIFICATE_REFUSED', 'CERTIFICATE_REFUSED'],
  [422, 'TARGET_FAILED', 'BACKUP_FAILED'],
  [422, 'RESTORE_FAILED', 'RESTORE_FAILED'],
  [422, 'NOT_SUPPORTED', 'NOT_SUPPORTED'],
  [500, 'INTERNAL', 'SERVER_ERROR'],
]
test.each(refusals)('status %i %s is %s, and asked once', async (status, wireCode, code) => {
  const { sensor, writer } = await open()
  const hostile = `No: \u001b[31mcanary-key\n${'x'.repeat(500)}`
  sensor.script('importCertificate', { status, json: refusal(wireCode, hostile) })
  const failure = await failureOf(writer.write({ type: 'importCertificate', values: certificate }, guard))
  expect([failure.code, failure.facts['wireCode']]).toEqual([code, wireCode])
  expect(failure.message).not.toContain('canary-key')
  expect(failure.message).not.toMatch(/\p{Cc}/u)
  expect(failure.message.length).toBeLessThan(300)
  expect(sensor.calls).toEqual(['signIn', 'importCertificate'])
})

test('a refusal that the appliance words itself says what to do about it', async () => {
  const { sensor, writer } = await open()
  sensor.script('writeTime', { status: 400, json: refusal('INVALID', 'The time zone is closed.') })
  const failure = await failureOf(writer.write(set('time', { 'time.timezone': 'UTC' }), guard))
  expect(failure.advice).toBe('Correct what it says is wrong, in the documents or on the appliance, then run again.')
})

test('a write is repeated after 429 and 503, which did nothing, and as long as asked', async () => {
  const { sensor, writer, slept } = await open()
  sensor.script(
    'writeTime',
    { status: 429, json: refusal('THROTTLED'), headers: { 'retry-after': '3' } },
    { status: 503, json: refusal('REBOOTING') },
  )
  await writer.write(set('time', { 'time.timezone': 'UTC' }), guard)
  expect(sensor.calls).toEqual(['signIn', 'writeTime', 'writeTime', 'writeTime'])
  expect(slept).toEqual([3000, 500])
})

test('a write whose session had ended is made once more', async () => {
  const { sensor, writer } = await open()
  await writer.observe()
  sensor.endSessions()
  await writer.write(set('time', { 'time.timezone': 'UTC' }), guard)
  expect(sensor.calls).toEqual(['signIn', 'readAppliance', 'writeTime', 'signIn', 'writeTime'])
})

test('a write whose connection was lost is not repeated', async () => {
  const { sensor, writer } = await open()
  sensor.script('writeTime', { status: 0, cut: true })
  const failure = await failureOf(writer.write(set('time', { 'time.timezone': 'UTC' }), guard))
  expect(failure.code).toBe('CONNECTION_LOST')
  expect(sensor.calls).toEqual(['signIn', 'writeTime'])
})

const moves: readonly [string, object, string][] = [
  ['a lost connection', { status: 0, cut: true }, 'CONNECTION_LOST'],
  ['a throttle', { status: 429, json: refusal('THROTTLED') }, 'THROTTLED'],
  ['a reboot', { status: 503, json: refusal('REBOOTING') }, 'REBOOTING'],
]
test.each(moves)('a change of address is sent once, also after %s', async (_, answer, code) => {
  const { sensor, writer } = await open()
  sensor.script('changeAddress', answer as never)
  const move: Write = { type: 'changeAddress', to: triple, guarded: true, confirmWithinSeconds: 60 }
  expect((await failureOf(writer.write(move, guard))).code).toBe(code)
  expect(sensor.calls).toEqual(['signIn', 'changeAddress'])
})

test('after an import the next request sees the new certificate, in the same session', async () => {
  const { sensor, writer } = await open()
  sensor.script('importCertificate', () => {
    sensor.setIdentity(next)
    return { status: 200, json: { revision: 'r2' } }
  })
  expect((await writer.observe()).served?.pin).toBe(sensor.identity.pin)
  await writer.write({ type: 'importCertificate', values: certificate }, guard)
  expect((await writer.observe()).served?.sha256).toBe(next.sha256)
  expect(sensor.calls).toEqual(['signIn', 'readAppliance', 'importCertificate', 'readAppliance'])
})

test('the lease is taken, renewed and given back', async () => {
  const { sensor, writer } = await open()
  const intent = { run: 'r', step: 's', tool: 't', startedAt: '2030-01-01T00:00:00Z', data: {} }
  expect(await writer.lease?.({ holder: 'h', ttlSeconds: 60, intent })).toEqual({
    fence: 7,
    remainingSeconds: 60,
    revision: 'r1',
    revisionBefore: 'r0',
  })
  sensor.script('lease', { status: 0, cut: true })
  await writer.lease?.({ holder: 'h', ttlSeconds: 60, fence: 7 })
  await writer.release?.(7, { clearIntent: true })
  await writer.close()
  expect(
    sensor.recorded
      .map(({ method, path, body }) => [method, path, body.toString() && JSON.parse(body.toString())])
      .slice(1),
  ).toEqual([
    ['PUT', '/api/settings/v1/lease', { holder: 'h', ttlSeconds: 60, intent }],
    ['PUT', '/api/settings/v1/lease', { holder: 'h', ttlSeconds: 60, fence: 7 }],
    ['DELETE', '/api/settings/v1/session?intent=clear', ''],
  ])
  expect(sensor.recorded.at(-1)?.headers['sensorform-fence']).toBe('7')
  expect(sensor.violations()).toEqual([])
})

const unsure = [
  ['is refused', { status: 500, json: refusal('INTERNAL') }, ['signIn', 'lease', 'signOut', 'releaseLease', 'signOut']],
  ['is lost', { status: 0, cut: true }, ['signIn', 'lease', 'signOut', 'releaseLease', 'signOut']],
  [
    'is that the session has ended',
    { status: 401, json: refusal('UNAUTHENTICATED') },
    ['signIn', 'lease', 'signOut', 'releaseLease', 'signOut'],
  ],
] as const
test.each(unsure)('a lease is given back alone where the answer to the sign-out %s', async (_, answer, asked) => {
  const { sensor, writer } = await open()
  await writer.lease?.({ holder: 'h', ttlSeconds: 60 })
  sensor.script('signOut', answer)
  await writer.release?.(7, { clearIntent: false })
  await writer.close()
  expect(sensor.calls).toEqual(asked)
})

test('after a lease was given back another session is begun where more is asked', async () => {
  const { sensor, writer } = await open()
  await writer.lease?.({ holder: 'h', ttlSeconds: 60 })
  await writer.release?.(7, { clearIntent: false })
  await writer.observe()
  await writer.close()
  expect(sensor.calls).toEqual(['signIn', 'lease', 'signOut', 'signIn', 'readAppliance', 'signOut'])
})

test('a lease whose answer is lost is asked for again', async () => {
  const { sensor, writer } = await open()
  sensor.script('lease', { status: 0, cut: true })
  expect((await writer.lease?.({ holder: 'h', ttlSeconds: 60 }))?.fence).toBe(7)
  expect(sensor.calls).toEqual(['signIn', 'lease', 'lease'])
})

test('a held lease tells by whom and for how long', async () => {
  const { sensor, writer } = await open()
  sensor.script('lease', {
    status: 409,
    json: refusal('LEASE_HELD', 'Held.', { holder: 'run-2 on ci', remainingSeconds: 41 }),
  })
  const failure = await failureOf(writer.lease!({ holder: 'h', ttlSeconds: 60 }))
  expect([failure.code, failure.facts]).toEqual([
    'LEASE_HELD',
    { status: 409, wireCode: 'LEASE_HELD', holder: 'run-2 on ci', remainingSeconds: 41 },
  ])
})

test('giving the lease back never throws', async () => {
  const { sensor, writer } = await open()
  sensor.script('signIn', { status: 403, json: refusal('ACCOUNT_LOCKED') })
  await writer.release?.(7, { clearIntent: false })
  expect(sensor.calls).toEqual(['signIn'])
})

test('an answer to a write that cannot be understood leaves its outcome unknown', async () => {
  const { sensor, writer } = await open()
  sensor.script('writeTime', { status: 200, json: { revision: 5 } })
  expect((await failureOf(writer.write(set('time', { 'time.timezone': 'UTC' }), guard))).code).toBe('ANSWER_MALFORMED')
})

test('an aspect that the API does not write is a fault of the caller', async () => {
  const { sensor, writer } = await open()
  await expect(writer.write(set('name', { name: 'x' }), guard)).rejects.toThrow(TypeError)
  expect(sensor.calls).toEqual([])
})
