/** Keys of documents as a person types them. */
import type { DesiredAppliance, Fleet } from '../schemas/fleet.ts'
import { nearest } from './nearest.ts'
import { UsageError } from './usage-error.ts'

/** The sensor of a key. Throws a UsageError with the nearest known one. */
export function sensorOf({ sensors }: Fleet, key: string): DesiredAppliance {
  const sensor = sensors.get(key)
  if (sensor) return sensor
  throw unknownKey(key, sensors.keys())
}

/** Splits `KEY[.path]`: keys may hold dots, so the longest declared one is meant. */
export function splitKeyPath({ sensors }: Fleet, text: string): { sensor: DesiredAppliance; path: string } {
  const parts = text.split('.')
  for (let count = parts.length; count > 0; count--) {
    const sensor = sensors.get(parts.slice(0, count).join('.'))
    if (sensor) return { sensor, path: parts.slice(count).join('.') }
  }
  throw unknownKey(text, sensors.keys())
}

function unknownKey(key: string, keys: Iterable<string>): UsageError {
  const near = nearest(key, keys)
  return new UsageError(
    'KEY_UNKNOWN',
    `No document declares a sensor ${JSON.stringify(key)}`,
    near === undefined
      ? 'KEY is the metadata.name of a Sensor document; --in names where documents lie.'
      : `Did you mean ${near}?`,
  )
}
