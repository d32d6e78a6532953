/** What every action on an appliance has in common: the fleet of one, its progress, and its problems as diagnostics. */
import { DeviceError } from '../../../reconcile/device-error.ts'
import type { Driver, Target } from '../../../reconcile/driver.ts'
import type { World } from '../../../reconcile/engine.ts'
import type { RunEvent } from '../../../reconcile/outcome.ts'
import { problemOf } from '../../../reconcile/observe/problem-of.ts'
import { targetOf } from '../../../reconcile/observe/target.ts'
import type { TerraformSchema } from '../../../schemas/terraform/schema.ts'
import type { Call } from '../../model/call.ts'
import type { Diagnostics } from '../../model/diagnostic.ts'
import type { Action } from '../../model/provider.ts'
import { unknown, type ObjectValue } from '../../model/value.ts'
import { checkAppliance, desireAppliance, type Desired } from '../appliance/desired.ts'
import { fromProblems } from '../appliance/diagnostics.ts'
import { isKind, kindOf, noSuchKind } from '../appliance/kinds.ts'
import { memoryOf } from '../appliance/kept.ts'
import type { ApplianceType } from '../appliance/type.ts'
import { worldOf } from '../appliance/world.ts'
import type { Client } from '../client.ts'

export interface Reached {
  type: ApplianceType
  desired: Desired
  world: World
  driver: Driver
  target: Target
  /** Shown while the action runs. */
  progress: (message: string) => void
}

type Work = (config: ObjectValue, reached: Reached) => Promise<Diagnostics>

/** An action on one appliance. `check` says what is wrong with its configuration beside the spec. */
export const onAppliance = (
  schema: TerraformSchema,
  work: Work,
  check: (config: ObjectValue) => Diagnostics = () => [],
): Action<Client> => ({
  schema,
  validate: (config) => {
    const { appliance = null } = config
    if (appliance === unknown) return []
    if (!isKind(appliance)) return [noSuchKind]
    return [...checkAppliance(typeFor(schema, config), config).diagnostics, ...check(config)]
  },
  invoke: async (config, call, progress) => call.client.gate(() => invoke(schema, config, work, call, progress)),
})

const typeFor = (schema: TerraformSchema, { appliance }: ObjectValue): ApplianceType => ({
  name: 'an action',
  kind: kindOf(appliance),
  schema,
  facts: () => ({}),
  factsChangedBy: {},
})

async function invoke(
  schema: TerraformSchema,
  config: ObjectValue,
  work: Work,
  call: Call<Client>,
  progress: (message: string) => void,
): Promise<Diagnostics> {
  const type = typeFor(schema, config)
  const { desired, diagnostics } = desireAppliance(type, call.client, config)
  if (!desired) return diagnostics
  const { key, fleet, own } = desired
  const onEvent = (event: RunEvent): void => {
    const text = progressText(event)
    if (text !== undefined) progress(text)
  }
  const world = { ...(await worldOf(call, memoryOf(key, {}), desired.given)), onEvent }
  try {
    const target = targetOf(fleet, own, undefined, { signal: call.signal })
    const driver = world.driver(own.access.driver)
    return [...diagnostics, ...(await work(config, { type, desired, world, driver, target, progress }))]
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return [...diagnostics, ...fromProblems(schema.attributes, [problemOf(error, key)], config)]
  }
}

function progressText(event: RunEvent): string | undefined {
  if (event.type === 'stepStarted') return `${event.title} …`
  if (event.type === 'stepProgress') return event.note
  return event.type === 'stepFinished' && event.status === 'done' ? `${event.title}: done` : undefined
}
