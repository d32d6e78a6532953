/** Paths and api-versions of the published `Microsoft.IoTSecurity` operations. */
import { DeviceError } from '../../reconcile/device-error.ts'
import { sanitise } from '../../transport/sanitise.ts'
import type { RecordPlace } from './convert.ts'

const siteVersion = '2021-09-01-preview'
const localVersion = '2021-02-01-preview'

export interface Paths {
  sites(): string
  /** All sensors of a place. */
  sensors(place: RecordPlace): string
  sensor(place: RecordPlace, name: string): string
  activation(place: RecordPlace, name: string): string
}

/** Paths with query. Throws `REGISTRAR_REFUSED` for a name that no path can carry. */
export function createPaths({ subscriptionId, location }: { subscriptionId: string; location: string }): Paths {
  const provider = `/subscriptions/${segment(subscriptionId)}/providers/Microsoft.IoTSecurity`
  const sites = `${provider}/locations/${segment(location)}/sites`
  const sensors = (place: RecordPlace): string =>
    place.mode === 'cloud' ? `${sites}/${segment(place.site)}/sensors` : `${provider}/onPremiseSensors`
  const sensor = (place: RecordPlace, name: string): string => `${sensors(place)}/${segment(name)}`
  return {
    sites: () => `${sites}?api-version=${siteVersion}`,
    sensors: (place) => versioned(sensors(place), place),
    sensor: (place, name) => versioned(sensor(place, name), place),
    activation: (place, name) => versioned(`${sensor(place, name)}/downloadActivation`, place),
  }
}

const versioned = (path: string, { mode }: RecordPlace): string =>
  `${path}?api-version=${mode === 'cloud' ? siteVersion : localVersion}`

/** One path segment. A name may come from an appliance, so it must not be able to climb. */
function segment(name: string): string {
  if (/^[^\p{C}]{1,260}$/u.test(name) && !/^\.+$/.test(name)) return encodeURIComponent(name)
  throw new DeviceError(
    'REGISTRAR_REFUSED',
    `"${sanitise(name)}" is not a name that Azure Resource Manager can carry`,
    {
      advice: 'Names may hold letters, digits, ".", "_" and "-", and begin and end with a letter or digit.',
    },
  )
}
