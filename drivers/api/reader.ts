/** Reads: one sign-in and one bulk read, conditional when an earlier read is known. */
import { DeviceError } from '../../reconcile/device-error.ts'
import type { AuditEntry, Observation, Reader, Target } from '../../reconcile/driver.ts'
import { applianceNouns, type ApplianceKind } from '../../schemas/documents.ts'
import type { ApplianceRead, ConsoleRead } from '../../schemas/generated/wire.ts'
import { sanitise } from '../../transport/sanitise.ts'
import type { HttpResponse } from '../../transport/http.ts'
import { receive, type Call } from './call.ts'
import { ageUnfinished, driftSeconds, toFacts, toLive, toManagedSensor, toUnfinished } from './convert.ts'
import type { ApiDriverDeps } from './driver.ts'
import { mismatch, type ApiSession, type OpenSession } from './session.ts'

export function createReader(session: ApiSession, target: Target, { clock }: Pick<ApiDriverDeps, 'clock'>): Reader {
  let last: Observation | undefined
  return {
    async observe(remembered) {
      const opened = await session.open()
      const known = remembered && comparable(last ?? remembered, opened.identity)
      const call: ReadCall = {
        operation: 'readAppliance',
        doing: 'tell its settings',
        ...(known?.revision !== undefined && { knownRevision: known.revision }),
      }
      const response = await session.exchange(call)
      const common = commonOf(session, await session.open(), target, clock.now())
      const read =
        known && response.status === 304
          ? unchanged(known, response, common)
          : changed(call, response, common, target.kind ?? 'Sensor')
      last = target.kind === 'ManagementConsole' ? await withSensors(session, read) : read
      return last
    },
    async audit(since) {
      const { entries } = await session.call({
        operation: 'readAudit',
        doing: 'tell its audit trail',
        query: { since },
      })
      return entries.map(({ at, user, from, path }): AuditEntry => ({ at, user, from, path }))
    },
    async checkPeers(authorities, planned = []) {
      const { peers } = await session.call({
        operation: 'checkPeers',
        doing: 'check the certificates of its peers',
        json: { authorities, ...(planned.length > 0 && { peers: [...planned] }) },
        repeatable: true,
      })
      return peers
    },
    ...(target.kind === 'ManagementConsole' && { connectionString: () => readConnectionString(session) }),
    close: () => session.close(),
  }
}

/** The documented list of sensors is no part of the revision: it is read each time. */
async function withSensors(session: ApiSession, read: Observation): Promise<Observation> {
  const list = await session.call({ operation: 'listAppliances', doing: 'list its sensors' })
  const { sites, backupsError } = read.console ?? { sites: [], backupsError: null }
  return { ...read, console: { sites, backupsError, sensors: list.map(toManagedSensor) } }
}

async function readConnectionString(session: ApiSession): Promise<string> {
  const { connectionString } = await session.call({
    operation: 'readConnectionString',
    doing: 'tell its connection string',
  })
  return connectionString
}

/** A read of another appliance, or one without a revision, is nothing to compare with. */
const comparable = (known: Observation | undefined, identity: string): Observation | undefined =>
  known?.revision !== undefined && known.identity === identity ? known : undefined

type ReadCall = Call<'readAppliance'>
type Common = Pick<Observation, 'identity' | 'endpoint' | 'observedAt' | 'served' | 'warnings'>

function commonOf(session: ApiSession, opened: OpenSession, target: Target, nowMs: number): Common {
  const served = session.served()
  return {
    identity: opened.identity,
    endpoint: opened.endpoint,
    observedAt: new Date(nowMs).toISOString(),
    ...(served && { served }),
    warnings: warningsOf(opened, target, served),
  }
}

function warningsOf(
  { withPrevious, endpoint }: OpenSession,
  { credentials }: Target,
  served: Observation['served'],
): Observation['warnings'] {
  const previous = {
    code: 'SIGNED_IN_WITH_PREVIOUS_PASSWORD',
    summary: `the password of the credentials ${credentials.name} was refused at ${endpoint}; the previous one was accepted`,
  }
  const expired = {
    code: 'EXPIRED_CERTIFICATE_ACCEPTED',
    summary: `the certificate that ${endpoint} serves expired on ${served?.notAfter ?? ''}; it is trusted because its key is known`,
  }
  return [...(withPrevious ? [previous] : []), ...(served?.expired ? [expired] : [])]
}

function changed(call: ReadCall, response: HttpResponse, common: Common, kind: ApplianceKind): Observation {
  const read = receive(call, response, common.endpoint)
  if (kindOf(read) !== kind) throw wrongKind(common.endpoint, kindOf(read), kind)
  if (read.serialNumber !== common.identity) throw mismatch(common.endpoint, common.identity, read.serialNumber)
  const clockDriftSeconds = driftSeconds(read.clock.now, response)
  return {
    ...common,
    ...toFacts(read),
    clock: read.clock,
    unchanged: false,
    ...(clockDriftSeconds !== undefined && { clockDriftSeconds }),
    live: toLive(read),
    unfinished: toUnfinished(read),
  }
}

const kindOf = ({ kind }: ApplianceRead | ConsoleRead): ApplianceKind =>
  kind === 'sensor' ? 'Sensor' : 'ManagementConsole'

const wrongKind = (endpoint: string, found: ApplianceKind, wanted: ApplianceKind): DeviceError =>
  new DeviceError(
    'WRONG_KIND',
    `${sanitise(endpoint)} is a ${applianceNouns[found]}, and its document declares a ${applianceNouns[wanted]}`,
    { advice: 'Correct access.endpoint, or the kind of the document. Nothing was changed.' },
  )

function unchanged(known: Observation, response: HttpResponse, common: Common): Observation {
  const { clockDriftSeconds: _, served: __, clock: ___, ...rest } = known
  const now = response.headers['sensorform-clock']
  const synchronized = response.headers['sensorform-clock-synchronized']
  const clockDriftSeconds = driftSeconds(now, response)
  const elapsedSeconds = (Date.parse(common.observedAt) - Date.parse(known.observedAt)) / 1000
  return {
    ...rest,
    ...common,
    unchanged: true,
    ...(clockDriftSeconds !== undefined && { clockDriftSeconds }),
    ...(now !== undefined && clockDriftSeconds !== undefined && { clock: { now, ...syncOf(synchronized) } }),
    unfinished: ageUnfinished(known.unfinished, elapsedSeconds),
  }
}

const syncOf = (header: string | undefined): { synchronized?: boolean } =>
  header === undefined ? {} : { synchronized: header === 'true' }
