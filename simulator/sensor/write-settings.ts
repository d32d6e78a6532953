/** Writes to settings, by the API and by a person in the console. */
import { writeOperationOf } from '../../schemas/api/settings.ts'
import { settingAspects } from '../../schemas/sensor.ts'
import type { Answer } from '../edge.ts'
import { actorOf, audited, settingEntries, type Actor } from './audit.ts'
import { backupsSupported, checkTarget } from './backup.ts'
import { clockAfter } from './clock.ts'
import { revisionOf } from './read.ts'
import { refuseProperties, restartProcesses } from './properties.ts'
import { Refusal } from './refusal.ts'
import type { Call, Handlers, Sensor } from './sensor.ts'
import { brokenRules, changedSettings, firstOfPatch, mergeSettings, type Merged } from './settings.ts'
import type { Aspect, SensorState } from './state.ts'

/** Fields of an aspect that its own operation writes. */
const elsewhere: Partial<Record<Aspect, { fields: readonly string[]; by: string }>> = {
  network: { fields: ['address', 'subnetMask', 'gateway'], by: 'a guarded change' },
  certificate: { fields: ['certificate', 'chain', 'privateKey', 'passphrase'], by: 'an import' },
}

function writeSettings(aspect: Aspect, sensor: Sensor, call: Call): Answer {
  const patch = call.body as Readonly<Record<string, unknown>>
  refuseElsewhere(aspect, patch)
  const half = call.struck.some(({ kind }) => kind === 'halfApplied')
  const merged = mergeSettings(sensor.state, aspect, half ? firstOfPatch(patch, [aspect]) : patch)
  if (half) {
    takeOver(sensor, merged, actorOf(call))
    throw new Refusal(500, 'INTERNAL', 'The write failed half way.')
  }
  checkMerged(sensor, aspect, merged)
  takeOver(sensor, merged, actorOf(call))
  return { status: 200, body: { revision: revisionOf(sensor) } }
}

function refuseElsewhere(aspect: Aspect, patch: Readonly<Record<string, unknown>>): void {
  const rule = elsewhere[aspect]
  const given = rule?.fields.filter((field) => field in patch) ?? []
  if (!rule || given.length === 0) return
  throw new Refusal(400, 'INVALID', `${given.join(', ')} of ${aspect} cannot be written here: use ${rule.by}.`)
}

function checkMerged(sensor: Sensor, aspect: Aspect, merged: Merged): void {
  const known = new Set(brokenRules(aspect, sensor.state.settings).map((issue) => JSON.stringify(issue)))
  const issues = brokenRules(aspect, merged.settings).filter((issue) => !known.has(JSON.stringify(issue)))
  if (issues.length > 0) {
    const sentence = issues.map(({ path, message }) => `${path} ${message}`).join('; ')
    throw new Refusal(400, 'INVALID', `The settings are refused: ${sentence}.`, { details: { issues } })
  }
  if (aspect === 'backup') checkBackup(sensor, merged)
  if (aspect === 'mailServer') checkMailServer(merged)
  if (aspect === 'systemProperties') refuseProperties(sensor.state.settings, merged.settings)
}

/** A mail server that is on can be used. */
function checkMailServer({ settings: { mailServer } }: Merged): void {
  const missing = (['host', 'port', 'sender'] as const).filter((key) => mailServer[key] === null)
  if (mailServer.enabled !== true || missing.length === 0) return
  throw new Refusal(400, 'INVALID', `The mail server is on, but has no ${missing.join(' and no ')}.`)
}

function checkBackup({ state, world }: Sensor, merged: Merged): void {
  const { backup } = merged.settings
  if (backup.enabled === true && !backupsSupported(state)) {
    throw new Refusal(422, 'NOT_SUPPORTED', `The hardware profile ${state.hardwareProfile} has no backup.`)
  }
  const password = 'backup.target.smb.password'
  const touched =
    JSON.stringify(backup.target) !== JSON.stringify(state.settings.backup.target) ||
    merged.secrets[password] !== state.secrets[password]
  if (backup.target.enabled !== true || !touched) return
  const { ok, message } = checkTarget(merged, world.surroundings)
  if (!ok) throw new Refusal(422, 'TARGET_FAILED', message)
}

/** Takes merged settings over, when they differ. */
function takeOver(sensor: Sensor, merged: Merged, actor: Actor): void {
  const { state, world } = sensor
  const changes = changedSettings(state.settings, merged.settings)
  const timeChanged = JSON.stringify(state.settings.time.ntp) !== JSON.stringify(merged.settings.time.ntp)
  const change: Partial<SensorState> = {
    ...merged,
    audit: audited(sensor, actor, settingEntries([...changes, ...rewrittenSecrets(state, merged, changes)])),
    ...(timeChanged && { clock: clockAfter(state, world, merged.settings.time) }),
  }
  const same = JSON.stringify(pick(state)) === JSON.stringify(pick(merged))
  if (same) return
  sensor.commit(change)
  restartProcesses(sensor, state.settings, merged.settings)
}

const pick = ({ settings, secrets }: Merged) => ({ settings, secrets })

/** Secrets that were set before and have another value now: nothing else shows that they were written. */
function rewrittenSecrets(state: SensorState, { secrets }: Merged, shown: readonly { path: string }[]) {
  const seen = new Set(shown.map(({ path }) => path))
  const paths = Object.keys(secrets).filter((path) => path in state.secrets && secrets[path] !== state.secrets[path])
  return paths.filter((path) => !seen.has(path)).map((path) => ({ path, before: { set: true }, after: { set: true } }))
}

/** What a person changed in the console. No lease is asked for, and secrets lose their tags. */
export function changeInConsole(sensor: Sensor, user: string, aspect: Aspect, patch: unknown): void {
  const merged = mergeSettings(sensor.state, aspect, patch, { console: true })
  checkMerged(sensor, aspect, merged)
  const { address } = sensor.state.settings.network
  takeOver(sensor, merged, { user, from: '127.0.0.1 (console)' })
  if (sensor.state.settings.network.address !== address) sensor.moveListener()
}

export const writeHandlers: Handlers = Object.fromEntries(
  settingAspects.map((aspect) => [
    writeOperationOf(aspect),
    (sensor: Sensor, call: Call) => writeSettings(aspect, sensor, call),
  ]),
)
