/**
 * System settings that the console pushes to its sensors. Of those that the vendor documents (mail server, SNMP, Active
 * Directory, reverse DNS, subnets, port aliases), the mail server alone is simulated: no spec declares the others.
 *
 * @module
 */
import { audited } from '../sensor/audit.ts'
import type { Console } from './console.ts'

/** Pushes its mail server to every sensor that is connected; gives their serial numbers. */
export async function pushMailServer(console: Console, user: string): Promise<string[]> {
  const { state, links } = console
  const password = state.secrets['mailServer.password']
  const patch = {
    ...state.settings.mailServer,
    password: password === undefined ? null : { value: password, tag: null },
  }
  const connected = new Set(state.sensors.filter(({ connection }) => connection.id === 'SYNCED').map(({ uid }) => uid))
  const taking = [...links].filter(([uid, { sensor }]) => connected.has(uid) && sensor.isUp())
  const from = `${state.address} (management console)`
  for (const [, { sensor }] of taking) await sensor.takeMailServer(patch, { user, from })
  const to = taking.map(([uid]) => uid)
  const actor = { user, from: '127.0.0.1 (console)' }
  console.commit({ audit: audited(console, actor, [{ action: 'push', path: 'mailServer', after: to }]) })
  return to
}
