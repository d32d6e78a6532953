/**
 * Who is connected, in memory only: a restarted cloud has heard from nobody yet. Counts the time that passes, so that a
 * clock that is set makes nobody silent.
 *
 * @module
 */
import type { SimulatorClock } from '../clock.ts'

/** What the cloud knows of a record's sensor by now. */
export type ContactState = 'never' | 'connected' | 'silent'

/** Without contact for so long a sensor is gone. */
export const silenceMs = 5 * 60_000

interface Connection {
  sinceMs: number
  lastMs: number
  /** The record never had a contact before this connection. */
  first: boolean
}

export interface Contacts {
  seen(recordId: string, first: boolean): void
  forget(recordId: string): void
  /** `known`: there was a contact at some time. */
  stateOf(recordId: string, known: boolean): ContactState
}

export function createContacts({ uptimeMs }: Pick<SimulatorClock, 'uptimeMs'>, lagMs: number): Contacts {
  const connections = new Map<string, Connection>()
  const isSilent = ({ lastMs }: Connection, forMs: number) => uptimeMs() - lastMs >= forMs
  return {
    seen(recordId, first) {
      const lastMs = uptimeMs()
      const open = connections.get(recordId)
      const goesOn = open && !isSilent(open, silenceMs)
      connections.set(recordId, goesOn ? { ...open, lastMs } : { sinceMs: lastMs, lastMs, first })
    },
    forget: (recordId) => connections.delete(recordId),
    stateOf(recordId, known) {
      const connection = connections.get(recordId)
      if (!connection) return known ? 'silent' : 'never'
      if (uptimeMs() - connection.sinceMs < lagMs) return connection.first ? 'never' : 'silent'
      return isSilent(connection, silenceMs + lagMs) ? 'silent' : 'connected'
    },
  }
}
