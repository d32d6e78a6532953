/** Starts a simulated cloud and a client of it over real TLS. Addresses of this part: 127.20.120.0 to 127.20.139.255. */
import { createSimulatorClock, type SimulatorClock } from '../../../simulator/clock.ts'
import { startCloud, type CloudOptions, type RunningCloud } from '../../../simulator/cloud/cloud.ts'
import { createIdentity } from '../../../simulator/cloud/identity.ts'
import { createFaultEngine, type FaultEngine } from '../../../simulator/faults.ts'
import { createRequestLog } from '../../../simulator/request-log.ts'
import { createHttp, readJson, type Http, type HttpResponse } from '../../../transport/http.ts'

export const token = 'owner-token'
export const readerToken = 'reader-token'
export const subscriptionId = '20ff7fc3-0000-4000-8000-000000000001'
export const startMs = Date.parse('2026-03-01T00:00:00Z')

/** Making keys takes longer than all else here, so the clouds of one file share them. */
const identity = createIdentity()

export interface Reply {
  status: number
  type: string
  headers: Readonly<Record<string, string>>
  body: unknown
  bytes: Uint8Array
}

export interface TestCloud {
  cloud: RunningCloud
  clock: SimulatorClock
  faults: FaultEngine
  /** Below the provider; `api-version` is that of sites unless given. */
  send: (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    options?: { body?: string; token?: string | null; version?: string | null },
  ) => Promise<Reply>
  stop(): Promise<void>
}

export async function startTestCloud(address: string, options: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const clock = createSimulatorClock(startMs)
  const faults = createFaultEngine()
  const log = createRequestLog()
  const base = {
    address,
    port: 0,
    token,
    readerToken,
    subscriptionId,
    location: 'eastus',
    sites: ['berlin-plant'],
    identity,
  }
  const cloud = await startCloud({ ...base, clock, faults, log, ...options })
  const http = createHttp({
    origin: cloud.endpoint,
    trust: { anchors: [{ pin: cloud.pin }] },
    clock: { now: Date.now, monotonic: Date.now, sleep: () => Promise.resolve() },
    attempts: 1,
  })
  return {
    cloud,
    clock,
    faults,
    send: (method, path, request = {}) => send(http, method, path, request),
    async stop() {
      await http.close()
      await cloud.stop()
    },
  }
}

async function send(
  http: Http,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  { body, token: bearer = token, version = '2021-09-01-preview' }: Parameters<TestCloud['send']>[2] & object,
): Promise<Reply> {
  const query = version === null ? '' : `?api-version=${version}`
  const response = await http.request({
    method,
    path: `/subscriptions/${subscriptionId}/providers/Microsoft.IoTSecurity${path}${query}`,
    headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
    ...(body !== undefined && { body }),
  })
  return { ...pick(response), body: pick(response).type === 'application/json' ? readJson(response) : undefined }
}

const pick = ({ status, headers, body }: HttpResponse) => ({
  status,
  headers,
  type: headers['content-type']?.split(';')[0] ?? '',
  bytes: body,
})
