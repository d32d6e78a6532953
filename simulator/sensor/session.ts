/** Signing in: sessions, the documented credential check, the lock after five refusals. */
import { randomBytes, timingSafeEqual, createHash } from 'node:crypto'
import type { Operation } from '../../schemas/api/operations.ts'
import type { CredentialCheck, Session as SessionMessage } from '../../schemas/generated/wire.ts'
import type { Request } from '../edge.ts'
import { actorOf, audited } from './audit.ts'
import { idleSecondsOf, refusalsToLockOf, toldIdleSeconds } from './properties.ts'
import { giveBack } from './lease.ts'
import { Refusal } from './refusal.ts'
import type { Call, Handlers, Appliance, Session } from './sensor.ts'

const lockSeconds = 300

/** The session of a request. Ends those that were idle for too long on the sensor's clock. */
export function sessionOf(
  appliance: Appliance,
  { headers }: Request,
  { rawToken }: Pick<Operation, 'rawToken'>,
): Session {
  const form = rawToken ? /^(\S+)$/ : /^Bearer (\S+)$/
  const token = form.exec(headers.authorization ?? '')?.[1] ?? ''
  const session = appliance.memory.sessions.get(token)
  const now = appliance.nowMs()
  if (!session || now - session.usedMs >= idleSecondsOf(appliance.state) * 1000) {
    appliance.memory.sessions.delete(token)
    throw new Refusal(401, 'UNAUTHENTICATED', 'Sign in: there is no such session, or it has ended.')
  }
  session.usedMs = now
  return session
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function credentialsMatch(appliance: Appliance, { username, password }: CredentialCheck): boolean {
  const user = appliance.state.users.find((one) => one.username === username)
  return user !== undefined && timingSafeEqual(digest(user.password), digest(password))
}

/** Whether credentials are right; counts refusals and locks the account. */
function admit(appliance: Appliance, check: CredentialCheck): 'admitted' | 'refused' | 'locked' {
  const { refusals } = appliance.memory
  const uptimeMs = appliance.world.clock.uptimeMs()
  const before = refusals.get(check.username)
  if (before && before.lockedUntilUptimeMs > uptimeMs) return 'locked'
  if (credentialsMatch(appliance, check)) {
    refusals.delete(check.username)
    return 'admitted'
  }
  const count = (before?.count ?? 0) + 1
  const locks = count >= refusalsToLockOf(appliance.state)
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

function signIn(appliance: Appliance, call: Call) {
  const check = call.body as CredentialCheck
  const outcome = admit(appliance, check)
  if (outcome === 'locked') throw new Refusal(403, 'ACCOUNT_LOCKED', 'The account is locked for some minutes.')
  if (outcome === 'refused') {
    const actor = { ...actorOf(call), user: check.username }
    appliance.commit({ audit: audited(appliance, actor, [{ action: 'sign-in refused' }]) })
    throw new Refusal(401, 'CREDENTIALS_REFUSED', 'User name or password is wrong.')
  }
  const token = randomBytes(24).toString('base64url')
  dropIdle(appliance)
  appliance.memory.sessions.set(token, { token, username: check.username, usedMs: appliance.nowMs() })
  const { serialNumber } = appliance.state
  return {
    status: 201,
    body: { token, idleSeconds: toldIdleSeconds(appliance.state), serialNumber } satisfies SessionMessage,
  }
}

function dropIdle(appliance: Appliance): void {
  const { sessions } = appliance.memory
  const idleMs = idleSecondsOf(appliance.state) * 1000
  for (const [token, { usedMs }] of sessions) {
    if (appliance.nowMs() - usedMs >= idleMs) sessions.delete(token)
  }
}

export const sessionHandlers: Handlers = {
  checkCredentials: (appliance, { body }) =>
    admit(appliance, body as CredentialCheck) === 'admitted'
      ? { status: 200, body: { msg: 'Authentication succeeded.' } }
      : { status: 401, body: documentedRefusal },
  signIn,
  signOut: (appliance, { session, fence, request }) => {
    appliance.memory.sessions.delete(session?.token ?? '')
    if (fence !== undefined) giveBack(appliance, fence, request)
    return { status: 204 }
  },
}
