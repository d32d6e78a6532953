/** Versions of the vendor's software, such as 22.3.8.91 or 22.2.5.9-r-2121448: numbers between dots, and a build. */

const numbersOf = (version: string): number[] =>
  (version.split('-')[0] ?? '').split('.').map((part) => Number(part) || 0)

/** Below zero where the first is older, zero where they are the same but for the build. Missing numbers count as 0. */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [numbersOf(one), numbersOf(other)]
  const length = Math.max(first.length, second.length)
  const differences = Array.from({ length }, (_, index) => (first[index] ?? 0) - (second[index] ?? 0))
  return Math.sign(differences.find((difference) => difference !== 0) ?? 0)
}

/**
 * Whether a management console is older than one of its sensors: the sensor is then disconnected (vendor page "Update
 * Defender for IoT OT monitoring software").
 */
export const consoleTooOld = (consoleVersion: string, sensorVersion: string): boolean =>
  compareVersions(consoleVersion, sensorVersion) < 0
