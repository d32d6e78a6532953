// Addresses: 127.20.114.x.
import { expect, test } from 'vitest'
import { admin, call, refusalOf, signIn, startOne } from './start.ts'

const sensorSettings = '/var/cyberx/components/xsense-web/cyberx_web/settings.py'
const body = (file: string, key: string, value: string | null) => ({ body: { files: { [file]: { [key]: value } } } })
const authentication = 'authentication.properties'

let host = 0
async function leased() {
  const one = await startOne(`127.20.114.${++host}`)
  await one.client.lease()
  return one
}

test('lines are written one by one and read back, and null removes one', async () => {
  const { client } = await leased()
  const files = async () => (await client.read()).settings.systemProperties.files
  await client.call('writeSystemProperties', body('horizon_parser/horizon.properties', 'horizon.processor.filter', ''))
  await client.call('writeSystemProperties', body(authentication, 'crl_retries', '3'))
  await client.call('writeSystemProperties', body(authentication, 'my.own', 'a=b'))
  expect(await files()).toEqual({
    'horizon_parser/horizon.properties': { 'horizon.processor.filter': '' },
    [authentication]: { crl_retries: '3', 'my.own': 'a=b' },
  })
  await client.call('writeSystemProperties', body(authentication, 'crl_retries', null))
  expect(await files()).toMatchObject({ [authentication]: { 'my.own': 'a=b' } })
})

test.each([
  [
    'a number that is none',
    authentication,
    'crl_retries',
    'many',
    'crl_retries of authentication.properties must be a whole number.',
  ],
  ['neither true nor false', authentication, 'infinity_session_expiration', 'no', 'must be true or false'],
  ['a secret', authentication, 'cm_auth_token', 'CANARY', 'is a secret and cannot be written here'],
  ['a file outside', '../../etc/passwd', 'a', 'b', 'Invalid key in record'],
  ['a key with an equals sign', authentication, 'a=b', 'c', 'Invalid key in record'],
  ['a value of two lines', authentication, 'a', 'b\ncm_auth_token=c', 'is more than one line'],
])('%s is refused, and nothing is written', async (_, file, key, value, sentence) => {
  const { client } = await leased()
  const answer = await client.call('writeSystemProperties', body(file, key, value))
  expect(refusalOf(answer)).toEqual([400, 'INVALID'])
  expect(JSON.stringify(answer.body)).toContain(sentence)
  expect(JSON.stringify(answer.body)).not.toContain('CANARY')
  expect((await client.read()).settings.systemProperties).toEqual({ files: {} })
})

test('a secret that is there already is never told', async () => {
  const settings = { systemProperties: { files: { [authentication]: { cm_auth_token: 'CANARY', crl_retries: '3' } } } }
  const { client } = await startOne(`127.20.114.${++host}`, { settings })
  const read = await client.read()
  expect(read.settings.systemProperties.files).toEqual({ [authentication]: { crl_retries: '3' } })
  expect(JSON.stringify(read)).not.toContain('CANARY')
})

test('session time-outs are what the properties say, and infinity_session_expiration=false turns them off', async () => {
  const { simulator, client, endpoint } = await leased()
  await client.call('writeSystemProperties', body(authentication, 'session_expiration_default_seconds', '60'))
  simulator.advanceClock(61)
  expect(refusalOf(await client.call('readAppliance'))).toEqual([401, 'UNAUTHENTICATED'])
  const later = await signIn(endpoint)
  await later.lease()
  expect((await call(endpoint, 'signIn', { body: admin })).body).toMatchObject({ idleSeconds: 60 })
  await later.call('writeSystemProperties', body(authentication, 'infinity_session_expiration', 'false'))
  simulator.advanceClock(86_400 * 7)
  expect((await later.call('readAppliance')).status).toBe(200)
  expect((await call(endpoint, 'signIn', { body: admin })).body).toMatchObject({ idleSeconds: 86_400 })
})

test('after settings.py the processes restart, which ends all sessions; MAX_FAILED_LOGINS refusals lock', async () => {
  const { client, endpoint } = await leased()
  const written = await client.call('writeSystemProperties', body(sensorSettings, 'MAX_FAILED_LOGINS', '2'))
  expect(written.status).toBe(200)
  expect(refusalOf(await client.call('readAppliance'))).toEqual([401, 'UNAUTHENTICATED'])
  const wrong = { ...admin, password: 'wrong' }
  for (const _ of [1, 2]) await call(endpoint, 'signIn', { body: wrong })
  expect(refusalOf(await call(endpoint, 'signIn', { body: admin }))).toEqual([403, 'ACCOUNT_LOCKED'])
})
