/**
 * The order of steps inside a sensor: what may cut the way to it comes last, what others rest on comes first. A step
 * that others need goes before them even against this list: so a network write precedes activation where the cloud is
 * out of reach, and a certificate precedes everything where the served one has expired.
 *
 * @module
 */
import type { Step } from '../plan-types.ts'

const order = [
  'network.change',
  'intent',
  'time',
  'network.dns',
  'network.proxy',
  'network.hostname',
  'certificate',
  'certificate.validation',
  'managementConsole',
  'mailServer',
  'backup',
  'backup.create',
  'forwarding',
  'systemProperties',
  'software',
  'registration',
  'activation',
  'network.address',
]

/** Place of a step in the list, by its id or the nearest prefix of it; what is not listed goes before software. */
function rankOf({ id }: Step): number {
  let prefix = id
  for (;;) {
    const index = order.indexOf(prefix)
    if (index >= 0) return index
    const cut = Math.max(prefix.lastIndexOf('.'), prefix.lastIndexOf('['))
    if (cut <= 0) return order.indexOf('software')
    prefix = prefix.slice(0, cut)
  }
}

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
