/** One operation of the Sensor Settings API: what is sent, and what of the answer is good. */
import type { DeviceError } from '../../reconcile/device-error.ts'
import { operations, type Operation } from '../../schemas/api/operations.ts'
import type { WriteOperation } from '../../schemas/api/settings.ts'
import type * as wire from '../../schemas/generated/wire.ts'
import type { BodyStream, Http, HttpResponse } from '../../transport/http.ts'
import { checkAnswer, readRefusal } from './check.ts'
import { statusError, toDeviceError, wireError, type Circumstances } from './errors.ts'

/** The operations that this driver uses, and what each answers. */
export interface Answers extends Record<WriteOperation, wire.Written> {
  signIn: wire.Session
  signOut: undefined
  readAppliance: wire.ApplianceRead | wire.ConsoleRead
  listAppliances: wire.ManagedAppliances
  readConnectionString: wire.ConnectionString
  assignZone: wire.Written
  removeSensor: undefined
  readAudit: wire.Audit
  importCertificate: wire.Written
  changeAddress: wire.PendingNetworkChange
  confirmAddress: wire.Written
  activate: wire.Job
  createBackup: wire.Job
  restoreBackup: wire.Job
  uploadPackage: wire.SoftwarePackage
  updateSoftware: wire.Job
  readJob: wire.Job
  listBackups: wire.BackupList
  testRule: wire.TestMessageResult
  checkPeers: wire.PeerCheck
  lease: wire.LeaseGrant
  releaseLease: undefined
}
export type OperationName = keyof Answers

export interface Call<Name extends OperationName = OperationName> {
  /** Id in the table of operations. */
  operation: Name
  /** Completes "asked to …". */
  doing: string
  params?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  json?: unknown
  bytes?: Uint8Array
  stream?: BodyStream
  fence?: number
  /** For If-Match. */
  revision?: string
  /** For If-None-Match. */
  knownRevision?: string
  secrets?: readonly string[]
  signal?: AbortSignal
  repeatable?: boolean
  repeatRefused?: boolean
  timeoutMs?: number
}

const byId = new Map<string, Operation>(operations.map((operation) => [operation.id, operation]))

function operationOf({ operation }: Call): Operation {
  const found = byId.get(operation)
  if (!found) throw new TypeError(`the Sensor Settings API has no operation ${operation}`)
  return found
}

/** Sends it. Throws a DeviceError when no answer came; a refusal is an answer. */
export async function send(http: Http, call: Call, token?: string): Promise<HttpResponse> {
  const operation = operationOf(call)
  const { method, path } = operation
  const { params = {}, query, json, bytes, stream, signal, repeatable, repeatRefused, timeoutMs } = call
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const body = stream ?? bytes ?? (json === undefined ? undefined : JSON.stringify(json))
  try {
    return await http.request({
      method: method.toUpperCase() as Uppercase<Operation['method']>,
      path: query ? `${filled}?${new URLSearchParams(query).toString()}` : filled,
      headers: headersOf(call, operation.rawToken || token === undefined ? token : `Bearer ${token}`),
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
      ...(repeatable !== undefined && { repeatable }),
      ...(repeatRefused !== undefined && { repeatRefused }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    })
  } catch (error) {
    throw toDeviceError(error)
  }
}

function headersOf(
  { json, bytes, stream, fence, revision, knownRevision }: Call,
  authorization?: string,
): Record<string, string> {
  return {
    accept: 'application/json',
    ...(json !== undefined && { 'content-type': 'application/json' }),
    ...(bytes && { 'content-type': 'application/zip' }),
    ...(stream && { 'content-type': 'application/octet-stream' }),
    ...(authorization !== undefined && { authorization }),
    ...(fence !== undefined && { 'sensorform-fence': String(fence) }),
    ...(revision !== undefined && { 'if-match': `"${revision}"` }),
    ...(knownRevision !== undefined && { 'if-none-match': `"${knownRevision}"` }),
  }
}

/** The message of a good answer; `undefined` for one without a body. Throws for refusals and for anything else. */
export function receive<Name extends OperationName>(
  call: Call<Name>,
  response: HttpResponse,
  endpoint: string,
): Answers[Name] {
  const { status, body } = operationOf(call).response
  const circumstances: Circumstances = { endpoint, doing: call.doing, ...(call.secrets && { secrets: call.secrets }) }
  if (response.status === status) {
    return (body ? checkAnswer(body, response, circumstances) : undefined) as Answers[Name]
  }
  throw refusalOf(response, circumstances)
}

/** The error of an answer that is not the expected one. */
export function refusalOf(response: HttpResponse, circumstances: Circumstances): DeviceError {
  const refusal = response.status >= 400 ? readRefusal(response) : undefined
  return refusal
    ? wireError(response.status, refusal, circumstances)
    : statusError(response.status, response.headers, circumstances, response.receivedAt)
}

/** Says that the session has ended: the request did nothing. */
export const isSessionLost = (response: HttpResponse): boolean =>
  response.status === 401 && readRefusal(response)?.code === 'UNAUTHENTICATED'
