/** Backups that the console collects from its sensors, by its schedule and within the documented limits. */
import type { Console } from './console.ts'
import { notify } from './notify.ts'
import type { CollectedFile, ManagedSensor } from './state.ts'

const gigabyte = 1_000_000_000
const mostFiles = 9
const mostFileBytes = 40 * gigabyte
const mostBytes = 100 * gigabyte
const dayMs = 86_400_000

/** Time of day of the collection, in ms since midnight. */
function timeOfDayMs({ state }: Console): number | undefined {
  const { collect, at } = state.settings.sensorBackups
  if (collect !== true || at === null) return undefined
  const [hours, minutes] = at.split(':').map(Number)
  return ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000
}

/** Clock of the console at the next collection after a moment. */
function nextCollectionMs(console: Console, afterMs: number): number {
  const time = timeOfDayMs(console)
  return time === undefined ? Infinity : Math.floor((afterMs - time) / dayMs) * dayMs + dayMs + time
}

/** How long until the next collection, in ms. */
export const untilCollectionMs = (console: Console): number =>
  nextCollectionMs(console, console.state.collectionSeenMs) - console.nowMs()

/** Collects when the time of day has passed since the last look; once, however far the clock moved. */
export function collectWhenDue(console: Console): void {
  const now = console.nowMs()
  const due = nextCollectionMs(console, console.state.collectionSeenMs) <= now
  if (now < console.state.collectionSeenMs || due) console.commit({ collectionSeenMs: now })
  if (due) collectAll(console)
}

/** Collects the newest backup of every sensor. */
export function collectAll(console: Console): void {
  const at = new Date(console.nowMs()).toISOString()
  const problems = console.state.sensors.flatMap((sensor) => {
    const taken = collectOne(console, sensor, at)
    if (typeof taken !== 'string') {
      console.commit({ collected: taken })
      return []
    }
    const detail = `The backup of sensor ${sensor.name} could not be collected: ${taken}`
    notify(console, { title: 'Remote backup failed', detail, severity: 'Major', sensor })
    return [detail]
  })
  console.commit({ collection: { lastRunAt: at, lastError: problems.at(0) ?? null } })
}

/** The files after one more was collected, or why it could not be. */
function collectOne(console: Console, { uid, name }: ManagedSensor, at: string): readonly CollectedFile[] | string {
  const link = console.links.get(uid)
  if (!link?.sensor.isUp()) return 'network failure.'
  const file = link.sensor.latestBackup()
  if (!file) return 'the file is missing or cannot be retrieved.'
  if (file.sizeBytes > mostFileBytes) return 'the file is larger than 40 GB.'
  const { collected, settings } = console.state
  if (collected.some((one) => one.uid === uid && one.name === file.name)) return collected
  const keep = Math.min(settings.sensorBackups.keepPerSensor ?? mostFiles, mostFiles)
  const own = collected.filter((one) => one.uid === uid).slice(0, keep - 1)
  const others = collected.filter((one) => one.uid !== uid)
  const limit = Math.min(mostBytes, (settings.sensorBackups.storage ?? Infinity) * gigabyte)
  const total = [...own, ...others].reduce((sum, { sizeBytes }) => sum + sizeBytes, file.sizeBytes)
  if (total > limit) return 'there is not enough space.'
  return [{ uid, sensor: name, ...file, collectedAt: at }, ...own, ...others]
}
