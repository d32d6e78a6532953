import { hostname } from 'node:os'
import { nameBackup, overwrittenNext } from '../../reconcile/backup/backups.ts'
import { reportedOf } from '../../reconcile/compare/records.ts'
import { isUnknown, DeviceError } from '../../reconcile/device-error.ts'
import { createBackup } from '../../reconcile/backup/create-backup.ts'
import type { BackupListing } from '../../reconcile/driver.ts'
import { concurrencyOf } from '../../reconcile/observe/observe.ts'
import { forEachLimited } from '../../reconcile/observe/pool.ts'
import { isHeld } from '../../reconcile/plan/hold.ts'
import { listBackups as listOf } from '../../reconcile/restore/plan-restore.ts'
import { problemOf as jsonProblem } from '../../report/json.ts'
import { neutralJson, plainText } from '../../report/neutral.ts'
import { counted, notBackedUp, sizeText } from '../../report/words.ts'
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import type { ResultOf } from '../../schemas/results.ts'
import { attempt, mustNotBeHeld, reach, sayProblem } from '../appliance.ts'
import type { Command } from '../command.ts'
import { documentPaths, loadDocuments } from '../documents.ts'
import { exitCodeOf, exitCodes, type ExitReason } from '../exit-codes.ts'
import { sensorOf } from '../keys.ts'
import { keysOf } from '../plan-options.ts'
import { nameRun } from '../run-history.ts'
import { UsageError } from '../usage-error.ts'
import { openWorld, type OpenWorld } from '../world.ts'

type Reported = ResultOf<'backup'>['sensors'][number]
type Found = Omit<Reported, 'key' | 'problem'>
type Files = NonNullable<Reported['backups']>

export async function run(command: Command): Promise<number> {
  const [action = ''] = command.positionals
  if (action !== 'create' && action !== 'list') {
    throw new UsageError(
      'ARGUMENTS',
      `"sensorform backup" takes create or list, not ${JSON.stringify(action)}`,
      'As in "sensorform backup list line-1".',
    )
  }
  const creates = action === 'create'
  const { fleet } = await loadDocuments(command, documentPaths(command))
  const sensors = sensorsOf(command, fleet)
  const opened = await openWorld(command, fleet, { writes: creates })
  const found: Reported[] = []
  try {
    const free = sensors.filter((desired) => !isPassedOver(command, desired, opened))
    await forEachLimited(free, concurrencyOf(fleet, concurrencyGiven(command)), async (desired, index) => {
      if (opened.interruption.stopping()) return
      const result = await attempt(desired.key, () =>
        creates ? makeBackup(fleet, desired, opened, command) : listBackups(fleet, desired, opened),
      )
      found[index] = 'value' in result ? { key: desired.key, ...result.value } : failed(desired.key, result.problem)
      if ('problem' in result) sayProblem(command, result.problem)
    })
    if (opened.interruption.stopping()) return exitCodes.interrupted
  } finally {
    await opened.close()
  }
  tell(command, found)
  return exitCodeOf(reasonsOf(found, creates))
}

function concurrencyGiven({ given }: Command): { concurrency?: number } {
  const concurrency = given.count('concurrency')
  return concurrency === undefined ? {} : { concurrency }
}

/** Those that are named, or those that are selected: management consoles are no sensors. */
function sensorsOf(command: Command, fleet: Fleet): DesiredAppliance[] {
  const keys = command.positionals.slice(1)
  const selector = command.given.text('select')
  if ((keys.length === 0) === (selector === undefined)) {
    throw new UsageError(
      'ARGUMENTS',
      keys.length > 0
        ? '"sensorform backup" takes keys or --select, not both'
        : '"sensorform backup" needs a key or --select',
      `As in "sensorform backup list line-1" or "sensorform backup list --select 'site=berlin'".`,
    )
  }
  if (selector === undefined) return keys.map((key) => sensorOf(fleet, key))
  const sensors = keysOf(fleet, selector).flatMap((key) => fleet.sensors.get(key) ?? [])
  if (sensors.length > 0) return sensors
  throw new UsageError(
    'NOTHING_SELECTED',
    `${JSON.stringify(selector)} selects no sensor`,
    'It selects management consoles only, which are not backed up from here.',
  )
}

/** A held sensor that nobody named is left out; one that is named is an error, before anything is contacted. */
function isPassedOver(command: Command, desired: DesiredAppliance, { world }: OpenWorld): boolean {
  const now = world.clock.now()
  if (!isHeld(desired, now)) return false
  if (!command.given.on('select')) mustNotBeHeld(desired, now)
  command.note(`${desired.key}: held until ${desired.hold?.until}: ${desired.hold?.reason}; left out`)
  return true
}

