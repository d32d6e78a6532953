/** Long work. A job ends at a deadline; what it does then is said by its type. */
import { randomUUID } from 'node:crypto'
import type { Job } from '../../schemas/generated/wire.ts'
import type { Actor } from './audit.ts'
import { Refusal } from './refusal.ts'
import type { Handlers, Appliance } from './sensor.ts'
import type { ApplianceState, SensorState, StoredJob } from './state.ts'

const keptMs = 3_600_000

export const runningJob = ({ jobs }: ApplianceState): StoredJob | null =>
  jobs.find(({ state }) => state === 'running') ?? null

/** A job as it is read. */
export function jobRead(job: StoredJob, uptimeMs: number): Job {
  const {
    startedUptimeMs,
    endsUptimeMs,
    file: _file,
    backup: _backup,
    actor: _actor,
    rebooted: _rebooted,
    ...rest
  } = job
  const share = (uptimeMs - startedUptimeMs) / Math.max(1, endsUptimeMs - startedUptimeMs)
  const percentage = job.state === 'running' ? Math.max(0, Math.min(99, Math.floor(share * 100))) : 100
  return { ...rest, percentage }
}

/** Starts a job; one at a time. Gives what to commit beside it. */
export function startJob(
  appliance: Appliance,
  type: Job['type'],
  actor: Actor,
  {
    lastsMs = appliance.world.tuning.jobMs,
    ...subject
  }: Pick<StoredJob, 'file' | 'backup' | 'rebooted'> & { lastsMs?: number } = {},
): { jobs: ApplianceState['jobs']; job: StoredJob } {
  const { state, world } = appliance
  if (runningJob(state)) throw new Refusal(409, 'BUSY', 'Another job is running.')
  const uptimeMs = world.clock.uptimeMs()
  const job: StoredJob = {
    id: randomUUID(),
    type,
    state: 'running',
    startedAt: new Date(appliance.nowMs()).toISOString(),
    finishedAt: null,
    error: null,
    result: null,
    startedUptimeMs: uptimeMs,
    endsUptimeMs: uptimeMs + lastsMs,
    actor,
    ...subject,
  }
  return { job, jobs: [job, ...state.jobs.filter(({ endsUptimeMs }) => uptimeMs - endsUptimeMs < keptMs)] }
}

/** What became of a job, and what the sensor takes over with it. */
export interface JobEnd<State extends ApplianceState = SensorState> {
  error: Job['error']
  result: Job['result']
  change: Partial<State>
  /** What follows once that is taken over. */
  follow?: () => void
}

export const jobHandlers: Handlers = {
  readJob: ({ state, world }, { params }) => {
    const job = state.jobs.find(({ id }) => id === params['id'])
    if (!job) throw new Refusal(404, 'NOT_FOUND', 'There is no such job.')
    return { status: 200, body: jobRead(job, world.clock.uptimeMs()) }
  },
}
