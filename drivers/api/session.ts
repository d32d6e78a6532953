/**
 * One signed-in conversation with one appliance. Opened by the first call; a session that the appliance ended is opened
 * again once per call. Tokens live here and, where a run comes back to an appliance, in its park of sessions.
 *
 * @module
 */
import { DeviceError } from '../../reconcile/device-error.ts'
import type { ServedCertificate, Target } from '../../reconcile/driver.ts'
import { createHttp, type Http, type HttpResponse } from '../../transport/http.ts'
import { sanitise } from '../../transport/sanitise.ts'
import { isSessionLost, receive, send, type Answers, type Call, type OperationName } from './call.ts'
import type { ApiDriverDeps } from './driver.ts'
import type { ParkedSession, SessionPark } from './session-park.ts'
import { connect, signIn, type SignedIn, type SignInDeps } from './sign-in.ts'

export interface ApiSession {
  /** Sends with a session. Throws a DeviceError when no answer came; a refusal is an answer. */
  exchange(call: Call): Promise<HttpResponse>
  /** Sends with a session and checks the answer. Throws a DeviceError. */
  call<Name extends OperationName>(call: Call<Name>): Promise<Answers[Name]>
  /** Opens the session if need be. */
  open(): Promise<OpenSession>
  /** Certificate of the newest connection. */
  served(): ServedCertificate | undefined
  /** The next call opens a new connection; with `forget` it signs in again as well. */
  reconnect(options?: { forget: boolean }): void
  /**
   * Ends the session and gives the lease back with it, in one request. False: nobody knows whether it did. The next call
   * signs in anew. Never throws.
   */
  endWithLease(fence: number, options: { clearIntent: boolean }): Promise<boolean>
  /** Ends the session (best effort) and all connections. Never throws. */
  close(): Promise<void>
}

export interface OpenSession extends SignedIn {
  endpoint: string
}

interface State {
  http?: Http
  endpoint?: string
  identity?: string
  open?: Promise<OpenSession>
}

export interface SessionDeps extends ApiDriverDeps, SignInDeps {
  /** Sessions that may be taken over. */
  park?: SessionPark
}

const signOutTimeoutMs = 2000

/** Several attempts fit into what a lease lasts. */
export const leaseTimeoutMs = 10_000

/** The intent goes with the lease. */
export const clearsIntent = { query: { intent: 'clear' } } as const

/** `parks`: closing leaves the session in the park, if there is one, instead of ending it. */
export function createSession(target: Target, deps: SessionDeps, { parks = false } = {}): ApiSession {
  const state: State = target.identity === undefined ? {} : { identity: target.identity }
  const open = (): Promise<OpenSession> => {
    state.open ??= openSession(state, target, deps).catch((error: unknown) => {
      delete state.open
      throw error
    })
    return state.open
  }
  const exchange = (call: Call) => exchangeOnce(state, open, withSignal(call, target.signal))
  return {
    exchange,
    open,
    call: async (call) => receive(call, await exchange(call), state.endpoint ?? ''),
    served: () => state.http?.served(),
    reconnect(options) {
      state.http?.reconnect()
      if (options?.forget) delete state.open
    },
    endWithLease: (fence, { clearIntent }) =>
      endWithLease(state, {
        ...withSignal(signOutCall, target.signal),
        fence,
        timeoutMs: leaseTimeoutMs,
        ...(clearIntent && clearsIntent),
      }),
    close: () => closeSession(state, target, parks ? deps.park : undefined),
  }
}

const withSignal = (call: Call, signal: AbortSignal | undefined): Call =>
  signal ? { ...call, signal: call.signal ? AbortSignal.any([call.signal, signal]) : signal } : call

