/** `sensorform_management_console`: one console, on the engine of a sensor. */
import { applianceResource } from '../appliance/resource.ts'
import { consoleType } from './schema.ts'

export const consoleResource = applianceResource(consoleType)
