import { finishActivation } from './activation.ts'
import { finishBackup } from './backup.ts'
import { runningJob } from './jobs.ts'
import type { Sensor } from './sensor.ts'
import type { StoredJob } from './state.ts'

/** Ends the running job when its time has come. */
export function endDueJob(sensor: Sensor): void {
  const job = runningJob(sensor.state)
  if (!job || job.endsUptimeMs > sensor.world.clock.uptimeMs()) return
  const { error, result, change } = job.type === 'activation' ? finishActivation(sensor, job) : finishBackup(sensor)
  const finishedAt = new Date(sensor.nowMs()).toISOString()
  const ended: StoredJob = { ...job, state: error ? 'failed' : 'succeeded', finishedAt, error, result }
  sensor.commit({ ...change, jobs: sensor.state.jobs.map((one) => (one.id === job.id ? ended : one)) })
}
