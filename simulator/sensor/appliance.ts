/** A simulated sensor that runs. */
import type { Answer, Request } from '../edge.ts'
import type { Fault } from '../faults.ts'
import { activationHandlers } from './activation.ts'
import { auditHandlers, type Actor } from './audit.ts'
import { backupHandlers, runDueBackup } from './backup.ts'
import { nextDailyBackupMs } from './backup-schedule.ts'
import { certificateHandlers } from './certificate.ts'
import { nextContactUptimeMs, sendDueContact } from './console-link.ts'
import { endDueJob } from './end-job.ts'
import { forwardingHandlers } from './forwarding.ts'
import { nextHeartbeatUptimeMs, sendDueHeartbeat } from './heartbeat.ts'
import { jobHandlers, runningJob } from './jobs.ts'
import { leaseHandlers } from './lease.ts'
import { networkChangeHandlers, revertDueChange } from './network-change.ts'
import { peerHandlers } from './peers.ts'
import { ApplianceProcess, type ProcessOptions, type Running } from './process.ts'
import { readHandlers, revisionOf } from './read.ts'
import { restoreHandlers } from './restore.ts'
import { answerRequest } from './router.ts'
import type { Handlers, Sensor } from './sensor.ts'
import { sessionHandlers } from './session.ts'
import { nextRebootUptimeMs, softwareHandlers, startDueReboot } from './software.ts'
import type { AnyAspect, SensorState } from './state.ts'
import { changeInConsole, takeMailServer, writeHandlers } from './write-settings.ts'

export type RunningSensor = Running<SensorState>

/** Makes a sensor that is not yet started. */
export const createSensor = (options: ProcessOptions<SensorState>): RunningSensor => new SensorProcess(options)

const handlers: Handlers<Sensor> = {
  ...activationHandlers,
  ...auditHandlers,
  ...backupHandlers,
  ...certificateHandlers,
  ...forwardingHandlers,
  ...jobHandlers,
  ...leaseHandlers,
  ...networkChangeHandlers,
  ...peerHandlers,
  ...readHandlers,
  ...restoreHandlers,
  ...sessionHandlers,
  ...softwareHandlers,
  ...writeHandlers,
}

const hidden = new Set(['lease', 'lastFence', 'audit', 'backupsSeenMs', 'clock', 'users'])

class SensorProcess extends ApplianceProcess<SensorState> implements Sensor {
  get kind(): 'Sensor' {
    return 'Sensor'
  }

  protected address(): string {
    return this.state.settings.network.address ?? '127.0.0.1'
  }

  hostname(): string | null {
    return this.state.settings.network.hostname
  }

  revision(): string {
    return revisionOf(this)
  }

  protected get hidden(): ReadonlySet<string> {
    return hidden
  }

  protected answer(request: Request, struck: readonly Fault[]): Promise<Answer> {
    return answerRequest<Sensor>(this, handlers, request, struck)
  }

  changeInConsole(user: string, aspect: AnyAspect, patch: unknown): Promise<void> {
    return changeInConsole(this, user, aspect, patch)
  }

  takeMailServer(patch: unknown, by: Actor): Promise<void> {
    return takeMailServer(this, patch, by)
  }

  protected runDue(): void {
    startDueReboot(this)
    if (!this.isUp()) return
    endDueJob(this)
    revertDueChange(this)
    runDueBackup(this)
    sendDueHeartbeat(this)
    sendDueContact(this)
  }

  protected nextDueMs(): number {
    const { state, world } = this
    const uptimeMs = world.clock.uptimeMs()
    const deadlines = [
      runningJob(state)?.endsUptimeMs,
      state.networkChange?.endsUptimeMs,
      nextHeartbeatUptimeMs(this),
      nextRebootUptimeMs(this),
      nextContactUptimeMs(this),
    ]
    const untilBackup = nextDailyBackupMs(state.backupsSeenMs, state.settings.time.timezone) - this.nowMs()
    return Math.min(untilBackup, ...deadlines.map((deadline) => (deadline ?? Infinity) - uptimeMs))
  }
}
