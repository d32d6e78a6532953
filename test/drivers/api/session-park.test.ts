/** Who looks and comes back in the same run signs in once. Addresses: 127.20.146.1 to 127.20.146.9. */
import { afterEach, expect, test } from 'vitest'
import type { Driver, Target } from '../../../reconcile/driver.ts'
import { makeCertificate } from '../../transport/pki.ts'
import { startScriptedSensor, type ScriptedSensor } from './scripted-sensor.ts'
import { credentials, driver, target } from './support.ts'

const host = '127.20.146.1'
const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close()
})

async function sensor(options: Parameters<typeof startScriptedSensor>[0] = {}): Promise<ScriptedSensor> {
  const started = await startScriptedSensor({ host, ...options })
  closing.push(started)
  return started
}

const keeping = (): Driver => driver({ keepSessions: true }).api

async function look(api: Driver, at: Target) {
  const reader = api.reader(at)
  const observation = await reader.observe()
  await reader.close()
  return observation
}

async function comeBack(api: Driver, at: Target, known?: Awaited<ReturnType<typeof look>>) {
  const writer = api.writer(at)
  const observation = await writer.observe(known)
  await writer.close()
  return observation
}

const inAndOut = ['signIn', 'readAppliance', 'signOut']

test('a writer goes on with the session of a closed reader, and ends it', async () => {
  const server = await sensor()
  const api = keeping()
  const at = target(server.origin)
  const first = await look(api, at)
  expect(server.calls).toEqual(['signIn', 'readAppliance'])
  const second = await comeBack(api, at, first)
  expect(second).toEqual({ ...first, unchanged: true, unfinished: second.unfinished, clock: second.clock })
  expect(server.calls).toEqual(['signIn', 'readAppliance', 'readAppliance', 'signOut'])
  await api.close?.()
  expect(server.calls).toHaveLength(4)
  expect(server.violations()).toEqual([])
})

test('so does a later reader, whose session is left again', async () => {
  const server = await sensor()
  const api = keeping()
  await look(api, target(server.origin))
  await look(api, target(server.origin))
  expect(server.calls).toEqual(['signIn', 'readAppliance', 'readAppliance'])
})

test('that the previous password was used is told by the later look as well', async () => {
  const server = await sensor()
  const api = keeping()
  const at = target(server.origin, { credentials: credentials('new', 'right') })
  const first = await look(api, at)
  expect(first.warnings.map(({ code }) => code)).toEqual(['SIGNED_IN_WITH_PREVIOUS_PASSWORD'])
  expect((await comeBack(api, at)).warnings).toEqual(first.warnings)
  expect(server.calls.filter((call) => call === 'signIn')).toHaveLength(2)
})

test('closing the driver signs out what nobody came back to, and later readers sign out themselves', async () => {
  const servers = [await sensor(), await sensor({ host: '127.20.146.2' })]
  const api = keeping()
  const targets = servers.map(({ origin }, index) => target(origin, { key: `line-${index + 1}` }))
  for (const at of targets) await look(api, at)
  await api.close?.()
  expect(servers.map(({ calls }) => calls)).toEqual([inAndOut, inAndOut])
  for (const at of targets) await look(api, at)
  expect(servers.map(({ calls }) => calls)).toEqual(servers.map(() => [...inAndOut, ...inAndOut]))
})

test('closing never fails, also where an appliance is gone or cuts the line', async () => {
  const gone = await startScriptedSensor({ host })
  const cutting = await sensor({ host: '127.20.146.2' })
  cutting.script('signOut', { status: 0, cut: true })
  const api = keeping()
  await look(api, target(gone.origin, { key: 'gone' }))
  await look(api, target(cutting.origin, { key: 'cutting' }))
  await gone.close()
  await expect(api.close?.()).resolves.toBeUndefined()
  expect(cutting.calls).toEqual(inAndOut)
})

test('a session that ended meanwhile is opened again', async () => {
  const server = await sensor()
  const api = keeping()
  await look(api, target(server.origin))
  server.endSessions()
  await comeBack(api, target(server.origin))
  expect(server.calls).toEqual(['signIn', 'readAppliance', 'readAppliance', ...inAndOut])
})

const strangers: readonly [string, Partial<Target>][] = [
  ['other credentials', { credentials: { ...credentials('right'), name: 'reader' } }],
  ['another key', { key: 'line-2' }],
]

test.each(strangers)('%s: the session is not gone on with', async (_, other) => {
  const server = await sensor()
  const api = keeping()
  await look(api, target(server.origin))
  await comeBack(api, target(server.origin, other))
  expect(server.calls).toEqual(['signIn', 'readAppliance', ...inAndOut])
  await api.close?.()
  expect(server.calls.filter((call) => call === 'signOut')).toHaveLength(2)
})

test('the token is shown neither to another endpoint nor to another appliance', async () => {
  const [server, elsewhere] = [await sensor(), await sensor({ host: '127.20.146.2', serialNumber: 'SN-2' })]
  const api = keeping()
  await look(api, target(server.origin))
  await comeBack(api, target(elsewhere.origin))
  await comeBack(api, target(server.origin, { identity: 'SN-9' })).catch(() => undefined)
  expect(elsewhere.calls).toEqual(inAndOut)
  expect(server.calls).toEqual(['signIn', 'readAppliance', 'signIn', 'signOut'])
})

test('the token is not shown to a peer with another key, though it is trusted', async () => {
  const server = await sensor()
  const other = makeCertificate({ cn: 'other', key: 'two', to: 7300 })
  const at = target(server.origin, { trust: [...target('').trust, { pin: other.pin }] })
  const api = keeping()
  await look(api, at)
  server.setIdentity(other)
  await comeBack(api, at)
  await api.close?.()
  expect(server.calls).toEqual(['signIn', 'readAppliance', ...inAndOut])
})

test('the appliance is looked for first where it answered', async () => {
  const wrong = await sensor({ serialNumber: 'SN-2' })
  const right = await sensor({ host: '127.20.146.2' })
  const at = target([wrong.origin, right.origin], { identity: 'SN-1' })
  const api = keeping()
  await look(api, at)
  await comeBack(api, at)
  expect([wrong.calls, right.calls]).toEqual([
    ['signIn', 'signOut'],
    ['signIn', 'readAppliance', 'readAppliance', 'signOut'],
  ])
})

test('an appliance that moved since is found at its other address', async () => {
  const old = await startScriptedSensor({ host })
  const moved = await sensor({ host: '127.20.146.2' })
  const at = target([old.origin, moved.origin], { identity: 'SN-1' })
  const api = keeping()
  await look(api, at)
  await old.close()
  expect((await comeBack(api, at)).endpoint).toBe(moved.origin)
  expect(moved.calls).toEqual(inAndOut)
})

test('without keepSessions each signs in and out', async () => {
  const server = await sensor()
  const { api } = driver()
  await look(api, target(server.origin))
  expect(server.calls).toEqual(inAndOut)
  await comeBack(api, target(server.origin))
  await api.close?.()
  expect(server.calls).toEqual([...inAndOut, ...inAndOut])
})
