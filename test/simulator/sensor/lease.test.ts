// Addresses: 127.20.103.x.
import { expect, test } from 'vitest'
import { refusalOf, signIn, startOne } from './start.ts'

const intent = {
  run: 'run-1',
  step: 'line-1/activate',
  tool: 'test',
  startedAt: '2026-01-01T00:00:00Z',
  data: { old: 'a' },
}
const write = { body: { timezone: 'Asia/Tokyo' } }

test('another run is told who holds the lease and for how long', async () => {
  const { endpoint, client } = await startOne('127.20.103.1')
  await client.lease({ ttlSeconds: 30 })
  const other = await signIn(endpoint)
  const reply = await other.call('lease', { body: { holder: 'run-2', ttlSeconds: 60 } })
  const { details } = (reply.body as { error: { details: { holder: string; remainingSeconds: number } } }).error
  expect([reply.status, details.holder]).toEqual([409, 'run-1'])
  expect(details.remainingSeconds).toBeGreaterThan(29)
  expect(details.remainingSeconds).toBeLessThanOrEqual(30)
})

test('a run that lost its lease writes nothing more, and cannot renew', async () => {
  const { simulator, endpoint, client } = await startOne('127.20.103.2')
  const { fence } = await client.lease()
  simulator.advanceClock(61)
  const other = await signIn(endpoint)
  expect((await other.lease({ holder: 'run-2' })).fence).toBe(fence + 1)
  expect(refusalOf(await client.call('writeTime', write))).toEqual([409, 'FENCE_STALE'])
  expect(refusalOf(await client.call('lease', { body: { holder: 'run-1', ttlSeconds: 60, fence } }))).toEqual([
    409,
    'FENCE_STALE',
  ])
  expect((await other.call('writeTime', write)).status).toBe(200)
})

test('a renewal keeps the fence and counts anew', async () => {
  const { simulator, client } = await startOne('127.20.103.3')
  const { fence } = await client.lease()
  simulator.advanceClock(50)
  expect((await client.lease({ fence })).fence).toBe(fence)
  simulator.advanceClock(50)
  expect((await client.call('writeTime', write)).status).toBe(200)
})

test('setting the clock of the sensor does not touch the lease', async () => {
  const { simulator, client } = await startOne('127.20.103.4')
  await client.lease()
  simulator.addFault({ kind: 'clockSkew', seconds: 200 })
  expect((await client.call('writeTime', write)).status).toBe(200)
})

test('the intent is kept, replaced and cleared with the lease, and is part of the read', async () => {
  const { client } = await startOne('127.20.103.5')
  const { revision } = await client.read()
  const first = await client.lease({ intent })
  expect(first.revisionBefore).toBe(revision)
  const read = await client.read()
  expect([read.intent, read.revision]).toEqual([intent, first.revision])
  const kept = await client.lease({ fence: first.fence })
  expect(kept.revision).toBe(first.revision)
  await client.call('releaseLease')
  expect((await client.read()).intent).toEqual(intent)
  const again = await client.lease()
  expect(again.fence).toBe(first.fence + 1)
  await client.call('releaseLease', { query: '?intent=clear' })
  const { lease, intent: cleared } = await client.read()
  expect([lease, cleared]).toEqual([null, null])
})

test('an intent of more than 16 KiB is refused', async () => {
  const { client } = await startOne('127.20.103.6')
  const big = { ...intent, data: { text: 'x'.repeat(17_000) } }
  expect(refusalOf(await client.call('lease', { body: { holder: 'run-1', ttlSeconds: 60, intent: big } }))).toEqual([
    400,
    'INVALID',
  ])
})

test('with its fence, signing out gives the lease back, and the intent where that is asked for', async () => {
  const { endpoint, client } = await startOne('127.20.103.9')
  const { fence } = await client.lease({ intent })
  const leaves = async (who: typeof client, query: string, header?: number) => {
    const headers = header === undefined ? {} : { 'sensorform-fence': String(header) }
    expect((await who.call('signOut', { query, headers })).status).toBe(204)
    const { lease: held, intent: kept } = await (await signIn(endpoint)).read()
    return [held?.fence ?? null, kept]
  }
  expect(await leaves(await signIn(endpoint), '?intent=clear')).toEqual([fence, intent])
  expect(await leaves(await signIn(endpoint), '?intent=clear', 99)).toEqual([fence, intent])
  expect(await leaves(client, '', fence)).toEqual([null, intent])
  const other = await signIn(endpoint)
  const { fence: next } = await other.lease()
  expect(await leaves(other, '?intent=clear', next)).toEqual([null, null])
})

test('at another revision the lease is refused, and nothing is changed', async () => {
  const { client } = await startOne('127.20.103.10')
  const before = await client.read()
  const asked = { body: { holder: 'run-1', ttlSeconds: 60, intent } }
  const reply = await client.call('lease', { ...asked, headers: { 'if-match': '"another"' } })
  expect(refusalOf(reply)).toEqual([412, 'REVISION_CONFLICT'])
  const { lease: held, intent: kept, revision } = await client.read()
  expect([held, kept, revision]).toEqual([null, null, before.revision])
  expect((await client.call('lease', { ...asked, headers: { 'if-match': `"${revision}"` } })).status).toBe(200)
})

test('releasing an unknown fence is success and releases nothing', async () => {
  const { client } = await startOne('127.20.103.7')
  const { fence } = await client.lease()
  expect((await client.call('releaseLease', { headers: { 'sensorform-fence': '99' } })).status).toBe(204)
  expect((await client.read()).lease?.fence).toBe(fence)
})
