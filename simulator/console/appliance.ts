/** A simulated management console that runs. */
import { consoleSettingAspects } from '../../schemas/management-console.ts'
import type { ConsoleLink, SensorLink } from '../console-link.ts'
import type { Answer, Request } from '../edge.ts'
import type { Fault } from '../faults.ts'
import { audited, auditHandlers, systemActor, type What } from '../sensor/audit.ts'
import { certificateHandlers } from '../sensor/certificate.ts'
import { authoritiesOf } from '../sensor/console-link.ts'
import { jobHandlers } from '../sensor/jobs.ts'
import { leaseHandlers } from '../sensor/lease.ts'
import { peerHandlers } from '../sensor/peers.ts'
import { ApplianceProcess, type ProcessOptions, type Running } from '../sensor/process.ts'
import { answerRequest } from '../sensor/router.ts'
import type { Handlers } from '../sensor/sensor.ts'
import { sessionHandlers } from '../sensor/session.ts'
import type { AnyAspect } from '../sensor/state.ts'
import { changeByPerson, writeHandlersOf, type WriteRules } from '../sensor/write-settings.ts'
import { collectAll, collectWhenDue, untilCollectionMs } from './collect.ts'
import type { Console } from './console.ts'
import { consoleHandlers, revisionOf } from './handlers.ts'
import { pushMailServer } from './push.ts'
import { disconnect, markSilent, nextSilenceMs, see, takeContact } from './sensors.ts'
import type { ConsoleState } from './state.ts'

/** A running console: what simulators, tests and the control endpoint see of it. */
export interface RunningConsole extends Running<ConsoleState> {
  /** Collects backups now, as if its time had come. */
  collectBackups(): void
  /** Pushes its mail server to its connected sensors, as a person has it do; gives their serial numbers. */
  pushMailServer(user: string): Promise<string[]>
  /** As it is after a new installation or another version: its sensors hear of it when they call next. */
  become(patch: Partial<Pick<ConsoleState, 'token' | 'softwareVersion'>>): void
}

/** Makes a console that is not yet started. */
export const createConsole = (options: ProcessOptions<ConsoleState>): RunningConsole => new ConsoleProcess(options)

const rules: WriteRules<Console> = {
  check: () => Promise.resolve(undefined),
  follow: () => ({}),
}

const handlers: Handlers<Console> = {
  ...auditHandlers,
  ...certificateHandlers,
  ...jobHandlers,
  ...leaseHandlers,
  ...peerHandlers,
  ...sessionHandlers,
  ...writeHandlersOf(consoleSettingAspects, rules),
  ...consoleHandlers,
}

const hidden = new Set(['lease', 'lastFence', 'audit', 'collectionSeenMs', 'clock', 'users', 'sensors'])

class ConsoleProcess extends ApplianceProcess<ConsoleState> implements Console {
  readonly links: Console['links'] = new Map()

  get kind(): 'ManagementConsole' {
    return 'ManagementConsole'
  }

  protected address(): string {
    return this.state.address
  }

  hostname(): string | null {
    return null
  }

  revision(): string {
    return revisionOf(this)
  }

  protected get hidden(): ReadonlySet<string> {
    return hidden
  }

  protected answer(request: Request, struck: readonly Fault[]): Promise<Answer> {
    return answerRequest<Console>(this, handlers, request, struck)
  }

  changeInConsole(user: string, aspect: AnyAspect, patch: unknown): Promise<void> {
    return changeByPerson<Console>(rules, this, user, aspect, patch)
  }

  collectBackups(): void {
    collectAll(this)
  }

  pushMailServer(user: string): Promise<string[]> {
    return pushMailServer(this, user)
  }

  become(patch: Partial<Pick<ConsoleState, 'token' | 'softwareVersion'>>): void {
    this.commit(patch)
  }

  note(entry: What): void {
    this.commit({ audit: audited(this, systemActor, [entry]) })
  }

  protected override appeared(): void {
    this.world.consoles.set(this.state.address, this.#link())
  }

  protected override vanished(): void {
    this.world.consoles.delete(this.state.address)
    this.links.clear()
  }

  protected runDue(): void {
    markSilent(this)
    collectWhenDue(this)
  }

  protected nextDueMs(): number {
    return Math.min(nextSilenceMs(this), untilCollectionMs(this))
  }

  #link(): ConsoleLink {
    const known = (serialNumber: string) => this.state.sensors.find(({ uid }) => uid === serialNumber)
    return {
      serialNumber: this.state.serialNumber,
      endpoint: () => this.endpoint(),
      nowMs: () => this.nowMs(),
      authorities: () => authoritiesOf(this.state),
      contact: (token, sensor) => takeContact(this, token, sensor),
      failed: (sensor: SensorLink, why) => {
        if (known(sensor.serialNumber)) see(this, sensor, why)
      },
      left: (serialNumber) => {
        const sensor = known(serialNumber)
        if (sensor) disconnect(this, sensor, 'left')
      },
    }
  }
}
