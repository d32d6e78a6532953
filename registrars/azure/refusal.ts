/** From what went wrong to a DeviceError: what, why, and what to do. No message holds the token. */
import { DeviceError, type DeviceErrorCode } from '../../reconcile/device-error.ts'
import { readJson, type HttpResponse } from '../../transport/http.ts'
import { TransportError } from '../../transport/transport-error.ts'
import { toArmError } from './convert.ts'

export interface Attempt {
  registrar: string
  /** What was attempted, as in "registering line-1". */
  what: string
  token: string
}

const roles =
  'Reading needs the Security Reader role; registering, deleting and downloading need Security Admin, Contributor or Owner.'

const advices: Readonly<Record<string, string>> = {
  AuthorizationFailed: `Give the identity behind the token a role on the subscription. ${roles}`,
  SubscriptionNotFound: 'Check `azure.subscriptionId`, and that the token belongs to the tenant of that subscription.',
  LocationNotAvailableForResourceType: 'Check `azure.location`.',
  InvalidApiVersionParameter:
    'The cloud no longer serves the preview that this version speaks. Look for a newer version.',
  ParentResourceNotFound: 'Create the site in the Azure portal, or correct `registration.site`.',
  ResourceNotFound: 'Somebody may have deleted it meanwhile. Plan again.',
}

/** A refusal of Resource Manager. */
export function toRefusal(attempt: Attempt, response: HttpResponse): DeviceError {
  const { status } = response
  const { code, message } = errorOf(response, attempt.token)
  const said = [code, message].filter((part) => part !== undefined)
  const words = said.length > 0 ? `: ${said.join(': ')}` : ''
  return new DeviceError(codeOf(status), `registrar ${attempt.registrar}: ${attempt.what}: status ${status}${words}`, {
    advice: advices[code ?? ''] ?? adviceOf(status),
    facts: { status, ...(code !== undefined && { armCode: code }) },
  })
}

/** Code and message of an error body; empty when the body is none. */
export function errorOf(response: HttpResponse, token: string): ReturnType<typeof toArmError> {
  try {
    return toArmError(readJson(response), (text) => text.replaceAll(token, '[token]'))
  } catch {
    return {}
  }
}

function codeOf(status: number): DeviceErrorCode {
  if (status === 401 || status === 403) return 'REGISTRAR_DENIED'
  return status >= 400 && status < 500 && status !== 429 ? 'REGISTRAR_REFUSED' : 'REGISTRAR_ERROR'
}

function adviceOf(status: number): string {
  if (status === 401) return 'The token is wrong or has expired: fetch a new one. Tokens last about an hour.'
  if (status === 403) return advices['AuthorizationFailed'] ?? roles
  if (status === 429) return 'The cloud asks for fewer requests: run again later.'
  if (status < 400) return 'Redirects are not followed: give the endpoint that it leads to, if you trust it.'
  if (status < 500) return 'The cloud does not take this request as it is: check what it names, and plan again.'
  return 'The cloud has a fault of its own: run again later.'
}

/** A body that is not what was asked for. */
export const malformed = ({ registrar, what }: Omit<Attempt, 'token'>, why: string): DeviceError =>
  new DeviceError('REGISTRAR_ERROR', `registrar ${registrar}: ${what}: ${why}`, {
    advice:
      'Check that `azure.endpoint` is Azure Resource Manager, and that nothing between here and there answers instead.',
  })

/** Turns errors of the way there into those of a registrar; others pass. What only reads cannot have done anything. */
export function toRegistrarError(
  { registrar, what, isRead = false }: Omit<Attempt, 'token'> & { isRead?: boolean },
  error: unknown,
): unknown {
  if (!(error instanceof TransportError)) return error
  const message = `registrar ${registrar}: ${what}: ${error.message}`
  if (error.code === 'ABORTED') return new DeviceError('ABORTED', message, { cause: error })
  const answered = error.code === 'ANSWER_MALFORMED' || error.code === 'ANSWER_TOO_LARGE'
  if (answered) return malformed({ registrar, what }, error.message)
  const advice = adviceOfWay[error.code] ?? (isRead ? 'Nothing was changed: run again later.' : unknownAdvice)
  return new DeviceError('REGISTRAR_UNREACHABLE', message, { cause: error, facts: error.facts, advice })
}

const adviceOfWay: Partial<Record<TransportError['code'], string>> = {
  UNREACHABLE: 'Check `azure.endpoint`, and that this machine may reach it.',
  TLS_UNTRUSTED:
    'Nothing was sent. Give `azure.trust` what the endpoint is recognised by: a pin, the authority of a proxy in between, or system.',
}

const unknownAdvice = 'Whether the cloud did it is not known: plan again.'
