/**
 * A clock for simulated appliances and their client in one process: once nothing is on its way between them, time moves to
 * the next sleeper, on both sides. So a run that waits for minutes takes no time, and sensors that wait take none away from
 * those that work.
 *
 * @module
 */
import { subscribe } from 'node:diagnostics_channel'
import type { Clock } from '../../reconcile/clock.ts'
import type { Simulator } from '../../simulator/simulate.ts'

/** Requests of this process that were not answered yet. */
const onTheWay = new Set<{ origin: string }>()
const isRequest = (message: unknown): message is { request: { origin: string } } =>
  typeof message === 'object' && message !== null && 'request' in message
subscribe('undici:request:create', (message) => void (isRequest(message) && onTheWay.add(message.request)))
for (const end of ['undici:request:trailers', 'undici:request:error'])
  subscribe(end, (message) => void (isRequest(message) && onTheWay.delete(message.request)))

/** Turns of the event loop without anything on its way: a TLS handshake takes fewer from one piece to the next. */
const restfulTurns = 12
const busy = new Set(['TCPConnectWrap', 'FSReqCallback', 'FSReqPromise', 'Timeout'])

/** The simulator listens at addresses that begin with `origin`: what is on its way elsewhere holds nothing up. */
export function createRestingClock(simulator: Pick<Simulator, 'advanceClock'>, origin = 'https://'): Clock {
  let advancedMs = 0
  let waiting = false
  const sleepers = new Set<{ wakeAt: number; wake: () => void }>()
  const isAtRest = (): boolean =>
    ![...onTheWay].some((request) => request.origin.startsWith(origin)) &&
    !process.getActiveResourcesInfo().some((name) => busy.has(name))
  const monotonic = () => performance.now() + advancedMs

  function wakeNext(): void {
    const [next] = [...sleepers].toSorted((one, other) => one.wakeAt - other.wakeAt)
    if (!next) return
    const ms = Math.max(0, next.wakeAt - monotonic())
    advancedMs += ms
    simulator.advanceClock(ms / 1000)
    sleepers.delete(next)
    next.wake()
  }

  function watch(turns = 0): void {
    waiting = sleepers.size > 0
    if (!waiting) return
    if (turns < restfulTurns) setImmediate(() => watch(isAtRest() ? turns + 1 : 0))
    else {
      wakeNext()
      watch()
    }
  }

  return {
    now: () => Date.now() + advancedMs,
    monotonic,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const end = () => {
          sleepers.delete(sleeper)
          reject(signal?.reason as Error)
        }
        const sleeper = {
          wakeAt: monotonic() + ms,
          wake: () => {
            signal?.removeEventListener('abort', end)
            resolve()
          },
        }
        signal?.addEventListener('abort', end, { once: true })
        sleepers.add(sleeper)
        if (!waiting) watch()
      }),
  }
}
