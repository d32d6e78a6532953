/**
 * Is the sensor activated from its present registration? Compares what the sensor reports, what the registrar holds
 * and what is declared.
 *
 * | difference                                             | path                      | kind                             |
 * | ------------------------------------------------------ | ------------------------- | -------------------------------- |
 * | the sensor has another name                            | `name`                    | field                            |
 * | the sensor has another mode                            | `activation.mode`         | field                            |
 * | it was registered with another registrar               | `registration.registrar`  | field (see former-record.ts)     |
 * | the record, or the installed file, names another site  | `registration.site`       | registration: wrongSite          |
 * | no record of its name where the sensor reports to be   | `registration.record`     | registration: recordMissing      |
 * | the sensor was never activated                         | `activation.status`       | registration: notActivated       |
 * | its status is neither Valid nor Expired                | `activation.status`       | registration: notValid           |
 * | its file has expired or soon will                      | `activation.expiresAt`    | expiry (see expiry.ts)           |
 * | its file is older than the record                      | `activation.file`         | registration: fileOlderThanRecord |
 * | the record never connected though it had the time to   | `registration.record`     | registration: neverConnected     |
 * | zone, or threat intelligence updates                   | `registration.zone`, …    | field; never a re-activation     |
 *
 * Names are unique within a site only: a record of the same name that lies elsewhere is another sensor's and says nothing
 * of this one. Site, zone, updates and contact are compared in cloud mode only. Without a registrar only name and mode are compared.
 * What a registrar cannot tell is unverifiable, never a difference.
 *
 * @module
 */
import type { Problem } from '../../schemas/problem.ts'
import { isApplied } from './applied.ts'
import { causeOf } from './causes.ts'
import type { Cause, Change, RegistrationFault, Shown } from '../change.ts'
import { digestOfValues } from './confirmation.ts'
import { allowedFormer, formerProblems, rememberedRegistrar } from './former-record.ts'
import { noFindings, problemOf, type Findings, type Look } from './look.ts'
import {
  abandonedClaim,
  desiredLookup,
  isReported,
  liveLookup,
  recordOf,
  registrationValues,
  reportedOf,
  seenAt,
  wantedOf,
  type Reported,
  type Wanted,
} from './records.ts'
import type { RegistrationRecord } from '../registrar.ts'
import { crosses } from './software-diff.ts'

/** The cloud shows a connection up to this late. Documented. */
const statusLagMs = 15 * 60_000

/** Compares registration and activation. */
export function compareRegistration(look: Look): Findings {
  const findings = noFindings()
  const { settings } = look.desired
  if (!settings.name && !settings.activation?.mode && !settings.registration?.registrar) return findings
  const reported = reportedOf(look)
  const wanted = wantedOf(look, reported)
  compareReported(look, reported, wanted, findings)
  if (!settings.registration?.registrar) return findings
  findings.changes.push(...registrarChange(look), ...statusChange(look, reported))
  if (wanted) compareManaged(look, reported, wanted, findings)
  findings.problems.push(...strayRecord(look, reported, wanted), ...formerProblems(look))
  return findings
}

/** Name and mode, as the sensor itself reports them. */
function compareReported(look: Look, reported: Reported, wanted: Wanted | undefined, findings: Findings): void {
  const { changes, unverifiable } = findings
  const declared = { name: look.desired.settings.name, 'activation.mode': look.desired.settings.activation?.mode }
  const live = { name: reported.name, 'activation.mode': reported.mode }
  for (const path of ['name', 'activation.mode'] as const) {
    const after = declared[path]
    const before = live[path] ?? undefined
    if (after === undefined || after === before) continue
    const readable = before !== undefined || reported.activation !== undefined
    if (!readable) unverifiable.push(path)
    if (readable || mustActivateUnread(look, wanted, path, after)) changes.push(fieldChange(look, path, before, after))
  }
}

/** A sensor that does not tell its name is activated when nothing shows that it was: no record, memory or person. */
function mustActivateUnread(look: Look, wanted: Wanted | undefined, path: string, after: string): boolean {
  const { remembered, desired } = look
  const record = wanted && recordOf(desiredLookup(look, wanted))
  if (record?.connected || remembered?.lastApplied?.[path] === after) return false
  return remembered?.confirmed?.['activation'] !== digestOfValues(registrationValues(desired))
}

function compareManaged(look: Look, reported: Reported, wanted: Wanted, findings: Findings): void {
  const { changes, unverifiable } = findings
  const moves = reported.name !== null && !isReported(reported, { name: wanted.name, ...wanted.placement })
  const lookup = desiredLookup(look, wanted)
  if (!lookup || lookup.state === 'notObservable') unverifiable.push('registration.record')
  const record = moves ? undefined : recordOf(lookup)
  changes.push(...siteChange(look, reported, wanted, recordOf(moves ? liveLookup(look, reported) : lookup)))
  if (!moves && lookup?.state === 'absent' && reported.name !== null) {
    changes.push(fault(look, 'recordMissing', 'registration.record', 'absent', wanted.name))
  }
  if (record) changes.push(...recordChanges(look, reported, wanted, record))
  if (!reported.activation) unverifiable.push('activation.status')
}

/**
 * A record that a run of ours made under a name that the spec has given up since. It is not deleted, as only a name that
 * the sensor itself reports is.
 */
