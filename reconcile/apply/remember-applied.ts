import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import { appliedValues } from '../compare/applied.ts'
import type { Observation } from '../driver.ts'
import type { World } from '../engine.ts'
import type { AppliedValue, Remembered } from '../memory.ts'
import { isConsolePath } from '../plan/console-steps.ts'
import { planAppliance } from '../plan/appliance-plan.ts'
import type { StepOutcome } from '../outcome.ts'
import type { AppliancePlan } from '../plan-types.ts'
import { settled } from '../replace/replacement.ts'
import { preImagesLeft } from './remember-pre-images.ts'
import { planContext } from '../run.ts'
import { tagsOf } from '../observe/tags.ts'

/**
 * Remembers what is applied now: every declared value, but for those that still differ or whose step is not done; of
 * these the former memory stays, so that the next run tells their cause as this one did.
 */
export async function rememberApplied(
  fleet: Fleet,
  world: World,
  desired: DesiredAppliance,
  plan: AppliancePlan,
  observation: Observation,
  steps: readonly StepOutcome[],
): Promise<void> {
  const { key } = desired
  const [remembered, tags] = await Promise.all([world.memory.recall(key), tagsOf(desired, observation.identity, world)])
  const sight = { desired, observation, records: {}, tags, ...(remembered && { remembered }) }
  const left = planAppliance(fleet, desired, sight, planContext(world, {}, []), undefined).plan.changes
  const { done, open } = changesOf(plan, steps)
  const isUnseen = (path: string) => isConsolePath(path) && plan.unverifiable.includes(path)
  const isOpen = (path: string) =>
    (isUnseen(path) && !done.has(path)) ||
    open.has(path) ||
    (!done.has(path) && left.some((change) => change.path === path))
  const lastApplied = mergeApplied(appliedValues(desired, tags), remembered, isOpen)
  await world.memory.remember(key, {
    lastApplied,
    appliedAt: new Date(world.clock.now()).toISOString(),
    ...(remembered && settled(remembered, observation)),
    ...(remembered?.preImages && { preImages: preImagesLeft(desired, observation, remembered) }),
  })
}

function mergeApplied(
  now: Readonly<Record<string, AppliedValue>>,
  remembered: Remembered | undefined,
  isOpen: (path: string) => boolean,
): Record<string, AppliedValue> {
  const merged = Object.entries(now).map(([path, value]) => [
    path,
    isOpen(path) ? remembered?.lastApplied?.[path] : value,
  ])
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as Record<string, AppliedValue>
}

/** Paths whose step is done, and paths whose step is not. */
function changesOf(plan: AppliancePlan, steps: readonly StepOutcome[]): { done: Set<string>; open: Set<string> } {
  const isDone = new Set(steps.filter(({ status }) => status === 'done').map(({ id }) => id))
  const done = plan.steps.filter(({ id }) => isDone.has(id)).flatMap(({ changes }) => changes)
  const open = plan.steps.filter(({ id }) => !isDone.has(id)).flatMap(({ changes }) => changes)
  return { done: new Set(done), open: new Set(open) }
}
