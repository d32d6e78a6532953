/**
 * The entry of a sensor on the management console that it was connected to last. It goes only while the sensor is not
 * connected, under the console's own lease.
 *
 * @module
 */
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { createConsoleSessions } from '../apply/console-sessions.ts'
import { acquireLease } from '../apply/lease-wait.ts'
import type { ApplianceSession } from '../apply/session.ts'
import { entryOf } from '../compare/console-diff.ts'
import type { World } from '../engine.ts'
import { problemOf, StepError } from '../observe/problem-of.ts'
import { isHeld } from '../plan/hold.ts'
import type { EntryState, Retirement } from './retirement.ts'

interface Removed {
  state: EntryState
  /** Why it is not known to be gone. */
  problem?: Problem
}

/** Takes the sensor of a retirement off its console, and looks whether it is gone. */
export async function removeConsoleEntry(
  { key, console: consoleKey, identity }: Retirement,
  fleet: Fleet,
  world: World,
  run: string,
): Promise<Removed> {
  if (consoleKey === undefined || identity === undefined) return { state: 'kept' }
  const declared = fleet.managementConsoles.get(consoleKey)
  if (declared && isHeld(declared, world.clock.now())) return { state: 'unknown', problem: heldProblem(key, declared) }
  const consoles = createConsoleSessions(fleet, world, run)
  try {
    return await consoles.use(consoleKey, (console) => remove(console, { key, consoleKey, identity, world, run }))
  } catch (error) {
    const problem = { ...problemOf(error, key), key }
    return { state: problem.code === stillConnected ? 'connected' : 'unknown', problem }
  } finally {
    await consoles.close()
  }
}

const heldProblem = (key: string, { key: consoleKey, hold }: DesiredAppliance): Problem => ({
  severity: 'error',
  code: 'HELD',
  key,
  summary: `The sensor is not taken off the management console ${consoleKey}, which is held until ${hold?.until}: ${hold?.reason}`,
  hint: 'Nothing was sent. Retire it when the hold is over.',
})

interface Removal {
  key: string
  consoleKey: string
  identity: string
  world: World
  run: string
}

const stillConnected = 'CONSOLE_CONNECTED'
const step = 'retire'

async function remove(console: ApplianceSession, removal: Removal): Promise<Removed> {
  const { key, consoleKey, identity, world, run } = removal
  const entry = entryOf(console.observation, { identity })
  if (!entry) {
    await clearIntent(console, removal)
    return { state: 'absent' }
  }
  if (entry.connection === 'SYNCED') {
    throw new StepError({
      code: stillConnected,
      key,
      summary: `The sensor is not taken off the management console ${consoleKey}: it is still connected there as ${entry.name}`,
      hint: 'Switch the sensor off or reset it, and retire it once the console shows it as disconnected.',
    })
  }
  const intent = {
    run,
    step,
    tool: `sensorform ${world.toolVersion}`,
    startedAt: new Date(world.clock.now()).toISOString(),
    data: { sensor: key, identity },
  }
  await acquireLease(
    console,
    world,
    () => intent,
    () => {},
  )
  await console.write({ type: 'removeSensor', identity }, { anyRevision: true })
  if (entryOf(await console.observe({ whole: true }), { identity })) {
    throw new StepError({
      code: 'READ_BACK_DIFFERS',
      key,
      summary: `The management console ${consoleKey} accepted to remove the sensor ${entry.name}, but still lists it`,
      hint: 'Look at its Site Management, then retire the sensor again.',
    })
  }
  await console.announce(null)
  return { state: 'removed' }
}

/** A run that died after the removal left its intent on the console: it is done, and is told as unfinished no longer. */
async function clearIntent(console: ApplianceSession, { identity, world }: Removal): Promise<void> {
  const { intent } = console.observation.unfinished
  if (intent?.step !== step || intent.data['identity'] !== identity) return
  await acquireLease(
    console,
    world,
    () => undefined,
    () => {},
  )
  await console.announce(null)
}
