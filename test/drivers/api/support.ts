/** What the tests of the driver share. */
import type { Target } from '../../../reconcile/driver.ts'
import { DeviceError } from '../../../reconcile/device-error.ts'
import { createApiDriver, type ApiDriverDeps, type RequestEvent } from '../../../drivers/api/driver.ts'
import { createTestClock } from '../../transport/servers.ts'
import { selfSigned } from './scripted-sensor.ts'

/** A driver whose secrets are what its references are named. */
export function driver(options: Partial<ApiDriverDeps> = {}) {
  const clock = createTestClock(Date.UTC(2030, 0, 1))
  const events: RequestEvent[] = []
  const api = createApiDriver({
    clock,
    readSecret: async ({ fromEnv }) => fromEnv ?? '',
    random: () => 0,
    onRequest: (event) => events.push(event),
    ...options,
  })
  return { api, clock, events }
}

export function target(endpoints: string | readonly string[], options: Partial<Target> = {}): Target {
  return {
    key: 'line-1',
    endpoints: typeof endpoints === 'string' ? [endpoints] : endpoints,
    credentials: credentials('right'),
    trust: [{ pin: selfSigned.pin }],
    trustedCertificates: [],
    knownPins: [],
    ...options,
  }
}

/** A credentials entry; passwords are given as they are. */
export const credentials = (password: string, previous?: string): Target['credentials'] => ({
  name: 'default',
  entry: {
    username: 'admin',
    password: { fromEnv: password },
    ...(previous !== undefined && { previousPassword: { fromEnv: previous } }),
  },
})

/** The DeviceError of a promise that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<DeviceError> {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  if (error instanceof DeviceError) return error
  throw error
}