async function exchangeOnce(state: State, open: () => Promise<OpenSession>, call: Call): Promise<HttpResponse> {
  const opened = open()
  const first = await ask(state, await opened, call)
  if (!isSessionLost(first)) return first
  if (state.open === opened) delete state.open
  const second = await ask(state, await open(), call)
  if (!isSessionLost(second)) return second
  throw new DeviceError('SERVER_ERROR', `${state.endpoint ?? ''} ends each session at once`, {
    advice: 'Look into the logs of the appliance.',
  })
}

function ask({ http }: State, { token }: OpenSession, call: Call): Promise<HttpResponse> {
  if (!http) throw new TypeError('a session without a connection')
  return send(http, call, token)
}

/**
 * Signs in where the appliance answered last, else at the first endpoint that is the appliance. Only a first opening may
 * take a parked session over: later ones follow a session that the appliance ended.
 */
async function openSession(state: State, target: Target, deps: SessionDeps): Promise<OpenSession> {
  if (state.endpoint !== undefined) return signInAt(state, state.endpoint, target, deps)
  const failures: { endpoint: string; error: DeviceError }[] = []
  for (const endpoint of candidates(target, deps.park?.endpointFor(target))) {
    try {
      return await openAt(state, endpoint, target, deps)
    } catch (error) {
      if (!(error instanceof DeviceError) || !isElsewhere(error)) throw error
      failures.push({ endpoint, error })
    }
  }
  throw summarise(failures)
}

/** Without a known identity or key nobody could tell whether another address leads to the same appliance. */
function candidates(
  { endpoints, identity, trust, knownPins }: Target,
  parkedAt: string | undefined,
): readonly string[] {
  const pinned = trust.some((anchor) => 'pin' in anchor || ('pinFile' in anchor && anchor.pins.length > 0))
  const recognisable = identity !== undefined || pinned || knownPins.length > 0
  const all = recognisable ? [...new Set(endpoints)] : endpoints.slice(0, 1)
  return all.toSorted((one, other) => Number(other === parkedAt) - Number(one === parkedAt))
}

/** The appliance may be at another address. A refused password is no such sign: it is not sent elsewhere. */
const isElsewhere = ({ code }: DeviceError): boolean =>
  [
    'UNREACHABLE',
    'CONNECTION_LOST',
    'TIMEOUT',
    'TLS_UNTRUSTED',
    'IDENTITY_MISMATCH',
    'NOT_A_SENSOR',
    'ANSWER_MALFORMED',
    'ANSWER_TOO_LARGE',
  ].includes(code)

function summarise(failures: readonly { endpoint: string; error: DeviceError }[]): DeviceError {
  const telling = failures.find(({ error }) => error.code !== 'UNREACHABLE') ?? failures[0]
  if (!telling) return new DeviceError('UNREACHABLE', 'no endpoint is given')
  const others = failures.filter((failure) => failure !== telling)
  if (others.length === 0) return telling.error
  const { code, message, advice, facts } = telling.error
  const tried = others.map(({ endpoint, error }) => `${sanitise(endpoint)} (${error.code})`).join(', ')
  return new DeviceError(code, `${message}; tried as well: ${tried}`, {
    cause: telling.error,
    facts: { ...facts },
    ...(advice && { advice }),
  })
}

async function openAt(state: State, endpoint: string, target: Target, deps: SessionDeps): Promise<OpenSession> {
  return (await takeOver(state, endpoint, target, deps)) ?? signInAt(state, endpoint, target, deps)
}

/** The token is sent only to the peer that gave it: who serves another key is signed in to. */
async function takeOver(
  state: State,
  endpoint: string,
  target: Target,
  deps: SessionDeps,
): Promise<OpenSession | undefined> {
  if (deps.park?.endpointFor(target) !== endpoint) return undefined
  const http = createHttp(httpOptions(endpoint, target, deps))
  try {
    await connect(http, target.signal)
  } catch (error) {
    await http.close()
    throw error
  }
  const session = deps.park.take(target, endpoint, http.served())
  if (session) Object.assign(state, { http, endpoint, identity: session.identity })
  else await http.close()
  return session
}

