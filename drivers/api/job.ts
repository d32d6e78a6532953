/** Waits for long work. Reboots and lost sessions in between are expected. */
import { DeviceError } from '../../reconcile/device-error.ts'
import type { Job } from '../../schemas/generated/wire.ts'
import { receive, type Call } from './call.ts'
import type { ApiDriverDeps } from './driver.ts'
import { wireError } from './errors.ts'
import type { ApiSession } from './session.ts'

const shortestPauseMs = 200
const longestPauseMs = 2000
const defaultTimeoutMs = 15 * 60_000

/** Resolves when the job has succeeded. Throws its error, or `TIMEOUT`. */
export async function awaitJob(
  session: ApiSession,
  first: Job,
  { clock, jobTimeoutMs = defaultTimeoutMs }: Pick<ApiDriverDeps, 'clock' | 'jobTimeoutMs'>,
  { doing, signal }: { doing: string; signal?: AbortSignal },
): Promise<Job> {
  const deadline = clock.monotonic() + jobTimeoutMs
  let job = first
  for (let pauseMs = shortestPauseMs; job.state === 'running'; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    if (clock.monotonic() > deadline) throw overdue(doing, jobTimeoutMs)
    await pause(clock, pauseMs, signal)
    job = (await look(session, job.id, doing, signal)) ?? job
  }
  if (job.state === 'failed') throw await failureOf(session, job, doing)
  return job
}

async function pause(clock: ApiDriverDeps['clock'], ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (cause) {
    throw new DeviceError('ABORTED', 'waiting for the appliance was called off; its work goes on', { cause })
  }
}

/** The job as it is now; nothing while the appliance is away. */
async function look(
  session: ApiSession,
  id: string,
  doing: string,
  signal: AbortSignal | undefined,
): Promise<Job | undefined> {
  const call: Call<'readJob'> = {
    operation: 'readJob',
    doing: `tell what became of the work to ${doing}`,
    params: { id },
    repeatable: false,
    repeatRefused: false,
    ...(signal && { signal }),
  }
  try {
    const response = await session.exchange(call)
    if (response.status === 404) throw forgotten(doing)
    return receive(call, response, (await session.open()).endpoint)
  } catch (error) {
    if (error instanceof DeviceError && isAway(error)) return undefined
    throw error
  }
}

const isAway = ({ code, facts }: DeviceError): boolean =>
  facts['forgotten'] !== true &&
  ['UNREACHABLE', 'CONNECTION_LOST', 'TIMEOUT', 'SERVER_ERROR', 'REBOOTING', 'THROTTLED', 'ANSWER_MALFORMED'].includes(
    code,
  )

const forgotten = (doing: string): DeviceError =>
  new DeviceError(
    'CONNECTION_LOST',
    `the appliance no longer knows about the work to ${doing}; what became of it is not known`,
    { facts: { forgotten: true }, advice: 'Run again: the appliance is read first.' },
  )

const overdue = (doing: string, timeoutMs: number): DeviceError =>
  new DeviceError('TIMEOUT', `the work to ${doing} did not end within ${Math.round(timeoutMs / 1000)} s`, {
    advice: 'Look at the appliance; run again when it is done.',
  })

async function failureOf(session: ApiSession, { error, type }: Job, doing: string): Promise<DeviceError> {
  const { endpoint } = await session.open().catch(() => ({ endpoint: 'the appliance' }))
  if (error?.code) return wireError(0, error, { endpoint, doing })
  const said = { userDisplayErrorMessage: '', internalSystemErrorMessage: '', ...error }
  return wireError(0, { ...said, code: type === 'backup' ? 'TARGET_FAILED' : 'INTERNAL' }, { endpoint, doing })
}
