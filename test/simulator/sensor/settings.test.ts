// Addresses: 127.20.102.x.
import { describe, expect, test } from 'vitest'
import type { Audit, Written } from '../../../schemas/generated/wire.ts'
import { refusalOf, startOne, type Client } from './start.ts'

const tag = { keyId: 'key-1', mac: 'bWFj' }
const canary = 'canary-of-a-password'
let host = 0
async function leased(): Promise<Awaited<ReturnType<typeof startOne>>> {
  const one = await startOne(`127.20.102.${++host}`)
  await one.client.lease()
  return one
}

const audited = async (client: Client) => ((await client.call('readAudit')).body as Audit).entries

test('a write changes its fields, keeps the others, and gives the revision of the next read', async () => {
  const { client } = await leased()
  const before = await client.read()
  const body = { timezone: 'America/New_York', ntp: { enabled: true, server: '10.0.0.9' } }
  const { revision } = (await client.call('writeTime', { body })).body as Written
  const after = await client.read()
  expect(after.revision).toBe(revision)
  expect(after.revision).not.toBe(before.revision)
  expect(after.settings).toEqual({
    ...before.settings,
    time: {
      timezone: 'America/New_York',
      dateFormat: 'dd/MM/yyyy HH:mm:ss',
      ntp: { enabled: true, server: '10.0.0.9' },
    },
  })
})

test('the same write again changes nothing: neither revision nor audit', async () => {
  const { client } = await leased()
  const write = () => client.call('writeNetwork', { body: { dns: ['10.0.0.53'] } })
  const first = (await write()).body
  const entries = await audited(client)
  expect((await write()).body).toEqual(first)
  expect(await audited(client)).toEqual(entries)
})

test('null unsets a field and a whole group', async () => {
  const { client } = await leased()
  const proxy = { enabled: true, host: 'proxy.example', port: 3128, password: { value: canary, tag } }
  await client.call('writeNetwork', { body: { dns: ['10.0.0.53'], proxy } })
  await client.call('writeNetwork', { body: { dns: null, proxy: null } })
  const { network } = (await client.read()).settings
  expect([network.dns, network.proxy]).toEqual([
    null,
    { enabled: null, host: null, port: null, username: null, password: null },
  ])
})

describe('secrets', () => {
  test('are read as set with their tag, and are returned nowhere', async () => {
    const { simulator, client } = await leased()
    await client.call('writeNetwork', { body: { proxy: { password: { value: canary, tag } } } })
    const read = await client.read()
    expect(read.settings.network.proxy.password).toEqual({ set: true, tag })
    const all = [read, await audited(client), simulator.appliances, simulator.requests()]
    expect(JSON.stringify(all)).not.toContain(canary)
  })

  test('lose their tag when a person sets them in the console, even to the same value', async () => {
    const { simulator, client } = await leased()
    await client.call('writeNetwork', { body: { proxy: { password: { value: canary, tag } } } })
    const before = await client.read()
    await simulator
      .appliance('line-1')
      .changeInConsole('anna', 'network', { proxy: { password: { value: canary, tag } } })
    const after = await client.read()
    expect(after.settings.network.proxy.password).toEqual({ set: true, tag: null })
    expect(after.revision).not.toBe(before.revision)
  })

  test('make a new revision when their value changes and their tag does not', async () => {
    const { client } = await leased()
    const write = (value: string) => client.call('writeNetwork', { body: { proxy: { password: { value, tag } } } })
    expect((await write('one')).body).not.toEqual((await write('two')).body)
  })
})

test('a change in the console is audited with its user, source, path and values', async () => {
  const { simulator, client } = await leased()
  await simulator.appliance('line-1').changeInConsole('anna', 'time', { timezone: 'Asia/Tokyo' })
  const at = expect.any(String) as string
  expect(await audited(client)).toEqual([
    {
      at,
      user: 'anna',
      from: '127.0.0.1 (console)',
      action: 'set',
      path: 'time.timezone',
      before: 'UTC',
      after: 'Asia/Tokyo',
    },
  ])
})

test('the audit trail can be read from a time on', async () => {
  const { simulator, client } = await leased()
  await simulator.appliance('line-1').changeInConsole('anna', 'time', { timezone: 'Asia/Tokyo' })
  simulator.advanceClock(60)
  const since = new Date(simulator.appliance('line-1').nowMs() - 30_000).toISOString()
  expect((await client.call('readAudit', { query: `?since=${since}` })).body).toEqual({ entries: [] })
  expect(refusalOf(await client.call('readAudit', { query: '?since=yesterday' }))).toEqual([400, 'INVALID'])
})

const tlsText = { host: '10.0.0.1', port: 514, format: 'text', protocol: 'tls' }

describe('what is refused', () => {
  test.each([
    ['an address beside the guarded change', 'writeNetwork', { address: '127.20.102.99' }],
    ['a certificate beside the import', 'writeCertificate', { certificate: 'PEM' }],
    ['an unknown field', 'writeTime', { zone: 'UTC' }],
    ['a time zone that does not exist', 'writeTime', { timezone: 'Europe/Atlantis' }],
    [
      'an action of two kinds',
      'writeForwarding',
      { rules: { ops: { actions: { a: { email: { address: 'a@b.example' }, syslog: tlsText } } } } },
    ],
    ['TLS for a text message', 'writeForwarding', { rules: { ops: { actions: { a: { syslog: tlsText } } } } }],
    [
      'a syslog action without a port',
      'writeForwarding',
      { rules: { ops: { actions: { a: { syslog: { host: '10.0.0.1' } } } } } },
    ],
  ])('%s', async (_, id, body) => {
    const { client } = await leased()
    const before = await client.read()
    expect(refusalOf(await client.call(id, { body }))).toEqual([400, 'INVALID'])
    expect((await client.read()).revision).toBe(before.revision)
  })
})

const syslog = (timezone?: string) => ({
  syslog: { host: '10.0.0.1', port: 514, format: 'cef', protocol: 'udp', timezone },
})

test('rules are written by name: others stay, an action is replaced whole, null removes', async () => {
  const { client } = await leased()
  const write = (rules: unknown) => client.call('writeForwarding', { body: { rules } })
  await write({
    value: { minimumSeverity: 'Minor' },
    ops: { protocols: 'any', actions: { siem: syslog('UTC'), more: syslog() } },
  })
  await write({ value: null, ops: { engines: ['Malware'], actions: { siem: syslog() } } })
  const action = { email: null, netwitness: null, syslog: { ...syslog().syslog, tls: null, timezone: null } }
  expect((await client.read()).settings.forwarding.rules).toEqual({
    ops: { minimumSeverity: null, protocols: 'any', engines: ['Malware'], actions: { siem: action, more: action } },
  })
})

test('the console shows the time in its zone and each of the three formats', async () => {
  const { simulator, client } = await leased()
  const shown: string[] = []
  simulator.setClock('2026-03-05T23:07:09Z')
  for (const dateFormat of ['dd/MM/yyyy HH:mm:ss', 'MM/dd/yyyy HH:mm:ss', 'yyyy/MM/dd HH:mm:ss']) {
    await client.call('writeTime', { body: { timezone: 'Europe/Berlin', dateFormat } })
    shown.push((await client.read()).clock.displayed.slice(0, 16))
  }
  expect(shown).toEqual(['06/03/2026 00:07', '03/06/2026 00:07', '2026/03/06 00:07'])
})
