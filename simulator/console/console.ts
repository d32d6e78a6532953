/** What the parts of a simulated management console work on. */
import type { SensorLink } from '../console-link.ts'
import type { What } from '../sensor/audit.ts'
import type { Appliance } from '../sensor/sensor.ts'
import type { ConsoleState } from './state.ts'

export interface Console extends Appliance<ConsoleState> {
  readonly kind: 'ManagementConsole'
  /** Sensors that have contacted it since it was started, by serial number, and the uptime of the last contact. */
  /** Writes what it did by itself to the audit trail. */
  note(entry: What): void
  readonly links: Map<string, { sensor: SensorLink; atUptimeMs: number }>
}
