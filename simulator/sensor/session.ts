/** Signing in: sessions, the documented credential check, the lock after five refusals. */
import { randomBytes, timingSafeEqual, createHash } from 'node:crypto'
import type { CredentialCheck, Session as SessionMessage } from '../../schemas/generated/wire.ts'
import type { Request } from '../edge.ts'
import { actorOf, audited } from './audit.ts'
import { idleSecondsOf, refusalsToLockOf, toldIdleSeconds } from './properties.ts'
import { Refusal } from './refusal.ts'
import type { Call, Handlers, Sensor, Session } from './sensor.ts'

const lockSeconds = 300

/** The session of a request. Ends those that were idle for too long on the sensor's clock. */
export function sessionOf(sensor: Sensor, { headers }: Request): Session {
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  const session = sensor.memory.sessions.get(token)
  const now = sensor.nowMs()
  if (!session || now - session.usedMs >= idleSecondsOf(sensor.state) * 1000) {
    sensor.memory.sessions.delete(token)
    throw new Refusal(401, 'UNAUTHENTICATED', 'Sign in: there is no such session, or it has ended.')
  }
  session.usedMs = now
  return session
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function credentialsMatch(sensor: Sensor, { username, password }: CredentialCheck): boolean {
  const user = sensor.state.users.find((one) => one.username === username)
  return user !== undefined && timingSafeEqual(digest(user.password), digest(password))
}

/** Whether credentials are right; counts refusals and locks the account. */
function admit(sensor: Sensor, check: CredentialCheck): 'admitted' | 'refused' | 'locked' {
  const { refusals } = sensor.memory
  const uptimeMs = sensor.world.clock.uptimeMs()
  const before = refusals.get(check.username)
  if (before && before.lockedUntilUptimeMs > uptimeMs) return 'locked'
  if (credentialsMatch(sensor, check)) {
    refusals.delete(check.username)
    return 'admitted'
  }
  const count = (before?.count ?? 0) + 1
  const locks = count >= refusalsToLockOf(sensor.state)
  refusals.set(check.username, {
    count: locks ? 0 : count,
    lockedUntilUptimeMs: locks ? uptimeMs + lockSeconds * 1000 : 0,
  })
  return 'refused'
}

const documentedRefusal = {
  error: {
    userDisplayErrorMessage: 'Credentials validation failed',
    internalSystemErrorMessage: 'Credentials validation failed',
  },
}

function signIn(sensor: Sensor, call: Call) {
  const check = call.body as CredentialCheck
  const outcome = admit(sensor, check)
  if (outcome === 'locked') throw new Refusal(403, 'ACCOUNT_LOCKED', 'The account is locked for some minutes.')
  if (outcome === 'refused') {
    const actor = { ...actorOf(call), user: check.username }
    sensor.commit({ audit: audited(sensor, actor, [{ action: 'sign-in refused' }]) })
    throw new Refusal(401, 'CREDENTIALS_REFUSED', 'User name or password is wrong.')
  }
  const token = randomBytes(24).toString('base64url')
  dropIdle(sensor)
  sensor.memory.sessions.set(token, { token, username: check.username, usedMs: sensor.nowMs() })
  const { serialNumber } = sensor.state
  return {
    status: 201,
    body: { token, idleSeconds: toldIdleSeconds(sensor.state), serialNumber } satisfies SessionMessage,
  }
}

function dropIdle(sensor: Sensor): void {
  const { sessions } = sensor.memory
  const idleMs = idleSecondsOf(sensor.state) * 1000
  for (const [token, { usedMs }] of sessions) {
    if (sensor.nowMs() - usedMs >= idleMs) sessions.delete(token)
  }
}

export const sessionHandlers: Handlers = {
  checkCredentials: (sensor, { body }) =>
    admit(sensor, body as CredentialCheck) === 'admitted'
      ? { status: 200, body: { msg: 'Authentication succeeded.' } }
      : { status: 401, body: documentedRefusal },
  signIn,
  signOut: (sensor, { session }) => {
    sensor.memory.sessions.delete(session?.token ?? '')
    return { status: 204 }
  },
}
