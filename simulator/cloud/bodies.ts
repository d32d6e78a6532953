/**
 * Resources as the published specification writes them. `systemData` (with `createdAt`) is part of the models of
 * sensors, on-premises sensors and sites in the published 2021-02-01-preview and 2021-09-01-preview files, read-only
 * and not required; the published list models have `value` and no `nextLink`.
 *
 * @module
 */
import type { ContactState } from './contacts.ts'
import type { SensorRecord, SiteRecord } from './state.ts'

/** Where the resources lie. */
export interface Scope {
  subscriptionId: string
  location: string
  /** IoT hubs of legacy sensors. */
  hubs?: readonly string[]
}

/** What the records of an IoT hub have in place of a site; no site has such a name. */
export const hubScope = '(hub)'

/** Where a record lies, and of which type it is. */
function placeOf({ site, name }: SensorRecord, scope: Scope): { id: string; type: string } {
  const hub = site?.startsWith(`${hubScope}/`) ? site.slice(hubScope.length + 1) : undefined
  if (hub === undefined) {
    const id = `${provider(scope)}/locations/${scope.location}/sites/${site}/sensors/${name}`
    return { id, type: 'Microsoft.IoTSecurity/locations/sites/sensors' }
  }
  const below = `/subscriptions/${scope.subscriptionId}/resourceGroups/rg/providers/Microsoft.Devices/IotHubs/${hub}`
  return { id: `${below}/providers/Microsoft.IoTSecurity/sensors/${name}`, type: 'Microsoft.IoTSecurity/sensors' }
}

const provider = ({ subscriptionId }: Scope): string =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.IoTSecurity`

const statuses: Readonly<Record<ContactState, string>> = {
  never: 'Unavailable',
  connected: 'Ok',
  silent: 'Disconnected',
}

export function toSensor(record: SensorRecord, scope: Scope, state: ContactState) {
  const { name, zone, tiAutomaticUpdates, sensorType, tiVersion, lastContactAt, sensorVersion } = record
  return {
    name,
    ...placeOf(record, scope),
    properties: {
      sensorStatus: statuses[state],
      ...(state !== 'never' && { connectivityTime: lastContactAt, ...(sensorVersion && { sensorVersion }) }),
      dynamicLearning: false,
      learningMode: true,
      tiAutomaticUpdates,
      tiStatus: tiVersion === null ? 'UpdateAvailable' : 'Ok',
      ...(tiVersion !== null && { tiVersion }),
      ...(zone !== null && { zone }),
      sensorType,
    },
    systemData: systemData(record),
  }
}

export const toOnPremiseSensor = (record: SensorRecord, scope: Scope) => ({
  name: record.name,
  id: `${provider(scope)}/onPremiseSensors/${record.name}`,
  type: 'Microsoft.IoTSecurity/onPremiseSensors',
  properties: {},
  systemData: systemData(record),
})

export const toSite = (site: SiteRecord, scope: Scope) => ({
  id: `${provider(scope)}/locations/${scope.location}/sites/${site.name}`,
  type: 'Microsoft.IoTSecurity/locations/sites',
  name: site.name,
  properties: { displayName: site.displayName, tags: site.tags },
  systemData: systemData(site),
})

const systemData = ({ createdAt, modifiedAt }: Pick<SiteRecord, 'createdAt' | 'modifiedAt'>) => ({
  createdBy: 'simulated',
  createdByType: 'Application',
  createdAt,
  lastModifiedBy: 'simulated',
  lastModifiedByType: 'Application',
  lastModifiedAt: modifiedAt,
})
