import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { lastRestorable, nameBackup, type NamedBackup } from '../backup/backups.ts'
import { reportedOf } from '../compare/records.ts'
import { isUnknown } from '../device-error.ts'
import type { BackupListing, Driver, Observation, Target } from '../driver.ts'
import type { Overrides, World } from '../engine.ts'
import { observeThrough } from '../observe/observe.ts'
import { asDeviceError, problemOf } from '../observe/problem-of.ts'
import { isHeld } from '../plan/hold.ts'
import { refusalsOf, restoreUnderWay } from './refuse-restore.ts'
import { restoreTarget } from './restore-target.ts'
import { restoreWindowProblem } from './restore-window.ts'
import type { Restoration } from './restoration.ts'

/** Takes the newest backup that the sensor takes. */
export const newest = 'latest'

/** Looks whether a backup can be restored, and what that would mean. Reads only. */
export async function planRestore(
  fleet: Fleet,
  world: World,
  desired: DesiredAppliance,
  from: string,
  overrides?: Overrides,
): Promise<Restoration> {
  const { key, hold } = desired
  const begun = { key, from, resumes: false, notes: [] }
  if (isHeld(desired, world.clock.now())) {
    const summary = `Held until ${hold?.until}: ${hold?.reason}`
    return { ...begun, state: 'refused', problems: [{ severity: 'error', code: 'HELD', key, summary }] }
  }
  try {
    const looked = await look(fleet, world, desired, from)
    return { ...begun, ...looked, ...waitingFor(looked, restoreWindowProblem(fleet, world, desired, overrides)) }
  } catch (error) {
    const cause = asDeviceError(error, world.signal)
    return { ...begun, state: isUnknown(cause) ? 'unknown' : 'failed', problems: [problemOf(cause, key)] }
  }
}

/** What an earlier run began disrupts already: it is taken up whatever the window. */
const waitingFor = ({ state, resumes }: Looked, closed: Problem | undefined): Partial<Looked> =>
  closed && state === 'planned' && !resumes ? { state: 'waiting', problems: [closed] } : {}

type Looked = Omit<Restoration, 'key' | 'notes'>

async function look(fleet: Fleet, world: World, desired: DesiredAppliance, given: string): Promise<Looked> {
  const driver = world.driver(desired.access.driver)
  const target = await restoreTarget(fleet, world, desired)
  const observation = await read(driver, target, desired, world)
  const { identity, endpoint, softwareVersion } = observation
  const { backups } = await listBackups(driver, { ...target, identity, endpoints: [endpoint] })
  const named = backups.map(nameBackup)
  const from = given === newest ? newestFor(named, softwareVersion) : given
  const backup = named.find(({ name }) => name === from)
  const { name } = reportedOf({ observation })
  const problems = refusalsOf({ key: desired.key, from, observation, support: driver.support, backups: named })
  return {
    state: problems.length > 0 ? 'refused' : 'planned',
    from,
    identity,
    endpoint,
    ...(softwareVersion !== undefined && { softwareVersion }),
    ...(backup && { backup }),
    ...(name !== null && { liveName: name }),
    resumes: restoreUnderWay(observation, from) !== undefined,
    problems,
  }
}

const newestFor = (backups: readonly NamedBackup[], version: string | undefined): string =>
  (version === undefined ? undefined : lastRestorable(backups, version)?.name) ?? newest

async function read(driver: Driver, target: Target, desired: DesiredAppliance, world: World): Promise<Observation> {
  const reader = driver.reader(target)
  try {
    return await observeThrough(reader, desired, world, undefined)
  } finally {
    await reader.close()
  }
}

/** All that the sensor lists; nothing where its driver cannot ask. */
export async function listBackups(driver: Driver, target: Target): Promise<BackupListing> {
  const operator = driver.operator?.(target)
  try {
    return (await operator?.listBackups?.()) ?? { backups: [], limitBytes: null }
  } finally {
    await operator?.close()
  }
}
