import type { Driver } from '../../reconcile/driver.ts'
import type { World } from '../../reconcile/engine.ts'

/** What a killed process throws, at the call at which it died and at every later one. */
export class Killed extends Error {}

export interface Life {
  /** Calls so far; each counts twice, before and after it took effect. */
  calls: number
  isOver: boolean
}

/**
 * The world of a process that is killed at its n-th call. From then on every call throws, so that no clean-up of the dead
 * process reaches the world.
 */
export function mortalWorld(world: World, killAt: number): { world: World; life: Life } {
  const life: Life = { calls: 0, isOver: false }
  const tick = () => {
    if (life.isOver || ++life.calls >= killAt) {
      life.isOver = true
      throw new Killed(`killed at call ${killAt}`)
    }
  }
  const mortal = <T extends object>(object: T): T =>
    new Proxy(object, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return async (...given: unknown[]): Promise<unknown> => {
          tick()
          const result: unknown = await Reflect.apply(member, target, given)
          tick()
          return result
        }
      },
    })
  const mortalDriver = ({ name, support, ...driver }: Driver): Driver => ({
    name,
    support,
    reader: (target) => mortal(driver.reader(target)),
    writer: (target) => mortal(driver.writer(target)),
  })
  return {
    life,
    world: {
      ...world,
      memory: mortal(world.memory),
      driver: (name) => mortalDriver(world.driver(name)),
      registrar: (name) => mortal(world.registrar(name)),
      registrarReader: (name) => mortal(world.registrarReader(name)),
      clock: {
        ...world.clock,
        sleep: async (ms, signal) => {
          if (life.isOver) throw new Killed('killed')
          await world.clock.sleep(ms, signal)
          if (life.isOver) throw new Killed('killed')
        },
      },
    },
  }
}
