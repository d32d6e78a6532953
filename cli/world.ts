/** Binds the engine to this machine: drivers, registrars, memory, secrets, clock. */
import { createApiDriver } from '../drivers/api/driver.ts'
import { readPackage } from '../load/package-file.ts'
import { secretsFrom } from '../load/secrets.ts'
import type { Driver } from '../reconcile/driver.ts'
import type { World } from '../reconcile/engine.ts'
import type { Registrar } from '../reconcile/registrar.ts'
import type { Fleet } from '../schemas/fleet.ts'
import { findFingerprintKey } from '../state/fingerprint-key.ts'
import { openRegistrars } from '../registrars/open.ts'
import { systemClock } from '../transport/system-clock.ts'
import type { Command } from './command.ts'
import { letHeapGrow } from './heap.ts'
import { watchInterruption, type Interruption } from './interruption.ts'
import { startProgress, type Progress } from './progress.ts'
import { shortPath } from './short-path.ts'
import { openState, type OpenState } from './state-folder.ts'

/** A world with what the CLI itself needs of it. Must be closed. */
export interface OpenWorld {
  world: World
  state: OpenState
  interruption: Interruption
  progress: Progress
  /** Takes the live line away, forgets Ctrl-C, ends sessions, closes registrars and the state file. */
  close(): Promise<void>
}

export interface WorldOptions {
  /** The verb changes appliances, so that a missing fingerprint key is made and Ctrl-C lets steps end. */
  writes: boolean
  /** The verb comes back to what it has read: sessions last until the world is closed. Default: false. */
  keepSessions?: boolean
}

export async function openWorld(
  command: Command,
  fleet: Fleet,
  { writes, keepSessions = false }: WorldOptions,
): Promise<OpenWorld> {
  const { timings } = command
  timings?.enter('start')
  letHeapGrow(fleet.sensors.size)
  const state = await openState(command, fleet)
  try {
    const { key, madeAt } = findFingerprintKey({ folder: state.folder, env: command.io.env, create: writes })
    if (madeAt !== undefined) {
      command.say(
        `Made ${shortPath(command.io.cwd, madeAt)}: with it, secrets that change on a sensor are noticed. Keep it with the state folder.`,
      )
    }
    const interruption = watchInterruption(command, { writes })
    const progress = startProgress(command)
    const secrets = secretsFrom(command.io.env)
    const ownClock = command.io.clock ?? systemClock
    const clock = timings?.watchWaits(ownClock) ?? ownClock
    const driver = createApiDriver({
      clock,
      readSecret: (reference) => secrets.read(reference),
      keepSessions,
      ...(timings && { onRequest: (request) => timings.onRequest(request) }),
    })
    const registrars = await openRegistrars(fleet, {
      clock,
      readSecret: (reference) => secrets.read(reference),
      signal: interruption.signal,
    })
    const world: World = {
      clock,
      memory: timings?.watchMemory(state.memory) ?? state.memory,
      secrets,
      packages: { find: readPackage },
      ...(key && { fingerprintKey: key }),
      driver: () => driver,
      registrarReader: (name) => registrarOf(registrars, name),
      registrar: (name) => registrarOf(registrars, name),
      onEvent: (event) => {
        timings?.onEvent(event)
        progress.onEvent(event)
      },
      toolVersion: command.tool.version,
      signal: interruption.signal,
      stopping: () => interruption.stopping(),
    }
    return {
      world,
      state,
      interruption,
      progress,
      close: () => closeAll({ state, interruption, progress }, [driver, ...registrars.values()]),
    }
  } catch (error) {
    state.close()
    throw error
  }
}

async function closeAll(
  { state, interruption, progress }: Pick<OpenWorld, 'state' | 'interruption' | 'progress'>,
  others: readonly Pick<Driver | Registrar, 'close'>[],
): Promise<void> {
  progress.end()
  interruption.dispose()
  await Promise.allSettled(others.map(async (other) => other.close?.()))
  state.close()
}

function registrarOf(registrars: ReadonlyMap<string, Registrar>, name: string): Registrar {
  const registrar = registrars.get(name)
  if (registrar) return registrar
  throw new TypeError(`the fleet declares no registrar ${name}`)
}
