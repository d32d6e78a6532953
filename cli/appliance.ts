/** One appliance of the documents, for verbs that ask it something. */
import { DeviceError } from '../reconcile/device-error.ts'
import type { Driver, Target } from '../reconcile/driver.ts'
import { isHeld } from '../reconcile/plan/hold.ts'
import { problemOf } from '../reconcile/observe/problem-of.ts'
import { targetOf } from '../reconcile/observe/target.ts'
import { problemLines } from '../report/human-problem.ts'
import { styleOf } from '../report/style.ts'
import type { DesiredAppliance, Fleet } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'
import type { OpenWorld } from './world.ts'

/** Where it is and who speaks to it, with what is remembered of it. */
export async function reach(
  fleet: Fleet,
  desired: DesiredAppliance,
  { world }: OpenWorld,
  options: { readOnly: boolean },
): Promise<{ driver: Driver; target: Target }> {
  mustNotBeHeld(desired, world.clock.now())
  const remembered = await world.memory.recall(desired.key)
  const target = targetOf(fleet, desired, remembered, { ...options, signal: world.signal })
  return { driver: world.driver(desired.access.driver), target }
}

/** A held appliance is not contacted, by whatever verb. */
export function mustNotBeHeld(desired: DesiredAppliance, now: number): void {
  if (!isHeld(desired, now)) return
  const { key, hold } = desired
  throw new UsageError(
    'HELD',
    `${key} is held until ${hold?.until}: ${hold?.reason}`,
    'Nothing was sent. Remove the hold first.',
  )
}

/** The work's result, or the problem of an appliance that did not do it. */
export async function attempt<T>(key: string, work: () => Promise<T>): Promise<{ value: T } | { problem: Problem }> {
  try {
    return { value: await work() }
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return { problem: problemOf(error, key) }
  }
}

export function sayProblem(command: Command, problem: Problem): void {
  command.say(problemLines(problem, styleOf(command.colour.stderr)).join('\n'))
}
