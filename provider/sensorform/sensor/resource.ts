/** `sensorform_sensor`: one sensor. */
import { applianceResource } from '../appliance/resource.ts'
import { sensorType } from './schema.ts'

export const sensorResource = applianceResource(sensorType)
