// Addresses: 127.20.100.x.
import { expect, test } from 'vitest'
import { admin, call, refusalOf, send, signIn, startOne } from './start.ts'

const wrong = { username: 'admin', password: 'wrong' }

test('the documented credential check answers with the documented texts and opens no session', async () => {
  const { endpoint } = await startOne('127.20.100.1')
  const right = await call(endpoint, 'checkCredentials', { body: admin })
  expect([right.status, right.body]).toEqual([200, { msg: 'Authentication succeeded.' }])
  const refused = await call(endpoint, 'checkCredentials', { body: wrong })
  expect(refused.status).toBe(401)
  expect(Object.keys(refused.body as object)).toEqual(['error'])
})

test('a session ends after 300 idle seconds on the clock of the sensor, and not before', async () => {
  const { simulator, client } = await startOne('127.20.100.2')
  simulator.advanceClock(299)
  expect((await client.call('readAppliance')).status).toBe(200)
  simulator.advanceClock(299)
  expect((await client.call('readAppliance')).status).toBe(200)
  simulator.advanceClock(301)
  expect(refusalOf(await client.call('readAppliance'))).toEqual([401, 'UNAUTHENTICATED'])
})

test('a session also ends when only the clock of the sensor jumps', async () => {
  const { simulator, client } = await startOne('127.20.100.3')
  simulator.addFault({ kind: 'clockSkew', seconds: 400 })
  expect(refusalOf(await client.call('readAppliance'))).toEqual([401, 'UNAUTHENTICATED'])
})

test('signing out ends the session', async () => {
  const { client } = await startOne('127.20.100.4')
  expect((await client.call('signOut')).status).toBe(204)
  expect(refusalOf(await client.call('readAppliance'))).toEqual([401, 'UNAUTHENTICATED'])
})

test('five refusals in a row lock the account for 300 seconds, also for the right password', async () => {
  const { simulator, endpoint } = await startOne('127.20.100.5')
  for (let count = 0; count < 5; count++) {
    expect(refusalOf(await call(endpoint, 'signIn', { body: wrong }))).toEqual([401, 'CREDENTIALS_REFUSED'])
  }
  expect(refusalOf(await call(endpoint, 'signIn', { body: admin }))).toEqual([403, 'ACCOUNT_LOCKED'])
  simulator.advanceClock(301)
  expect((await call(endpoint, 'signIn', { body: admin })).status).toBe(201)
})

test('a right password in between starts the count anew', async () => {
  const { endpoint } = await startOne('127.20.100.6')
  for (const body of [wrong, wrong, wrong, wrong, admin, wrong, wrong, wrong, wrong])
    await call(endpoint, 'signIn', { body })
  expect((await call(endpoint, 'signIn', { body: admin })).status).toBe(201)
})

test('too many requests are refused with Retry-After, and taken again later', async () => {
  const { simulator, endpoint } = await startOne('127.20.100.7', {}, { tuning: { requestsPerSecond: 2 } })
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => call(endpoint, 'checkCredentials', { body: admin })),
  )
  const refused = replies.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.map(({ headers }) => headers['retry-after'])).toEqual(refused.map(() => '1'))
  simulator.advanceClock(10)
  expect((await call(endpoint, 'checkCredentials', { body: admin })).status).toBe(200)
})

test('what is no operation is 404 with the envelope', async () => {
  const { endpoint } = await startOne('127.20.100.8')
  const reply = await send(endpoint, 'GET', '/api/settings/v1/nothing')
  expect(refusalOf(reply)).toEqual([404, 'NOT_FOUND'])
})

test('a password that was changed in the console counts at once', async () => {
  const { simulator, endpoint } = await startOne('127.20.100.9')
  simulator.appliance('line-1').setPassword('admin', 'new one')
  expect(refusalOf(await call(endpoint, 'signIn', { body: admin }))).toEqual([401, 'CREDENTIALS_REFUSED'])
  await signIn(endpoint, { username: 'admin', password: 'new one' })
})
