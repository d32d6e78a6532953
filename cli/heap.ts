import { setFlagsFromString } from 'node:v8'

/**
 * The heap grows by a fifth between two whole collections; V8 lets it grow up to four times. A run over 10,000 sensors
 * takes a third less memory so, and a fifth more CPU time (docs/performance.md).
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=20')
}

/** With so many sensors a run stays below 300 MB however the heap grows (239 to 256 MB at 1,000). */
const smallFleet = 2000

/** As V8 has it, once it is known that there are few sensors: then time matters more than memory. */
export function letHeapGrow(sensors: number): void {
  if (sensors <= smallFleet) setFlagsFromString('--heap-growing-percent=0')
}
