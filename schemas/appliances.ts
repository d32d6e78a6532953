/** What is kept of sensors and management consoles apart. */
export interface ByKind<T> {
  readonly sensors: readonly T[]
  readonly managementConsoles: readonly T[]
}

/** Of all appliances: consoles first, as sensors are connected to them. */
export const ofAllAppliances = <T>({ sensors, managementConsoles }: ByKind<T>): T[] => [
  ...managementConsoles,
  ...sensors,
]
