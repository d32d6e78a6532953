/**
 * Looking at the one appliance, and what the engine plans from a look.
 *
 * @module
 */
import type { Observation } from '../../../reconcile/driver.ts'
import type { Overrides, Sight, World } from '../../../reconcile/engine.ts'
import { missingSecrets } from '../../../reconcile/observe/missing-secrets.ts'
import { observeFleet } from '../../../reconcile/observe/observe.ts'
import { tagsOf } from '../../../reconcile/observe/tags.ts'
import { makePlan } from '../../../reconcile/plan/plan.ts'
import type { AppliancePlan } from '../../../reconcile/plan-types.ts'
import { planContext } from '../../../reconcile/run.ts'
import type { Call } from '../../model/call.ts'
import type { Diagnostic, Diagnostics } from '../../model/diagnostic.ts'
import { isObject, type ObjectValue } from '../../model/value.ts'
import { namesOtherSecrets } from '../../plan/secrets.ts'
import { overridesFor, type Client } from '../client.ts'
import type { Desired } from './desired.ts'
import { fromProblems } from './diagnostics.ts'
import { memoryOf, type Kept, type SeenSight } from './kept.ts'
import type { ApplianceType } from './type.ts'
import { worldOf } from './world.ts'

/** The part of a plan, or of what became of it, that the one appliance has. */
export function onlyOne<T>({ sensors, managementConsoles }: Record<'sensors' | 'managementConsoles', readonly T[]>): T {
  const [one] = [...sensors, ...managementConsoles]
  if (one === undefined) throw new TypeError('the engine has nothing to say of the appliance')
  return one
}

/** What the engine would do, from what was seen last: pure but for the secrets of this machine. */
export async function planFrom(
  desired: Desired,
  { remembered, seen }: Kept,
  call: Call<Client>,
  overrides: Overrides,
): Promise<AppliancePlan> {
  const { key, fleet, own } = desired
  const world = await worldOf(call, memoryOf(key, remembered), desired.given)
  if (!seen) throw new TypeError('there is nothing to plan from')
  const tags = await tagsOf(own, seen.observation.identity, world)
  const context = planContext(world, { keys: [key], overrides }, [])
  const plan = onlyOne(makePlan(fleet, [{ ...seen, desired: own, tags, remembered }], context))
  const missing = await missingSecrets(own, plan, world.secrets)
  return missing.length > 0 ? { ...plan, problems: [...plan.problems, ...missing] } : plan
}

/** What is allowed for this appliance, and whether its secrets are written although nobody could see that they differ. */
export function overridesOf(
  { schema }: ApplianceType,
  { key, own }: Desired,
  { permissions, fingerprintKey }: Client,
  { prior, planned }: { prior: ObjectValue | null; planned: ObjectValue },
): Overrides {
  const rewriteSecrets = !fingerprintKey && namesOtherSecrets(schema.attributes, prior, planned)
  return { ...overridesFor(permissions, key, own.settings.name), rewriteSecrets }
}

/** A sight with an answer in it. */
export type Answered = Sight & { observation: Observation }

const isAnswered = (sight: Sight | undefined): sight is Answered =>
  sight !== undefined && !('problem' in sight.observation)

export interface Look {
  sight?: Answered
  /** Why it could not be read. */
  unread: Diagnostics
}

/** Looks at the appliance, and at the console that it names. */
export async function lookAt(
  type: ApplianceType,
  { fleet, key }: Desired,
  world: World,
  { severity, config }: { severity: Diagnostic['severity']; config: ObjectValue | null },
): Promise<Look> {
  const sight = (await observeFleet(fleet, world, { keys: [key] })).find(({ desired }) => desired.key === key)
  if (isAnswered(sight)) return { sight, unread: [] }
  const problem = sight && 'problem' in sight.observation ? [{ ...sight.observation.problem, severity }] : []
  return { unread: fromProblems(type.schema.attributes, problem, config) }
}

/** What of a sight is kept until the next plan. */
export const seenOf = ({ observation, records, fileAtHand, problems, console }: Answered): SeenSight => ({
  observation,
  records,
  ...(fileAtHand !== undefined && { fileAtHand }),
  ...(problems && { problems }),
  ...(console && { console }),
})

/** Which registration and which console a look is about: with another one, it must be looked again. */
export function askedOf({ own: { settings } }: Desired): string {
  const { name, registration, activation, managementConsole } = settings
  const { registrar, site } = registration ?? {}
  const asked = registrar === undefined ? [] : [registrar, name, site, activation?.mode]
  return JSON.stringify([...asked, managementConsole?.console])
}

/** How an appliance is found and known, and where it is registered: what reading needs of a state. */
export function reachedBy(state: ObjectValue): ObjectValue {
  const { access, name, registration, activation, network, management_console: managementConsole } = state
  const { mode = null } = isObject(activation) ? activation : {}
  const { address = null, hostname = null } = isObject(network) ? network : {}
  const { console = null, zone = null } = isObject(managementConsole) ? managementConsole : {}
  return {
    access: access ?? null,
    ...(registration !== undefined && { registration }),
    ...(mode !== null && { activation: { mode } }),
    ...(isObject(registration) && registration['registrar'] !== null && { name: name ?? null }),
    network: { address, hostname },
    ...(console !== null && { management_console: { console, zone } }),
  }
}
