import { setFlagsFromString } from 'node:v8'

/**
 * The heap grows by a fifth between two whole collections; V8 lets it grow up to four times. A run over 10,000 sensors
 * takes a third less memory so, and a fifth more CPU time (docs/performance.md).
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=20')
}

/** Sensors that a run takes in hand well below 300 MB, however the heap grows. */
const smallFleet = 2000

/** As V8 has it, once it is known that there are few sensors: then memory is no matter, and time is. */
export function letHeapGrow(sensors: number): void {
  if (sensors <= smallFleet) setFlagsFromString('--heap-growing-percent=0')
}
