/**
 * The order of steps inside an appliance: that of the table in step-facts.ts. A step
 * that others need goes before them even against this list: so a network write precedes activation where the cloud is
 * out of reach, and a certificate precedes everything where the served one has expired.
 *
 * @module
 */
import type { Step } from '../plan-types.ts'
import { rankOf } from './step-facts.ts'

/** Orders steps. Steps of equal rank keep their order. */
export function orderSteps(steps: readonly Step[]): Step[] {
  const waiting = [...steps].sort((a, b) => rankOf(a) - rankOf(b))
  const ids = new Set(waiting.map(({ id }) => id))
  const done = new Set<string>()
  const result: Step[] = []
  while (waiting.length > 0) {
    const free = waiting.findIndex(({ needs }) => needs.every((id) => done.has(id) || !ids.has(id)))
    // Needs never form a circle; if they did, the list alone would decide.
    const [next] = waiting.splice(Math.max(free, 0), 1)
    if (next) result.push(next)
    if (next) done.add(next.id)
  }
  return result
}
