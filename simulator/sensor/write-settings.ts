/** Writes to settings, by the API and by a person in the console. */
import { writeOperationOf, type WrittenAspect } from '../../schemas/api/settings.ts'
import { settingAspects } from '../../schemas/sensor.ts'
import { actorOf, audited, settingEntries, type Actor } from './audit.ts'
import { refuseWithoutBackups, tryTarget } from './backup.ts'
import { clockAfter } from './clock.ts'
import { connectTo } from './console-link.ts'
import { refuseProperties, restartProcesses } from './properties.ts'
import { Refusal } from './refusal.ts'
import type { Appliance, Call, Handlers, Sensor } from './sensor.ts'
import { brokenRules, changedSettings, firstOfPatch, mergeSettings, type Merged } from './settings.ts'
import type { AnyAspect, ApplianceState, Settings } from './state.ts'

/** Fields of an aspect that its own operation writes. */
const elsewhere: Partial<Record<AnyAspect, { fields: readonly string[]; by: string }>> = {
  network: { fields: ['address', 'subnetMask', 'gateway'], by: 'a guarded change' },
  certificate: { fields: ['certificate', 'chain', 'privateKey', 'passphrase'], by: 'an import' },
}

async function writeSettings<A extends Appliance>(rules: WriteRules<A>, aspect: AnyAspect, appliance: A, call: Call) {
  const patch = call.body as Readonly<Record<string, unknown>>
  refuseElsewhere(aspect, patch)
  const half = call.struck.some(({ kind }) => kind === 'halfApplied')
  const merge = (part: unknown) => mergeSettings(appliance.kind, appliance.state, aspect, part)
  if (half) {
    takeOver(rules, appliance, merge(firstOfPatch(patch, [aspect])), actorOf(call))
    throw new Refusal(500, 'INTERNAL', 'The write failed half way.')
  }
  const also = await checkMerged(rules, appliance, aspect, merge(patch))
  takeOver(rules, appliance, merge(patch), actorOf(call), also)
  return { status: 200, body: { revision: appliance.revision() } }
}

function refuseElsewhere(aspect: AnyAspect, patch: Readonly<Record<string, unknown>>): void {
  const rule = elsewhere[aspect]
  const given = rule?.fields.filter((field) => field in patch) ?? []
  if (!rule || given.length === 0) return
  throw new Refusal(400, 'INVALID', `${given.join(', ')} of ${aspect} cannot be written here: use ${rule.by}.`)
}

/** Refuses what breaks a rule; gives what is taken over beside the settings. */
async function checkMerged<A extends Appliance>(
  rules: WriteRules<A>,
  appliance: A,
  aspect: AnyAspect,
  merged: Merged,
): Promise<Partial<A['state']>> {
  const { kind, state } = appliance
  const known = new Set(brokenRules(kind, aspect, state.settings).map((issue) => JSON.stringify(issue)))
  const issues = brokenRules(kind, aspect, merged.settings).filter((issue) => !known.has(JSON.stringify(issue)))
  if (issues.length > 0) {
    const sentence = issues.map(({ path, message }) => `${path} ${message}`).join('; ')
    throw new Refusal(400, 'INVALID', `The settings are refused: ${sentence}.`, { details: { issues } })
  }
  if (aspect === 'mailServer') checkMailServer(merged)
  if (aspect === 'systemProperties') refuseProperties(state.settings, merged.settings)
  return (await rules.check(appliance, aspect, merged)) ?? {}
}

/** A mail server that is on can be used. */
function checkMailServer({ settings: { mailServer } }: Merged): void {
  const missing = (['host', 'port', 'sender'] as const).filter((key) => mailServer[key] === null)
  if (mailServer.enabled !== true || missing.length === 0) return
  throw new Refusal(400, 'INVALID', `The mail server is on, but has no ${missing.join(' and no ')}.`)
}

/** What a kind of appliance does about a write of its own. */
export interface WriteRules<A extends Appliance> {
  /** Throws a Refusal; may give what is taken over beside the settings. */
  check(appliance: A, aspect: AnyAspect, merged: Merged): Promise<Partial<A['state']> | undefined>
  /** What follows from settings that were taken over. */
  follow(appliance: A, merged: Merged): Partial<A['state']>
}

const sensorRules: WriteRules<Sensor> = {
  async check(sensor, aspect, merged) {
    const own = merged as Merged<Settings>
    if (aspect === 'time') checkTime(sensor, own)
    if (aspect === 'backup') checkBackup(sensor, own)
    return aspect === 'managementConsole' ? connectTo(sensor, own) : undefined
  },
  follow({ state, world }, merged) {
    const { time } = (merged as Merged<Settings>).settings
    const timeChanged = JSON.stringify(state.settings.time.ntp) !== JSON.stringify(time.ntp)
    return timeChanged ? { clock: clockAfter(state, world, time) } : {}
  },
}

