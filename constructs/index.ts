/** What `sensorform/cdktf` and `sensorform/cdktn` export: the same code for both. */
export {
  ManagementConsole,
  Sensor,
  SensorformProvider,
  type ManagementConsoleConfig,
  type SensorConfig,
  type SensorformProviderConfig,
} from './elements.ts'
export { secretVariable } from './secret-variable.ts'
export { SensorFleet, type FleetSensor, type Layer, type SensorFleetConfig } from './sensor-fleet.ts'
export type { FileSource, SecretSource } from './sources.ts'
export type { ConsoleSpec, ProviderSpec, SensorSpec } from './generated/spec.ts'
