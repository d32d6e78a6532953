/** The data sources. Their code is loaded when one is first read: a schema needs none of it. */
import type { DataSource } from '../../model/provider.ts'
import type { Client } from '../client.ts'
import { certificateDataSchema, fleetDataSchema, sensorDataSchema, sensorsDataSchema } from './schemas.ts'

export const dataSources: Readonly<Record<string, DataSource<Client>>> = {
  sensorform_certificate: {
    schema: certificateDataSchema,
    read: async (config, call) => (await import('./certificate.ts')).readCertificateData(config, call),
  },
  sensorform_fleet: {
    schema: fleetDataSchema,
    read: async (config) => (await import('./fleet.ts')).readFleet(config),
  },
  sensorform_sensor: {
    schema: sensorDataSchema,
    validate: async (config) => (await import('./sensor.ts')).checkSensorData(config),
    read: async (config, call) => (await import('./sensor.ts')).readSensorData(config, call),
  },
  sensorform_sensors: {
    schema: sensorsDataSchema,
    read: async (config, call) => (await import('./sensors.ts')).readSensors(config, call),
  },
}