async function signInAt(state: State, endpoint: string, target: Target, deps: SessionDeps): Promise<OpenSession> {
  const http = state.http ?? createHttp(httpOptions(endpoint, target, deps))
  try {
    const signedIn = await signIn(http, endpoint, target, deps)
    if (signedIn.identity === target.replaced) {
      await signOut(http, signedIn.token)
      throw replacedHardware(endpoint, target.key, signedIn.identity)
    }
    if (state.identity !== undefined && signedIn.identity !== state.identity) {
      await signOut(http, signedIn.token)
      throw mismatch(endpoint, state.identity, signedIn.identity)
    }
    Object.assign(state, { http, endpoint, identity: signedIn.identity })
    return { ...signedIn, endpoint }
  } catch (error) {
    if (!state.http) await http.close()
    throw error
  }
}

function httpOptions(endpoint: string, target: Target, deps: ApiDriverDeps) {
  const { key, trust, trustedCertificates, knownPins, serverName } = target
  const { onRequest, random, clock, limits } = deps
  return {
    ...limits,
    origin: new URL(endpoint).origin,
    trust: { anchors: trust, trustedCertificates, knownPins, ...(serverName !== undefined && { serverName }) },
    clock,
    ...(random && { random }),
    ...(onRequest && { onExchange: (exchange: Parameters<typeof onRequest>[0]) => onRequest({ ...exchange, key }) }),
  }
}

/** An appliance with another serial number than the known one. */
export const mismatch = (endpoint: string, known: string, found: string): DeviceError =>
  new DeviceError(
    'IDENTITY_MISMATCH',
    `${sanitise(endpoint)} is another appliance: its serial number is ${sanitise(found)}, not ${sanitise(known)}`,
    {
      advice:
        'Nothing was changed. Check access.endpoint, and where the serial number comes from: access.identity, the pin file, or else the last run. If the hardware was replaced: sensorform apply --replace KEY.',
      facts: { identity: sanitise(found) },
    },
  )

/** The hardware that a person replaced: it came back, or was never taken away. */
const replacedHardware = (endpoint: string, key: string, found: string): DeviceError =>
  new DeviceError(
    'IDENTITY_MISMATCH',
    `${sanitise(endpoint)} is the hardware that was replaced: its serial number is ${sanitise(found)}, and ${key} is another one now`,
    {
      advice: `Switch the old hardware off, or give it another address. To go back to it: sensorform apply --replace ${key}.`,
      facts: { identity: sanitise(found) },
    },
  )

async function closeSession(state: State, target: Target, park: SessionPark | undefined): Promise<void> {
  const { http, open } = state
  delete state.open
  if (!http) return
  const session = await open?.catch(() => undefined)
  if (session && !park?.park(target, session, http.served())) await signOut(http, session.token)
  await http.close()
  delete state.http
}

async function endWithLease(state: State, call: Call): Promise<boolean> {
  const { http, open } = state
  const session = await open?.catch(() => undefined)
  if (!http || !session) return false
  const response = await send(http, call, session.token).catch(() => undefined)
  if (response?.status !== 204) return false
  delete state.open
  return true
}

/** Ends a session that nobody took over. Best effort, never throws. */
export async function endParked({ session, target, pin }: ParkedSession, deps: SessionDeps): Promise<void> {
  const signal = AbortSignal.timeout(signOutTimeoutMs)
  const http = createHttp(httpOptions(session.endpoint, target, deps))
  try {
    await http.connect(signal)
    if (http.served()?.pin === pin) await signOut(http, session.token, signal)
  } catch {
    // An appliance that is away ends its idle sessions by itself.
  } finally {
    await http.close()
  }
}

const signOutCall: Call = { operation: 'signOut', doing: 'sign out', repeatRefused: false, timeoutMs: signOutTimeoutMs }

async function signOut(http: Http, token: string, signal?: AbortSignal): Promise<void> {
  await send(http, withSignal(signOutCall, signal), token).catch(() => undefined)
}