function strayRecord({ desired, observation, sight }: Look, reported: Reported, wanted: Wanted | undefined): Problem[] {
  const { intent, lease } = observation.unfinished
  const claim = abandonedClaim(reported, wanted, intent?.data)
  const record = claim && sight.records.claimed && recordOf(seenAt(sight.records.claimed, claim.place))
  const isAtWork = lease !== undefined && lease.remainingSeconds > 0
  if (!record || record.connected || record.lastContact !== undefined || isAtWork) return []
  const { name, site } = record
  return [
    problemOf(desired, {
      severity: 'warning',
      code: 'STRAY_RECORD',
      field: 'name',
      summary: `Run ${intent?.run} registered ${name}${site === undefined ? '' : ` in site ${site}`} for this sensor before the spec changed; the record never connected, and it is not deleted, as the sensor does not report it`,
      hint: `In the Azure portal: Defender for IoT > Sites and sensors > ${name} > three dots (...) > Delete sensor. After the next apply it is not mentioned any more.`,
    }),
  ]
}

/** Where it was registered is remembered, or found: no sensor reports it. */
function registrarChange(look: Look): Change[] {
  const applied = rememberedRegistrar(look.remembered)
  const before = applied ?? allowedFormer(look)?.registrar
  const after = look.desired.settings.registration?.registrar
  if (before === undefined || after === undefined || before === after) return []
  const cause = applied === undefined ? 'undetermined' : 'spec'
  return [{ ...fieldChange(look, 'registration.registrar', before, after), cause }]
}

function statusChange(look: Look, { activation }: Reported): Change[] {
  if (!activation || activation.status === 'Valid' || activation.status === 'Expired') return []
  const what = activation.status === 'NotActivated' ? 'notActivated' : 'notValid'
  return [fault(look, what, 'activation.status', activation.status, 'Valid')]
}

function siteChange(
  look: Look,
  { activation }: Reported,
  { placement }: Wanted,
  record: RegistrationRecord | undefined,
): Change[] {
  if (placement.mode === 'local' || placement.site === undefined) return []
  const sites = [
    record?.mode === 'cloud' ? record.site : undefined,
    activation?.mode === 'cloud' ? activation.site : null,
  ]
  const before = sites.find((site) => typeof site === 'string' && site !== placement.site)
  if (typeof before !== 'string') return []
  return [
    {
      ...fault(look, 'wrongSite', 'registration.site', before, placement.site),
      cause: valueCause(look, 'registration.site', before, placement.site),
    },
  ]
}

function recordChanges(look: Look, reported: Reported, { placement }: Wanted, record: RegistrationRecord): Change[] {
  const file = reported.activation?.file
  const { createdAt } = record
  const older = file && createdAt !== undefined && Date.parse(file.createdAt) < Date.parse(createdAt)
  const changes = older ? [fault(look, 'fileOlderThanRecord', 'activation.file', file.createdAt, createdAt)] : []
  if (placement.mode === 'local') return changes
  if (neverConnected(look, reported, record)) {
    changes.push(fault(look, 'neverConnected', 'registration.record', 'never connected', 'connected'))
  }
  for (const key of ['zone', 'tiAutomaticUpdates'] as const) {
    const after = placement[key]
    if (after !== undefined && record[key] !== after)
      changes.push(fieldChange(look, `registration.${key}`, record[key], after))
  }
  return changes
}

/** The sensor says that all is well, and the record has never heard of it, for longer than the cloud's lag. */
function neverConnected({ context }: Look, { activation }: Reported, record: RegistrationRecord): boolean {
  if (record.connected || record.lastContact !== undefined || activation?.status !== 'Valid') return false
  const since = [record.createdAt, activation.file?.createdAt]
    .filter((at) => at !== undefined)
    .map((at) => Date.parse(at))
  return since.length > 0 && context.now - Math.max(...since) > statusLagMs
}

const aspectOf = (path: string): string => path.split('.')[0] ?? path

function fieldChange(look: Look, path: string, before: Shown | undefined, after: Shown): Change {
  const cause = valueCause(look, path, before, after)
  return { kind: 'field', path, aspect: aspectOf(path), before, after, cause, sensitive: false }
}

const valueCause = ({ remembered }: Look, path: string, before: Shown | undefined, after: Shown): Cause =>
  causeOf(remembered, path, {
    desired: (applied) => applied === after,
    live: (applied) => applied === before,
  })

function fault(look: Look, what: RegistrationFault, path: string, before: string, after: string): Change {
  const cause = faultCause(look)
  return { kind: 'registration', what, path, aspect: aspectOf(path), before, after, cause, sensitive: false }
}

const placing = ['name', 'activation.mode', 'registration.registrar', 'registration.site'] as const

/**
 * The spec moved if it places the sensor elsewhere than at the last apply; else something happened out there. What a run
 * of ours left half done is nobody's drift, nor is what a person prepares for an update across 22.1.
 */
function faultCause(look: Look): Cause {
  const { remembered, desired, observation } = look
  const { settings } = desired
  const under = observation.unfinished.intent?.step
  if (under === 'activation' || under?.startsWith('software.') || crosses(look)) return 'spec'
  const applied = remembered?.lastApplied
  if (!applied) return 'undetermined'
  const { name, activation, registration } = settings
  const declared = [name, activation?.mode, registration?.registrar, registration?.site]
  const same = placing.every(
    (path, index) => declared[index] === undefined || isApplied(applied[path], declared[index]),
  )
  return same ? 'sensor' : 'spec'
}
