/** The clock of a sensor: how far it is off, and how the console shows it. */
import type { Surroundings, World } from '../world.ts'
import type { ApplianceState, SensorState, Settings } from './state.ts'

/** Activation is blocked by a clock that is further off than this. */
export const mostDriftMs = 5 * 60 * 1000

/** Clock of the sensor. Without NTP it runs ahead by a configured rate. */
export function sensorNowMs({ clock }: Pick<ApplianceState, 'clock'>, { clock: simulator, tuning }: World): number {
  const trueMs = simulator.nowMs()
  const free = clock.driftingSinceMs === null ? 0 : Math.max(0, trueMs - clock.driftingSinceMs)
  return trueMs + clock.skewMs + (free * tuning.driftSecondsPerDay) / 86_400
}

/** Clock of the sensor minus true time. */
export const driftMs = (state: Pick<ApplianceState, 'clock'>, world: World): number =>
  sensorNowMs(state, world) - world.clock.nowMs()

/** Whether the sensor is kept in time by a server that answers. */
export function followsNtp({ ntp }: Settings['time'], { ntpServers }: Surroundings): boolean {
  return ntp.enabled === true && ntp.server !== null && (ntpServers?.includes(ntp.server) ?? true)
}

/**
 * The clock after a change of the time settings: a server that answers sets it right; without one it runs free from
 * where it stands.
 */
export function clockAfter(state: SensorState, world: World, time: Settings['time']): SensorState['clock'] {
  if (followsNtp(time, world.surroundings)) return { skewMs: 0, driftingSinceMs: null }
  if (state.clock.driftingSinceMs !== null) return state.clock
  return { skewMs: state.clock.skewMs, driftingSinceMs: world.clock.nowMs() }
}

/** How far the console is off because it knows former rules of its time zone, in ms. */
export const offByRules = ({ settings }: SensorState, { surroundings: { timeZones } }: World): number =>
  (timeZones?.offByMinutes?.[settings.time.timezone ?? ''] ?? 0) * 60_000

/** Date and time as the console shows them. */
export function displayedTime(nowMs: number, { timezone, dateFormat }: Settings['time']): string {
  const parts = new Map(zonedParts(nowMs, timezone ?? 'UTC'))
  const part = (name: string): string => parts.get(name) ?? ''
  const [day, month, year] = [part('day'), part('month'), part('year')]
  const date = {
    'dd/MM/yyyy HH:mm:ss': `${day}/${month}/${year}`,
    'MM/dd/yyyy HH:mm:ss': `${month}/${day}/${year}`,
    'yyyy/MM/dd HH:mm:ss': `${year}/${month}/${day}`,
  }[dateFormat ?? 'dd/MM/yyyy HH:mm:ss']
  return `${date} ${part('hour')}:${part('minute')}:${part('second')}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Formats are costly to make and to keep, so that a thousand sensors share them. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const made = formats.get(timeZone)
  if (made) return made
  const two = '2-digit'
  const options = { day: two, month: two, hour: two, minute: two, second: two } as const
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', year: 'numeric', ...options })
  formats.set(timeZone, format)
  return format
}

const zonedParts = (nowMs: number, timeZone: string): [string, string][] =>
  formatOf(timeZone)
    .formatToParts(nowMs)
    .map(({ type, value }) => [type, value])

const minuteMs = 60_000
/** By zone and minute. */
const offsets = new Map<string, number>()
const mostOffsets = 1000

/**
 * What the clock on the wall shows in a time zone, as ms since 1970 as if that were UTC. Sensors ask for the same minutes
 * at each request, and a zone changes its offset between two minutes only: what was found is kept.
 */
export function wallMs(nowMs: number, timeZone: string | null): number {
  const zone = timeZone ?? 'UTC'
  const minute = Math.floor(nowMs / minuteMs)
  const key = `${zone} ${minute}`
  const offsetMs = offsets.get(key) ?? offsetAt(minute * minuteMs, zone)
  if (offsets.size >= mostOffsets) offsets.clear()
  offsets.set(key, offsetMs)
  return Math.floor(nowMs / 1000) * 1000 + offsetMs
}

function offsetAt(ms: number, timeZone: string): number {
  const parts = new Map(zonedParts(ms, timeZone))
  const part = (name: string): number => Number(parts.get(name))
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - ms
}
