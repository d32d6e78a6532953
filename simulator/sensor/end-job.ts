import { finishActivation } from './activation.ts'
import { finishBackup } from './backup.ts'
import { runningJob, type JobEnd } from './jobs.ts'
import { finishRestore } from './restore.ts'
import type { Sensor } from './sensor.ts'
import { finishUpdate } from './software.ts'
import type { StoredJob } from './state.ts'

const ends: Readonly<Record<StoredJob['type'], (sensor: Sensor, job: StoredJob) => JobEnd>> = {
  activation: finishActivation,
  backup: finishBackup,
  restore: finishRestore,
  update: finishUpdate,
}

/** Ends the running job when its time has come. */
export function endDueJob(sensor: Sensor): void {
  const job = runningJob(sensor.state)
  if (!job || job.endsUptimeMs > sensor.world.clock.uptimeMs()) return
  const { error, result, change, follow } = ends[job.type](sensor, job)
  const finishedAt = new Date(sensor.nowMs()).toISOString()
  const ended: StoredJob = { ...job, state: error ? 'failed' : 'succeeded', finishedAt, error, result }
  sensor.commit({ ...change, jobs: sensor.state.jobs.map((one) => (one.id === job.id ? ended : one)) })
  follow?.()
}
