/** The regular contact of an activated sensor with the cloud. */
import { contactCloud } from './reach.ts'
import type { Sensor } from './sensor.ts'

const everyMs = 60_000

const beats = ({ state }: Sensor): boolean => state.activation?.mode === 'cloud' && !state.pendingActivation

/** Uptime at which the next contact is due. */
export const nextHeartbeatUptimeMs = (sensor: Sensor): number =>
  beats(sensor) ? sensor.memory.contactUptimeMs + everyMs : Infinity

/** Contacts the cloud when that is due. */
export function sendDueHeartbeat(sensor: Sensor): void {
  const { activation } = sensor.state
  if (!activation || !beats(sensor) || nextHeartbeatUptimeMs(sensor) > sensor.world.clock.uptimeMs()) return
  sensor.memory.contactUptimeMs = sensor.world.clock.uptimeMs()
  contactCloud(sensor, activation, false)
}