const failed = (key: string, problem: Problem): Reported => ({ key, problem: jsonProblem(problem) })

/** All that the sensor lists, where its driver can; else the newest one that it reports. */
async function listBackups(fleet: Fleet, desired: DesiredAppliance, opened: OpenWorld): Promise<Found> {
  const { driver, target } = await reach(fleet, desired, opened, { readOnly: true })
  const reader = driver.reader(target)
  try {
    const observation = await reader.observe()
    const { backups } = observation
    const { name } = reportedOf({ observation })
    const found = { supported: backups?.supported ?? false, latest: backups?.latest ?? null }
    const listing = found.supported && driver.operator ? await listOf(driver, target) : undefined
    return { ...found, ...(name !== null && { liveName: name }), ...(listing && inListing(listing)) }
  } finally {
    await reader.close()
  }
}

const inListing = (listing: BackupListing): Pick<Found, 'backups' | 'limitBytes' | 'overwrittenNext'> => ({
  backups: listing.backups.map(nameBackup),
  limitBytes: listing.limitBytes,
  overwrittenNext: overwrittenNext(listing).map(({ name }) => name),
})

/** Makes one, and tells what the sensor then reports as the newest. */
async function makeBackup(
  fleet: Fleet,
  desired: DesiredAppliance,
  opened: OpenWorld,
  command: Command,
): Promise<Found> {
  const { driver, target } = await reach(fleet, desired, opened, { readOnly: false })
  const { latest, overwritten } = await createBackup(driver, target, opened.world, {
    holder: `${nameRun(command.startedAt)} on ${hostname()}`,
    onBegin: () => command.note(`${desired.key}: making a backup …`),
  })
  return { supported: true, latest, overwritten: [...overwritten] }
}

function tell({ given, io, tool, startedAt }: Command, sensors: Reported[]): void {
  if (given.text('format') === 'json') {
    const result: ResultOf<'backup'> = { formatVersion: 1, kind: 'backup', tool, startedAt, sensors }
    io.stdout.write(`${neutralJson(result)}\n`)
    return
  }
  const told = sensors.filter(({ problem }) => !problem)
  const lines = told.flatMap(linesOf)
  if (told.some(({ latest }) => latest)) lines.push(`${notBackedUp}.`)
  io.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

function linesOf(sensor: Reported): string[] {
  const { key, supported, latest, backups, overwritten = [] } = sensor
  if (!supported) return [`${key}: makes no backups`]
  if (!latest) return [`${key}: no backup yet`]
  if (backups) return listLines(sensor, backups)
  return [`${key}: ${plainText(latest.name)}, made ${latest.createdAt}`, ...overwriteLines('overwrote', overwritten)]
}

function listLines({ key, liveName, limitBytes, overwrittenNext: next = [] }: Reported, backups: Files): string[] {
  const used = backups.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0)
  const space = typeof limitBytes === 'number' ? `, ${sizeText(used)} of ${sizeText(limitBytes)} used` : ''
  return [
    `${key}: ${counted(backups.length, 'backup')}${space}`,
    ...backups.map((backup) => `  ${fileLine(backup, liveName)}`),
    ...overwriteLines('the next one overwrites', next),
  ]
}

function fileLine({ name, createdAt, sizeBytes, sensor }: Files[number], liveName: string | undefined): string {
  const size = sizeBytes === undefined ? '' : `, ${sizeText(sizeBytes)}`
  const isFormer = sensor !== undefined && liveName !== undefined && sensor !== liveName
  return `${plainText(name)}, made ${createdAt}${size}${isFormer ? `, under the former name ${plainText(sensor)}` : ''}`
}

const overwriteLines = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`  ${what} ${names.map(plainText).join(', ')}`]

function reasonsOf(found: readonly Reported[], creates: boolean): ReadonlySet<ExitReason> {
  const done = found.some(({ problem }) => !problem)
  return new Set(
    found.flatMap(({ problem }): ExitReason[] => {
      if (!problem) return []
      if (problem.code === 'LEASE_HELD' || problem.code === 'BUSY') return ['waiting']
      if (creates && done) return ['partial']
      return [isUnreadable(problem.code) ? 'unknown' : 'error']
    }),
  )
}

const isUnreadable = (code: string): boolean =>
  code !== 'NOT_SUPPORTED' && code !== 'BACKUP_FAILED' && isUnknown(new DeviceError(code as DeviceError['code'], ''))
