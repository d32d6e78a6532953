/** Keys of documents as a person types them. */
import { applianceOf, appliancesOf, type DesiredAppliance, type Fleet } from '../schemas/fleet.ts'
import { nearest } from './nearest.ts'
import { UsageError } from './usage-error.ts'

/** The sensor of a key. Throws a UsageError with the nearest known one. */
export function sensorOf({ sensors }: Pick<Fleet, 'sensors'>, key: string): DesiredAppliance {
  const sensor = sensors.get(key)
  if (sensor) return sensor
  throw unknownKey('sensor', key, sensors.keys())
}

/** The sensor or management console of a key. Throws a UsageError with the nearest known one. */
export function applianceOfKey(fleet: Fleet, key: string): DesiredAppliance {
  const appliance = applianceOf(fleet, key)
  if (appliance) return appliance
  throw unknownKey(nounOf(fleet), key, keysOf(fleet))
}

/** Splits `KEY[.path]`: keys may hold dots, so the longest declared one is meant. */
export function splitKeyPath(fleet: Fleet, text: string): { appliance: DesiredAppliance; path: string } {
  const parts = text.split('.')
  for (let count = parts.length; count > 0; count--) {
    const appliance = applianceOf(fleet, parts.slice(0, count).join('.'))
    if (appliance) return { appliance, path: parts.slice(count).join('.') }
  }
  throw unknownKey(nounOf(fleet), text, keysOf(fleet))
}

const keysOf = (fleet: Fleet): string[] => appliancesOf(fleet).map(({ key }) => key)

const nounOf = ({ managementConsoles }: Fleet): string =>
  managementConsoles.size > 0 ? 'sensor or management console' : 'sensor'

function unknownKey(noun: string, key: string, keys: Iterable<string>): UsageError {
  const near = nearest(key, keys)
  return new UsageError(
    'KEY_UNKNOWN',
    `No document declares a ${noun} ${JSON.stringify(key)}`,
    near === undefined
      ? 'KEY is the metadata.name of a Sensor or ManagementConsole document; --in names where documents lie.'
      : `Did you mean ${near}?`,
  )
}
