// Addresses: 127.20.105.x and 127.20.106.x.
import { expect, test } from 'vitest'
import type { Audit, PendingNetworkChange } from '../../../schemas/generated/wire.ts'
import { refusalOf, send, sensorAt, signIn, start, startOne, type Client } from './start.ts'

const to = (address: string, confirmWithinSeconds = 60) => ({
  body: { address, subnetMask: '255.255.255.0', gateway: '127.20.105.254', confirmWithinSeconds },
})
const answers = (endpoint: string): Promise<boolean> =>
  send(endpoint, 'GET', '/').then(
    () => true,
    () => false,
  )

async function move(client: Client, address: string): Promise<PendingNetworkChange> {
  const reply = await client.call('changeAddress', to(address))
  expect(reply.status).toBe(202)
  return reply.body as PendingNetworkChange
}

test('the sensor really moves, every session ends, and a new session confirms', async () => {
  const { simulator, endpoint, client } = await startOne('127.20.105.1')
  await client.lease()
  const { id, from, to: target } = await move(client, '127.20.105.2')
  expect([from.address, target.address]).toEqual(['127.20.105.1', '127.20.105.2'])
  const moved = endpoint.replace('105.1', '105.2')
  await expect.poll(() => answers(moved)).toBe(true)
  expect(await answers(endpoint)).toBe(false)
  expect(simulator.appliances.map((one) => one.endpoint)).toEqual([moved])
  const anew = await signIn(moved)
  expect((await anew.read()).pending.networkChange?.id).toBe(id)
  await anew.lease()
  await anew.call('confirmAddress', { params: { id } })
  simulator.advanceClock(3600)
  const later = await signIn(moved)
  const { settings, pending } = await later.read()
  expect([settings.network.address, pending.networkChange]).toEqual(['127.20.105.2', null])
})

test('an unconfirmed change reverts at its deadline, and the trail says so', async () => {
  const { simulator, endpoint, client } = await startOne('127.20.105.11')
  await client.lease()
  await move(client, '127.20.105.12')
  await expect.poll(() => answers(endpoint)).toBe(false)
  simulator.advanceClock(59)
  expect(await answers(endpoint)).toBe(false)
  simulator.advanceClock(2)
  await expect.poll(() => answers(endpoint)).toBe(true)
  const anew = await signIn(endpoint)
  const { settings, pending } = await anew.read()
  expect([settings.network.address, pending.networkChange]).toEqual(['127.20.105.11', null])
  const { entries } = (await anew.call('readAudit')).body as Audit
  expect(entries.find(({ path }) => path === 'network.address')).toMatchObject({
    user: 'system',
    before: '127.20.105.12',
    after: '127.20.105.11',
  })
})

test('an address that another host has: nobody there, and the sensor is back at its deadline', async () => {
  const { simulator, endpoint, client } = await startOne('127.20.105.21')
  simulator.addFault({ kind: 'addressTaken', nth: 1 })
  await client.lease()
  await move(client, '127.20.105.22')
  await expect.poll(() => answers(endpoint)).toBe(false)
  expect(await answers(endpoint.replace('105.21', '105.22'))).toBe(false)
  simulator.advanceClock(61)
  await expect.poll(() => answers(endpoint)).toBe(true)
})

test('an address that another sensor really has: that one answers there', async () => {
  const simulator = await start({ appliances: [sensorAt('127.20.105.31')] })
  const { endpoint } = simulator.appliances[0] ?? { endpoint: '' }
  const port = Number(new URL(endpoint).port)
  const other = await start({ appliances: [sensorAt('127.20.105.32', { key: 'line-2', port })] })
  const client = await signIn(endpoint)
  await client.lease()
  await move(client, '127.20.105.32')
  await expect.poll(() => answers(endpoint)).toBe(false)
  const neighbour = await signIn(other.appliances[0]?.endpoint ?? '')
  expect((await neighbour.read()).serialNumber).toBe(other.appliances[0]?.serialNumber)
  simulator.advanceClock(61)
  await expect.poll(() => answers(endpoint)).toBe(true)
})

test('mask and gateway alone: the sensor stays, its sessions end', async () => {
  const { endpoint, client } = await startOne('127.20.105.41')
  await client.lease()
  await move(client, '127.20.105.41')
  await expect.poll(async () => refusalOf(await client.call('readAppliance'))).toEqual([401, 'UNAUTHENTICATED'])
  expect((await (await signIn(endpoint)).read()).settings.network.gateway).toBe('127.20.105.254')
})

test.each([
  ['a gateway outside the subnet', { address: '127.20.106.5', gateway: '127.20.99.1' }, [400, 'INVALID']],
  ['the broadcast address', { address: '127.20.105.255', gateway: '127.20.105.254' }, [400, 'INVALID']],
  ['an address that is no loopback', { address: '10.0.0.5', gateway: '10.0.0.1' }, [422, 'NOT_SUPPORTED']],
])('%s is refused', async (_, part, refusal) => {
  const { client } = await startOne('127.20.106.1')
  await client.lease()
  const body = { subnetMask: '255.255.255.0', confirmWithinSeconds: 60, ...part }
  expect(refusalOf(await client.call('changeAddress', { body }))).toEqual(refusal)
})

test('one change at a time', async () => {
  const { endpoint, client } = await startOne('127.20.106.11')
  await client.lease()
  const there = {
    body: {
      address: '127.20.106.12',
      subnetMask: '255.255.255.0',
      gateway: '127.20.106.254',
      confirmWithinSeconds: 60,
    },
  }
  await client.call('changeAddress', there)
  const moved = endpoint.replace('106.11', '106.12')
  await expect.poll(() => answers(moved)).toBe(true)
  const anew = await signIn(moved)
  await anew.lease()
  expect(refusalOf(await anew.call('changeAddress', there))).toEqual([409, 'BUSY'])
})
