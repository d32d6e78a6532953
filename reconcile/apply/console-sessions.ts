/**
 * The consoles that sensors of a run are connected to: one connection each, opened when a first step needs it. What
 * several sensors ask of one console comes one after the other.
 *
 * @module
 */
import type { Fleet } from '../../schemas/fleet.ts'
import { StepError } from '../observe/problem-of.ts'
import { targetOf } from '../observe/target.ts'
import type { World } from '../engine.ts'
import { ApplianceSession } from './session.ts'

export interface ConsoleSessions {
  /** Works with a console while nobody else of this run does. */
  use<T>(key: string, work: (console: ApplianceSession) => Promise<T>): Promise<T>
  /** Gives leases back and ends the connections. Never throws. */
  close(): Promise<void>
}

export function createConsoleSessions(fleet: Fleet, world: World, run: string): ConsoleSessions {
  const opened = new Map<string, Promise<ApplianceSession>>()
  const turns = new Map<string, Promise<unknown>>()
  return {
    use(key, work) {
      const before = turns.get(key) ?? Promise.resolve()
      const turn = before.then(async () => {
        const session = opened.get(key) ?? open(fleet, world, run, key)
        opened.set(key, session)
        try {
          return await work(await session)
        } catch (error) {
          opened.delete(key)
          await (await session.catch(() => undefined))?.close({ clearIntent: true })
          throw error
        }
      })
      turns.set(
        key,
        turn.catch(() => undefined),
      )
      return turn
    },
    async close() {
      for (const opening of opened.values()) {
        const session = await opening.catch(() => undefined)
        await session?.close({ clearIntent: true })
      }
    },
  }
}

async function open(fleet: Fleet, world: World, run: string, key: string): Promise<ApplianceSession> {
  const desired = fleet.managementConsoles.get(key)
  if (!desired) {
    throw new StepError({
      code: 'CONSOLE_UNKNOWN',
      key,
      summary: `No document declares the management console ${key}.`,
    })
  }
  const remembered = await world.memory.recall(key)
  const target = targetOf(fleet, desired, remembered, { signal: world.signal })
  const session = new ApplianceSession(world, desired, target, run, undefined)
  await session.observe()
  return session
}
