/**
 * Sessions that outlive the reader that opened them, so that who comes back to an appliance in the same run need not sign
 * in again. Kept in memory only, without a connection.
 *
 * @module
 */
import type { ServedCertificate, Target } from '../../reconcile/driver.ts'
import type { OpenSession } from './session.ts'

/** A few at once end a fleet's sessions soon without a crowd of handshakes. */
const endedAtOnce = 20

export interface ParkedSession {
  session: OpenSession
  target: Target
  /** Public key pin of the peer that the token was sent to: no other peer is shown it. */
  pin: string
}

export interface SessionPark {
  /** Keeps a session until it is taken over. False: it is not kept, so who has it must end it. */
  park(target: Target, session: OpenSession, served: ServedCertificate | undefined): boolean
  /** Where the session lies that the target could take over. */
  endpointFor(target: Target): string | undefined
  /** Hands a session over, once, to the same credentials at the same peer. */
  take(target: Target, endpoint: string, served: ServedCertificate | undefined): OpenSession | undefined
  /** Ends what was not taken over, and keeps nothing from now on. */
  close(end: (parked: ParkedSession) => Promise<void>): Promise<void>
}

export function createSessionPark(): SessionPark {
  const parked = new Map<string, ParkedSession>()
  let closed = false
  const find = (target: Target): ParkedSession | undefined => {
    const found = parked.get(target.key)
    return found && isFor(found, target) ? found : undefined
  }
  return {
    park(target, session, served) {
      if (closed || !served || parked.has(target.key)) return false
      parked.set(target.key, { session, target, pin: served.pin })
      return true
    },
    endpointFor: (target) => find(target)?.session.endpoint,
    take(target, endpoint, served) {
      const found = find(target)
      if (found?.session.endpoint !== endpoint || found.pin !== served?.pin) return undefined
      parked.delete(target.key)
      return found.session
    },
    async close(end) {
      closed = true
      const left = [...parked.values()]
      parked.clear()
      const queue = left.values()
      const work = async (): Promise<void> => {
        for (const one of queue) await end(one)
      }
      await Promise.all(Array.from({ length: Math.min(endedAtOnce, left.length) }, work))
    },
  }
}

function isFor({ session, target: { credentials } }: ParkedSession, target: Target): boolean {
  const isSame = target.identity === undefined || target.identity === session.identity
  return isSame && target.credentials.name === credentials.name
}
