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
}

const provider = ({ subscriptionId }: Scope): string =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.IoTSecurity`

const statuses: Readonly<Record<ContactState, string>> = {
  never: 'Unavailable',
  connected: 'Ok',
  silent: 'Disconnected',
}

export function toSensor(record: SensorRecord, scope: Scope, state: ContactState) {
  const { name, site, zone, tiAutomaticUpdates, sensorType, tiVersion, lastContactAt, sensorVersion } = record
  return {
    name,
    id: `${provider(scope)}/locations/${scope.location}/sites/${site}/sensors/${name}`,
    type: 'Microsoft.IoTSecurity/locations/sites/sensors',
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
