/** Moving the management address: in effect at once, reverted at its deadline unless confirmed over a new session. */
import { randomUUID } from 'node:crypto'
import type { NetworkChangeRequest } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { actorOf, audited, settingEntries, systemActor, type Actor } from './audit.ts'
import { pendingRead } from './pending.ts'
import { revisionOf } from './read.ts'
import { Refusal } from './refusal.ts'
import type { Call, Handlers, Sensor } from './sensor.ts'
import { brokenRules, changedSettings } from './settings.ts'
import type { SensorState, Settings, Triple } from './state.ts'

const tripleOf = ({ network }: Settings): Triple => ({
  address: network.address ?? '',
  subnetMask: network.subnetMask ?? '',
  gateway: network.gateway ?? '',
})

const withTriple = (settings: Settings, triple: Triple): Settings => ({
  ...settings,
  network: { ...settings.network, ...triple },
})

/** What setting the addresses makes of a state, with its audit. */
function placed(sensor: Sensor, triple: Triple, actor: Actor): Pick<SensorState, 'settings' | 'audit'> {
  const before = sensor.state.settings
  const settings = withTriple(before, triple)
  return { settings, audit: audited(sensor, actor, settingEntries(changedSettings(before, settings))) }
}

function changeAddress(sensor: Sensor, call: Call): Answer {
  const { confirmWithinSeconds, ...to } = call.body as NetworkChangeRequest
  const { state, world } = sensor
  if (state.networkChange) throw new Refusal(409, 'BUSY', 'Another network change waits to be confirmed.')
  const from = tripleOf(state.settings)
  checkTriple(sensor, from, to)
  const uptimeMs = world.clock.uptimeMs()
  const networkChange = { id: randomUUID(), from, to, endsUptimeMs: uptimeMs + confirmWithinSeconds * 1000 }
  sensor.commit({ ...placed(sensor, to, actorOf(call)), networkChange })
  const taken = call.struck.some(({ kind }) => kind === 'addressTaken')
  return {
    status: 202,
    headers: { connection: 'close' },
    body: pendingRead(sensor.state, uptimeMs),
    sent: () => sensor.moveListener(taken),
  }
}

function checkTriple(sensor: Sensor, from: Triple, to: Triple): void {
  const issues = brokenRules('Sensor', 'network', withTriple(sensor.state.settings, to))
  if (issues.length > 0) {
    const sentence = issues.map(({ path, message }) => `${path} ${message}`).join('; ')
    throw new Refusal(400, 'INVALID', `The address is refused: ${sentence}.`, { details: { issues } })
  }
  if (to.address === from.address) return
  if (!sensor.world.canMove || !to.address.startsWith('127.')) {
    throw new Refusal(
      422,
      'NOT_SUPPORTED',
      'A simulated sensor moves within 127.0.0.0/8 only, where the system has it.',
    )
  }
}

function confirmAddress(sensor: Sensor, call: Call): Answer {
  const { networkChange } = sensor.state
  if (!networkChange || networkChange.id !== call.params['id']) {
    throw new Refusal(404, 'NOT_FOUND', 'There is no such network change; it may have been reverted.')
  }
  const entry = { action: 'confirm network change', path: 'network.address', after: networkChange.to.address }
  sensor.commit({ networkChange: null, audit: audited(sensor, actorOf(call), [entry]) })
  return { status: 200, body: { revision: revisionOf(sensor) } }
}

/** Reverts an unconfirmed change when its time has come. */
export function revertDueChange(sensor: Sensor): void {
  const { networkChange } = sensor.state
  if (!networkChange || networkChange.endsUptimeMs > sensor.world.clock.uptimeMs()) return
  sensor.commit({ ...placed(sensor, networkChange.from, systemActor), networkChange: null })
  sensor.moveListener()
}

export const networkChangeHandlers: Handlers<Sensor> = { changeAddress, confirmAddress }