function checkTime({ state, world: { surroundings } }: Sensor, { settings: { time } }: Merged<Settings>): void {
  const before = state.settings.time
  if (surroundings.ntpManagedElsewhere && JSON.stringify(before.ntp) !== JSON.stringify(time.ntp)) {
    throw new Refusal(422, 'MANAGED_ELSEWHERE', 'NTP is set in the portal and cannot be changed here.')
  }
  const isUnknown = time.timezone !== null && surroundings.timeZones?.unknown?.includes(time.timezone)
  if (!isUnknown || time.timezone === before.timezone) return
  throw new Refusal(422, 'TIME_ZONE_UNKNOWN', `There is no time zone ${time.timezone} in the list.`)
}

function checkBackup({ state, world }: Sensor, merged: Merged<Settings>): void {
  const { backup } = merged.settings
  if (backup.enabled === true) refuseWithoutBackups(state)
  const password = 'backup.target.smb.password'
  const touched =
    JSON.stringify(backup.target) !== JSON.stringify(state.settings.backup.target) ||
    merged.secrets[password] !== state.secrets[password]
  if (backup.target.enabled !== true || !touched) return
  const failure = tryTarget(merged, world.surroundings)
  if (failure) throw new Refusal(422, 'TARGET_FAILED', failure.problem, { details: { reason: failure.reason } })
}

/** Takes merged settings over, when they differ. */
function takeOver<A extends Appliance>(
  rules: WriteRules<A>,
  appliance: A,
  merged: Merged,
  actor: Actor,
  also: Partial<A['state']> = {},
): void {
  const { state } = appliance
  const changes = changedSettings(state.settings, merged.settings)
  const change: Partial<ApplianceState> = {
    ...merged,
    audit: audited(appliance, actor, settingEntries([...changes, ...rewrittenSecrets(state, merged, changes)])),
    ...rules.follow(appliance, merged),
    ...also,
  }
  const same = JSON.stringify(pick(state)) === JSON.stringify(pick(merged))
  if (same) return
  appliance.commit(change)
  restartProcesses(appliance, state.settings, merged.settings)
}

const pick = ({ settings, secrets }: Merged) => ({ settings, secrets })

/** Secrets that were set before and have another value now: nothing else shows that they were written. */
function rewrittenSecrets(state: ApplianceState, { secrets }: Merged, shown: readonly { path: string }[]) {
  const seen = new Set(shown.map(({ path }) => path))
  const paths = Object.keys(secrets).filter((path) => path in state.secrets && secrets[path] !== state.secrets[path])
  return paths.filter((path) => !seen.has(path)).map((path) => ({ path, before: { set: true }, after: { set: true } }))
}

/** What a person changed in the console. No lease is asked for, and secrets lose their tags. */
export async function changeInConsole(sensor: Sensor, user: string, aspect: AnyAspect, patch: unknown): Promise<void> {
  const { address } = sensor.state.settings.network
  await changeByPerson(sensorRules, sensor, user, aspect, patch)
  if (sensor.state.settings.network.address !== address) sensor.moveListener()
}

/** The same for any kind of appliance. */
export function changeByPerson<A extends Appliance>(
  rules: WriteRules<A>,
  appliance: A,
  user: string,
  aspect: AnyAspect,
  patch: unknown,
): Promise<void> {
  return changeWithoutLease(rules, appliance, { user, from: '127.0.0.1 (console)' }, aspect, patch)
}

/** What the management console of a sensor pushes to it. */
export const takeMailServer = (sensor: Sensor, patch: unknown, by: Actor): Promise<void> =>
  changeWithoutLease(sensorRules, sensor, by, 'mailServer', patch)

async function changeWithoutLease<A extends Appliance>(
  rules: WriteRules<A>,
  appliance: A,
  by: Actor,
  aspect: AnyAspect,
  patch: unknown,
): Promise<void> {
  const merge = () => mergeSettings(appliance.kind, appliance.state, aspect, patch, { console: true })
  const also = await checkMerged(rules, appliance, aspect, merge())
  takeOver(rules, appliance, merge(), by, also)
}

/** The operations that write these aspects. */
export const writeHandlersOf = <A extends Appliance>(
  aspects: readonly WrittenAspect[],
  rules: WriteRules<A>,
): Handlers<A> =>
  Object.fromEntries(
    aspects.map((aspect) => [
      writeOperationOf(aspect),
      (appliance: A, call: Call) => writeSettings(rules, aspect, appliance, call),
    ]),
  )

export const writeHandlers = writeHandlersOf(settingAspects, sensorRules)
