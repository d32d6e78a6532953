/** An observation as JSON and back: its map of live values becomes a list of pairs. */
import type { Observation } from '../reconcile/driver.ts'

export const observationToJson = (observation: Observation): string =>
  JSON.stringify({ ...observation, live: [...observation.live] })

export function observationFromJson(text: string): Observation {
  const value = JSON.parse(text) as Omit<Observation, 'live'> & { live: [string, never][] }
  return { ...value, live: new Map(value.live) }
}
