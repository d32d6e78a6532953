/** Paths and api-versions of the published `Microsoft.IoTSecurity` operations. */
import { DeviceError } from '../../reconcile/device-error.ts'
import { sanitise } from '../../transport/sanitise.ts'
import type { RecordPlace } from './convert.ts'

const siteVersion = '2021-09-01-preview'
/** Of records in an IoT hub, of locally managed sensors, and of the subscription. */
const legacyVersion = '2021-02-01-preview'

export interface Paths {
  /** Name of the IoT hub that stands in for all sites, of a registrar of legacy sensors. */
  hub?: string
  sites(): string
  /** All sensors of a place. */
  sensors(place: RecordPlace): string
  sensor(place: RecordPlace, name: string): string
  activation(place: RecordPlace, name: string): string
  packageDownloads(): string
}

interface PathsConfig {
  subscriptionId: string
  location: string
  /** Resource id. */
  hub?: string | undefined
}

/** Paths with query. Throws `REGISTRAR_REFUSED` for a name that no path can carry. */
export function createPaths({ subscriptionId, location, hub }: PathsConfig): Paths {
  const provider = `/subscriptions/${segment(subscriptionId)}/providers/Microsoft.IoTSecurity`
  const sites = `${provider}/locations/${segment(location)}/sites`
  const cloud = ({ site }: { site: string }): string =>
    hub === undefined ? `${sites}/${segment(site)}/sensors` : `${hub}/providers/Microsoft.IoTSecurity/sensors`
  const versioned = (path: string, { mode }: RecordPlace): string =>
    `${path}?api-version=${mode === 'cloud' && hub === undefined ? siteVersion : legacyVersion}`
  const sensors = (place: RecordPlace): string =>
    place.mode === 'cloud' ? cloud(place) : `${provider}/onPremiseSensors`
  const sensor = (place: RecordPlace, name: string): string => `${sensors(place)}/${segment(name)}`
  return {
    ...(hub !== undefined && { hub: hub.split('/').at(-1) ?? '' }),
    sites: () => `${sites}?api-version=${siteVersion}`,
    sensors: (place) => versioned(sensors(place), place),
    sensor: (place, name) => versioned(sensor(place, name), place),
    activation: (place, name) => versioned(`${sensor(place, name)}/downloadActivation`, place),
    packageDownloads: () => `${provider}/defenderSettings/default/packageDownloads?api-version=${legacyVersion}`,
  }
}

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
