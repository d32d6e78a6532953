import { sensorAttributes } from '../../../schemas/terraform/generated.ts'
import type { TerraformSchema } from '../../../schemas/terraform/schema.ts'
import type { Call } from '../../model/call.ts'
import type { ListedResource, ListResource } from '../../model/provider.ts'
import { isObject, type ObjectValue, type Value } from '../../model/value.ts'
import { identityOf } from '../appliance/import-appliance.ts'
import { applianceResource } from '../appliance/resource.ts'
import type { Client } from '../client.ts'
import { readFleet } from '../data/fleet.ts'
import { sensorType } from '../sensor/schema.ts'

/** The sensors that documents declare, by key. They are contacted only where whole states are asked for. */
export const listSensors = (schema: TerraformSchema): ListResource<Client> => ({
  schema,
  list: async function* ({ config, includeResource, limit }, call) {
    const { state, diagnostics } = await readFleet(config)
    for (const diagnostic of diagnostics) yield { identity: {}, displayName: '', diagnostics: [diagnostic] }
    const { sensors = null } = state
    const declared = Object.entries(isObject(sensors) ? sensors : {}).slice(0, limit)
    const found = declared.map(([key, sensor]) => findSensor(key, sensor, includeResource ? call : undefined))
    for (const sensor of found) yield await sensor
  },
})

async function findSensor(key: string, sensor: Value, call: Call<Client> | undefined): Promise<ListedResource> {
  const declared = isObject(sensor) ? settingsOf(sensor) : {}
  const found = { identity: identityOf(declared) ?? {}, displayName: key }
  if (!call) return found
  const request = { state: declared, private: {}, identity: null }
  const { state, diagnostics = [] } = await applianceResource(sensorType).read(request, call)
  return { ...found, resource: state ?? declared, diagnostics }
}

/** What of a document the resource has. */
const settingsOf = (sensor: ObjectValue): ObjectValue =>
  Object.fromEntries(Object.keys(sensorAttributes).map((name) => [name, sensor[name] ?? null]))
