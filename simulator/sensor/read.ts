/** The bulk read and its revision. */
import { createHash } from 'node:crypto'
import type { ApplianceRead } from '../../schemas/generated/wire.ts'
import type { Answer } from '../edge.ts'
import { activationRead } from './activation.ts'
import { backupsRead } from './backup.ts'
import { displayedTime, driftMs, followsNtp, mostDriftMs, offByRules } from './clock.ts'
import { connectionRead } from './console-link.ts'
import { runningJob } from './jobs.ts'
import { leaseOf } from './lease-state.ts'
import { pendingRead } from './pending.ts'
import { readableSettings } from './properties.ts'
import type { Call, Handlers, Sensor } from './sensor.ts'
import { softwareRead, workRead } from './software.ts'

type Content = Omit<ApplianceRead, 'revision' | 'clock' | 'lease'>

function contentOf(sensor: Sensor): Content {
  const { state, world } = sensor
  const job = runningJob(state)
  return {
    kind: 'sensor',
    serialNumber: state.serialNumber,
    softwareVersion: state.softwareVersion,
    hardwareProfile: state.hardwareProfile,
    settings: readableSettings(state.settings),
    activation: activationRead(sensor),
    consoleConnection: connectionRead(sensor),
    backups: backupsRead(state),
    software: softwareRead(sensor),
    pending: {
      networkChange: pendingRead(state, world.clock.uptimeMs()),
      job: job && workRead(job, world.clock.uptimeMs()),
    },
    intent: state.intent,
    owner: state.owner,
  }
}

/** Changes with everything in the bulk read but clock, lease and remaining times, and with each write of a secret. */
function revisionOfContent(content: Content, changes: number): string {
  const { pending, ...rest } = content
  const stable = { ...rest, change: pending.networkChange?.id, job: pending.job?.id, changes }
  return createHash('sha256').update(JSON.stringify(stable)).digest('base64url').slice(0, 22)
}

/** The revision now. */
export const revisionOf = (sensor: Sensor): string => revisionOfContent(contentOf(sensor), sensor.state.changes)

function readAppliance(sensor: Sensor, { request }: Call): Answer {
  const { state, world } = sensor
  const content = contentOf(sensor)
  const revision = revisionOfContent(content, state.changes)
  const now = new Date(sensor.nowMs()).toISOString()
  const synchronized =
    followsNtp(state.settings.time, world.surroundings) && Math.abs(driftMs(state, world)) <= mostDriftMs
  const headers = {
    etag: `"${revision}"`,
    'sensorform-clock': now,
    'sensorform-clock-synchronized': String(synchronized),
  }
  if (request.headers['if-none-match'] === headers.etag) return { status: 304, headers }
  const held = leaseOf(state, world.clock.uptimeMs())
  const read: ApplianceRead = {
    ...content,
    revision,
    clock: {
      now,
      displayed: displayedTime(sensor.nowMs() + offByRules(state, world), state.settings.time),
      synchronized,
    },
    lease: held && {
      holder: held.holder,
      fence: held.fence,
      remainingSeconds: (held.endsUptimeMs - world.clock.uptimeMs()) / 1000,
    },
  }
  return { status: 200, headers, body: read }
}

export const readHandlers: Handlers<Sensor> = { readAppliance }
