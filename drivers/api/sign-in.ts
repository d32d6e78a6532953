/** Signs in at one endpoint: no password is sent twice, none to a peer that is not trusted, none when it is retired. */
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Target } from '../../reconcile/driver.ts'
import type { LoadedSecret } from '../../schemas/fleet.ts'
import type { Http, HttpResponse } from '../../transport/http.ts'
import { sanitise } from '../../transport/sanitise.ts'
import { receive, refusalOf, send, type Call } from './call.ts'
import { readRefusal } from './check.ts'
import { toDeviceError } from './errors.ts'
import type { SignInLedger } from './sign-in-ledger.ts'

/** Others may wait for their turn meanwhile. */
const timeoutMs = 20_000

export interface SignInDeps {
  ledger: SignInLedger
  readSecret: (reference: LoadedSecret) => Promise<string>
}

export interface SignedIn {
  token: string
  identity: string
  /** The previous password was accepted, the present one refused. */
  withPrevious: boolean
}

export async function signIn(http: Http, endpoint: string, target: Target, deps: SignInDeps): Promise<SignedIn> {
  const { name } = target.credentials
  const known = deps.ledger.at(name, endpoint)
  if (known.refused) throw known.refused
  deps.ledger.assertUsable(name)
  const password = await deps.readSecret(target.credentials.entry.password)
  await connect(http, target.signal)
  const leave = await deps.ledger.enter(name, target.signal)
  try {
    const signedIn = await tryPasswords(http, endpoint, target, password, deps)
    leave('accepted')
    return signedIn
  } catch (error) {
    leave(isRefusal(error) ? 'refused' : 'other')
    if (isRefusal(error)) known.refused = error
    throw error
  }
}

const isRefusal = (error: unknown): error is DeviceError =>
  error instanceof DeviceError && (error.code === 'CREDENTIALS_REFUSED' || error.code === 'ACCOUNT_LOCKED')

/** Opens a connection to a trusted peer and sends nothing. Throws a DeviceError. */
export async function connect(http: Http, signal: AbortSignal | undefined): Promise<void> {
  try {
    await http.connect(signal)
  } catch (error) {
    throw toDeviceError(error)
  }
}

async function tryPasswords(
  http: Http,
  endpoint: string,
  target: Target,
  password: string,
  { ledger, readSecret }: SignInDeps,
): Promise<SignedIn> {
  const { name, entry } = target.credentials
  const known = ledger.at(name, endpoint)
  if (!known.present) {
    const first = await tryPassword(http, endpoint, target, password, false)
    if (!(first instanceof DeviceError)) return first
    if (first.code !== 'CREDENTIALS_REFUSED') throw first
    known.present = first
  }
  if (!entry.previousPassword) throw known.present
  const previous = await readPrevious(entry.previousPassword, known.present, readSecret)
  const second = await tryPassword(http, endpoint, target, previous, true)
  if (second instanceof DeviceError) throw second
  return second
}

async function readPrevious(
  reference: LoadedSecret,
  refusal: DeviceError,
  readSecret: SignInDeps['readSecret'],
): Promise<string> {
  try {
    return await readSecret(reference)
  } catch (cause) {
    throw new DeviceError('CREDENTIALS_REFUSED', `${refusal.message}; its previous password is not at hand`, {
      cause,
      facts: { ...refusal.facts },
      ...(refusal.advice !== undefined && { advice: refusal.advice }),
    })
  }
}

/** Gives the refusal of a password as a value; anything else is thrown. */
async function tryPassword(
  http: Http,
  endpoint: string,
  { credentials, signal }: Target,
  password: string,
  withPrevious: boolean,
): Promise<SignedIn | DeviceError> {
  const call: Call<'signIn'> = {
    operation: 'signIn',
    doing: `sign in with the ${withPrevious ? 'previous password' : 'password'} of the credentials ${credentials.name}`,
    json: { username: credentials.entry.username, password },
    secrets: [password],
    timeoutMs,
    ...(signal && { signal }),
  }
  const response = await send(http, call)
  if (!isSensorAnswer(response)) throw notASensor(endpoint, response)
  if (response.status === 401 || response.status === 403) {
    return refusalOf(response, { endpoint, doing: call.doing, secrets: [password] })
  }
  const { token, serialNumber } = receive(call, response, endpoint)
  return { token, identity: serialNumber, withPrevious }
}

/**
 * A sensor answers a sign-in with JSON, and explains its refusals; others are in trouble or no sensor. Who cannot do what
 * HTTP asks (501, 505) is no sensor in trouble.
 */
function isSensorAnswer(response: HttpResponse): boolean {
  const { status } = response
  if (status === 429 || (status >= 500 && status !== 501 && status !== 505)) return true
  if (response.status === 201) return (response.headers['content-type'] ?? '').includes('json')
  const refusal = response.status >= 400 ? readRefusal(response) : undefined
  return refusal?.code !== undefined && refusal.code !== 'NOT_FOUND'
}

const notASensor = (endpoint: string, { status }: HttpResponse): DeviceError =>
  new DeviceError(
    'NOT_A_SENSOR',
    `what answers at ${sanitise(endpoint)} is no sensor: it answered a sign-in with status ${status} and nothing that a sensor says`,
    { advice: 'Check access.endpoint: address and port of the sensor.' },
  )
