/**
 * Looks at appliances and registrars, and changes nothing: one sign-in and one read a sensor, and the records of its
 * live and its desired name.
 *
 * @module
 */
import { appliancesOf, type DesiredAppliance, type Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { DeviceError, outcomeUnknown } from '../device-error.ts'
import type { Observation, Reader } from '../driver.ts'
import type { PlanOptions, Sight, World } from '../engine.ts'
import { isHeld } from '../plan/hold.ts'
import { mostWaitMs } from '../apply/lease-wait.ts'
import type { Memory, Remembered } from '../memory.ts'
import { poll } from '../apply/poll.ts'
import { forEachLimited } from './pool.ts'
import { asDeviceError, problemOf } from './problem-of.ts'
import { tellReplaced } from '../replace/tell-replaced.ts'
import { checkPeers } from './check-peers.ts'
import { observeElsewhere } from './observe-elsewhere.ts'
import { observeLegacy } from './observe-legacy.ts'
import { observeRecords } from './observe-records.ts'
import { recallAppliance, rememberRead } from './recall.ts'
import { tagsOf } from './tags.ts'
import { targetOf } from './target.ts'
import { tellUpdating } from './updating.ts'

/** Called with each sensor that was read, while its session is still open. Must not throw. */
export type AfterRead = (sight: Sight, reader: Reader) => Promise<void>

/**
 * Looks at the selected appliances and at the consoles that selected sensors name, in the fleet's order. One that cannot
 * be read is a sight with a problem.
 */
export async function observeFleet(
  fleet: Fleet,
  world: World,
  options: PlanOptions,
  afterRead?: AfterRead,
): Promise<Sight[]> {
  const appliances = appliancesToObserve(fleet, options)
  const sights: Sight[] = []
  const { memory, written } = rememberingLater(world.memory)
  const unhurried = { ...world, memory }
  await forEachLimited(appliances, concurrencyOf(fleet, options), async (desired, index) => {
    sights[index] = isHeld(desired, world.clock.now())
      ? await heldSight(desired, unhurried)
      : await observeAppliance(fleet, desired, unhurried, options, afterRead)
  })
  await written()
  return withConsoles(sights)
}

/** No sensor waits until what was read of it is on disk; the run does, at its end. */
function rememberingLater(memory: Memory): { memory: Memory; written: () => Promise<unknown> } {
  const writes: Promise<void>[] = []
  const remember: Memory['remember'] = async (key, patch) => {
    const write = memory.remember(key, patch)
    // A failure is told once all are read.
    write.catch(() => {})
    writes.push(write)
  }
  return { memory: { ...memory, remember }, written: () => Promise.all(writes) }
}

/** Puts beside each sensor what was seen of the console that it names. */
function withConsoles(sights: readonly Sight[]): Sight[] {
  const byKey = new Map(sights.map((sight) => [sight.desired.key, sight.observation]))
  return sights.map((sight) => {
    const { console: key } = sight.desired.settings.managementConsole ?? {}
    const observation = key === undefined ? undefined : byKey.get(key)
    return key !== undefined && observation ? { ...sight, console: { key, observation } } : sight
  })
}

function appliancesToObserve(fleet: Fleet, { keys }: Pick<PlanOptions, 'keys'>): DesiredAppliance[] {
  const all = appliancesOf(fleet)
  if (!keys) return all
  const selected = new Set(keys)
  for (const { key, settings } of all) {
    const { console } = settings.managementConsole ?? {}
    if (selected.has(key) && console !== undefined) selected.add(console)
  }
  return all.filter(({ key }) => selected.has(key))
}

/** How many appliances are in flight at once. */
export const concurrencyOf = (fleet: Fleet, options: { concurrency?: number }): number =>
  options.concurrency ?? fleet.policy.concurrency ?? 10

async function heldSight(desired: DesiredAppliance, world: World): Promise<Sight> {
  const { key, hold } = desired
  const summary = `Held until ${hold?.until}: ${hold?.reason}`
  const problem: Problem = { severity: 'warning', code: 'HELD', key, summary }
  return { desired, observation: { problem }, records: {}, tags: new Map(), ...(await recalled(desired, world)) }
}

async function recalled(desired: DesiredAppliance, world: World): Promise<{ remembered?: Remembered }> {
  const remembered = await recallAppliance(world.memory, desired)
  return remembered ? { remembered } : {}
}

async function observeAppliance(
  fleet: Fleet,
  desired: DesiredAppliance,
  world: World,
  options: PlanOptions,
  afterRead: AfterRead | undefined,
): Promise<Sight> {
  const { key } = desired
  const at = () => new Date(world.clock.now()).toISOString()
  world.onEvent({ type: 'observing', key, at: at() })
  const known = await recalled(desired, world)
  let connection: Connection | undefined
  try {
    const target = targetOf(fleet, desired, known.remembered, {
      readOnly: options.readOnly ?? false,
      signal: world.signal,
    })
    connection = openConnection(() => world.driver(desired.access.driver).reader(target))
    const seen = await lookAt(connection, fleet, desired, world, known.remembered, options)
    const sight = {
      ...seen,
      ...(await observeLegacy(fleet, world, seen, known.remembered)),
      ...(await observeElsewhere(fleet, world, seen, known.remembered)),
    }
    await afterRead?.(sight, connection.reader)
    world.onEvent({ type: 'observed', key, at: at() })
    return sight
  } catch (error) {
    const told = tellUpdating(asDeviceError(error, world.signal), known.remembered, world.clock.now())
    const problem = problemOf(tellReplaced(told, key, known.remembered), key)
    world.onEvent({ type: 'observed', key, at: at(), problem })
    return { desired, observation: { problem }, records: {}, tags: new Map(), ...known }
  } finally {
    await connection?.reader.close()
  }
}

interface Connection {
  reader: Reader
  /** Ends the connection and makes another. */
  renew(): Promise<void>
}

function openConnection(open: () => Reader): Connection {
  const connection = {
    reader: open(),
    async renew() {
      await connection.reader.close()
      connection.reader = open()
    },
  }
  return connection
}

async function lookAt(
  connection: Connection,
  fleet: Fleet,
  desired: DesiredAppliance,
  world: World,
  remembered: Remembered | undefined,
  { waitForRuns = false, only }: PlanOptions,
): Promise<Sight & { observation: Observation }> {
  const first = await observeThrough(connection.reader, desired, world, remembered?.lastRead)
  const observation = waitForRuns && isBusy(first) ? await observeAtRest(connection, desired, world, first) : first
  await rememberRead(world.memory, desired, observation)
  const [records, tags, peers] = await Promise.all([
    observeRecords(desired, observation, world),
    tagsOf(desired, observation.identity, world),
    checkPeers(connection.reader, fleet, desired, observation, only),
  ])
  return { desired, observation, ...records, tags, ...peers, ...(remembered && { remembered }) }
}

/** An update is not waited for: it takes long, and a step follows it. */
const isBusy = ({ unfinished: { lease, job } }: Observation): boolean =>
  (job !== undefined && job.type !== 'update') || (lease !== undefined && lease.remainingSeconds > 0)

/**
 * Looks until nobody is at work. A lease is no part of the revision, so each look is a whole one; a connection that ends
 * meanwhile is made anew, as an unconfirmed address may revert.
 */
async function observeAtRest(connection: Connection, desired: DesiredAppliance, world: World, first: Observation) {
  const { clock, signal } = world
  let observation = first
  const patience = {
    deadlineMs: clock.monotonic() + mostWaitMs,
    firstPauseMs: 2_000,
    longestPauseMs: 5_000,
    signal,
  }
  await poll(clock, patience, async () => {
    try {
      observation = await observeThrough(connection.reader, desired, world, undefined)
      return !isBusy(observation) || undefined
    } catch (error) {
      if (!mayPass(error)) throw error
      await connection.renew()
      return undefined
    }
  })
  return observation
}

const mayPass = (error: unknown): boolean =>
  outcomeUnknown(error) || (error instanceof DeviceError && error.code === 'UNREACHABLE')

/** One read; where the driver keeps no intent on the appliance, the one kept in state is put beside it. */
export async function observeThrough(
  reader: Reader,
  { access }: Pick<DesiredAppliance, 'access'>,
  world: World,
  known: Observation | undefined,
): Promise<Observation> {
  const observation = await reader.observe(known)
  if (world.driver(access.driver).support.lease) {
    const { lease, ...unfinished } = observation.unfinished
    // A lease is no part of the revision: of an unchanged appliance only the old one is known.
    return lease && observation.unchanged ? { ...observation, unfinished } : observation
  }
  const { intent: _, ...unfinished } = observation.unfinished
  const intent = await world.memory.intent(observation.identity)
  return { ...observation, unfinished: { ...unfinished, ...(intent && { intent }) } }
}
