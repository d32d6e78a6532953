/** The driver of the Sensor Settings API: HTTPS, one session and one bulk read an appliance, writes under a lease. */
import type { Clock } from '../../reconcile/clock.ts'
import type { Driver, Support } from '../../reconcile/driver.ts'
import type { LoadedSecret } from '../../schemas/fleet.ts'
import type { Exchange, HttpOptions } from '../../transport/http.ts'
import { createOperator } from './operator.ts'
import { createReader } from './reader.ts'
import { createSessionPark } from './session-park.ts'
import { createSession, endParked } from './session.ts'
import { createSignInLedger } from './sign-in-ledger.ts'
import { createWriter } from './writer.ts'

export interface ApiDriverDeps {
  clock: Clock
  /** Throws a DeviceError `SECRET_MISSING`. */
  readSecret: (reference: LoadedSecret) => Promise<string>
  /** 0 ≤ x < 1. Default: Math.random. */
  random?: () => number
  /** Called after each attempt of a request, for counting. Holds no header and no body. */
  onRequest?: (event: RequestEvent) => void
  /** Other bounds than those of the transport. */
  limits?: Limits
  /** How long a job may take. Default: 15 minutes. */
  jobTimeoutMs?: number
  /**
   * A closed reader leaves its session to the next reader or writer of the same target, for runs that look first and
   * write then. Such a driver must be closed. Default: false, each signs in and out.
   */
  keepSessions?: boolean
}

type Limits = Pick<
  HttpOptions,
  'connectTimeoutMs' | 'headersTimeoutMs' | 'bodyTimeoutMs' | 'timeoutMs' | 'totalTimeoutMs' | 'attempts'
>

export interface RequestEvent extends Exchange {
  /** Key of the target. */
  key: string
}

export const apiSupport: Support = {
  default: { read: true, write: 'automatic' },
  fields: {},
  lease: true,
  owner: true,
  tags: true,
  guardedNetworkChange: true,
  activationUpload: 'automatic',
  backupNow: true,
  restore: true,
  audit: true,
  managementConsoles: true,
  peerCheck: true,
}

/** One instance serves one run: it remembers refused credentials. */
export function createApiDriver(deps: ApiDriverDeps): Driver {
  const park = createSessionPark()
  const all = { ...deps, ledger: createSignInLedger(), ...(deps.keepSessions && { park }) }
  return {
    name: 'api',
    support: apiSupport,
    reader: (target) => createReader(createSession(target, all, { parks: true }), target, deps),
    operator: (target) => createOperator(createSession(target, all)),
    writer(target) {
      const session = createSession(target, all)
      return { ...createReader(session, target, deps), ...createWriter(session, deps) }
    },
    close: () => park.close((parked) => endParked(parked, all)),
  }
}
