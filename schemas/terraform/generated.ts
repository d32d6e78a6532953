/**
 * The projections as they were generated. Read from JSON, so that a provider that is asked only for its schema does not
 * load the spec.
 *
 * @module
 */
import fleetDocument from '../generated/terraform/fleet-document.json' with { type: 'json' }
import managementConsole from '../generated/terraform/management-console.json' with { type: 'json' }
import provider from '../generated/terraform/provider.json' with { type: 'json' }
import registration from '../generated/terraform/registration.json' with { type: 'json' }
import sensor from '../generated/terraform/sensor.json' with { type: 'json' }
import sensorData from '../generated/terraform/sensor-data.json' with { type: 'json' }
import sensorDocument from '../generated/terraform/sensor-document.json' with { type: 'json' }
import type { Attributes } from './schema.ts'

/** Of a provider block. */
export const providerAttributes = provider as unknown as Attributes
/** Of a sensor as a resource. */
export const sensorAttributes = sensor as unknown as Attributes
/** Of a management console as a resource. */
export const consoleAttributes = managementConsole as unknown as Attributes
/** Of a registration as a resource. */
export const registrationAttributes = registration as unknown as Attributes
/** Of a sensor as a data source: what can be read of one. */
export const sensorDataAttributes = sensorData as unknown as Attributes
/** Of a Sensor document. */
export const sensorDocumentAttributes = sensorDocument as unknown as Attributes
/** Of a Fleet document and the documents of consoles, as far as a provider block says the same. */
export const fleetDocumentAttributes = fleetDocument as unknown as Attributes
