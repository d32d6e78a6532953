/**
 * What one run knows about its credentials, so that no account is locked: a refused password is not sent to the same
 * place again, and three refused sign-ins retire an entry everywhere. Until an entry was accepted once, no more
 * sign-ins are under way than may still be refused.
 *
 * @module
 */
import { DeviceError } from '../../reconcile/device-error.ts'

export const mostRefusals = 3

export type SignInResult = 'accepted' | 'refused' | 'other'

export interface SignInLedger {
  /** Throws `CREDENTIALS_RETIRED` for a retired entry. */
  assertUsable(entry: string): void
  /** Waits for its turn; gives what must be called with the result. Throws `CREDENTIALS_RETIRED` or `ABORTED`. */
  enter(entry: string, signal?: AbortSignal): Promise<(result: SignInResult) => void>
  /** What is known of one entry at one endpoint. */
  at(entry: string, endpoint: string): Known
}

interface Known {
  /** Nothing is left to be tried there. */
  refused?: DeviceError
  /** The present password was refused there: only the previous one may be tried. */
  present?: DeviceError
}

interface Entry {
  refusals: number
  proven: boolean
  underWay: number
  waiting: (() => void)[]
  known: Map<string, Known>
}

export function createSignInLedger(): SignInLedger {
  const entries = new Map<string, Entry>()
  const entryOf = (name: string): Entry => {
    const entry = entries.get(name) ?? { refusals: 0, proven: false, underWay: 0, waiting: [], known: new Map() }
    entries.set(name, entry)
    return entry
  }
  const assertUsable = (name: string): void => {
    if (entryOf(name).refusals >= mostRefusals) throw retired(name)
  }
  return {
    assertUsable,
    async enter(name, signal) {
      const entry = entryOf(name)
      for (;;) {
        assertUsable(name)
        if (entry.proven || entry.underWay < mostRefusals - entry.refusals) break
        await turn(entry, signal)
      }
      entry.underWay += 1
      return (result) => leave(entry, result)
    },
    at(name, endpoint) {
      const { known } = entryOf(name)
      const found = known.get(endpoint) ?? {}
      known.set(endpoint, found)
      return found
    },
  }
}

function turn({ waiting }: Entry, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () =>
      reject(new DeviceError('ABORTED', 'waiting to sign in was called off', { cause: signal?.reason }))
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    waiting.push(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
  })
}

function leave(entry: Entry, result: SignInResult): void {
  entry.underWay -= 1
  if (result === 'refused') entry.refusals += 1
  if (result === 'accepted') entry.proven = true
  for (const wake of entry.waiting.splice(0)) wake()
}

const retired = (name: string): DeviceError =>
  new DeviceError(
    'CREDENTIALS_RETIRED',
    `the credentials ${name} were refused ${mostRefusals} times in this run and are not used any more`,
    { advice: `Correct the password of the credentials ${name} and run again. Nothing was sent to this appliance.` },
  )
