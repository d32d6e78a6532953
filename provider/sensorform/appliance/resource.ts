/**
 * One appliance as a resource. Reading looks at it, planning compares what was read last with the configuration, and
 * apply reads again and carries out what the engine plans, as the CLI would.
 *
 * @module
 */
import type { Call } from '../../model/call.ts'
import { hasErrors } from '../../model/diagnostic.ts'
import type { ReadRequest, Resource, StateResponse } from '../../model/resource.ts'
import type { Client } from '../client.ts'
import { applyAppliance } from './apply-appliance.ts'
import { checkConduct } from './conduct.ts'
import { deleteAppliance } from './delete-appliance.ts'
import { checkAppliance, desireAppliance } from './desired.ts'
import { applianceIdentity, identityOf, importAppliance } from './import-appliance.ts'
import { fromPrivate, memoryOf, toPrivate } from './kept.ts'
import { liveValue, refreshed } from './live.ts'
import { planAppliance } from './plan-appliance.ts'
import { askedOf, lookAt, reachedBy, seenOf } from './sight.ts'
import type { ApplianceType } from './type.ts'
import { worldOf } from './world.ts'

export const applianceResource = (type: ApplianceType): Resource<Client> => ({
  schema: type.schema,
  identity: applianceIdentity,
  validate: (config) => [...checkAppliance(type, config).diagnostics, ...checkConduct(config)],
  plan: async (request, call) => planAppliance(type, request, call),
  read: async (request, call) => readAppliance(type, request, call),
  /** Adopts what is there: with an error, nothing is kept that a next apply would destroy. */
  create: async (request, call) => {
    const { owner } = fromPrivate(request.private)
    const kept = { remembered: {}, ...(owner !== undefined && { owner }) }
    const answer = await call.client.gate(() => applyAppliance(type, request, kept, call))
    return hasErrors(answer.diagnostics) ? { ...answer, state: null } : answer
  },
  update: async (request, call) =>
    call.client.gate(() => applyAppliance(type, request, fromPrivate(request.private), call, request.prior)),
  delete: async (request, call) => deleteAppliance(type, request, call),
  import: (request, { client }) => importAppliance(request, client),
})

async function readAppliance(
  type: ApplianceType,
  { state, private: before }: ReadRequest,
  call: Call<Client>,
): Promise<StateResponse> {
  if (call.client.isUnknown) return { state }
  const { desired, diagnostics } = desireAppliance(type, call.client, reachedBy(state))
  if (!desired) return { state, diagnostics }
  const kept = fromPrivate(before)
  const memory = memoryOf(desired.key, kept.remembered)
  const world = await worldOf(call, memory, desired.given)
  const { sight, unread } = await call.client.gate(() =>
    lookAt(type, desired, world, { severity: 'warning', config: state }),
  )
  if (!sight) return { state, private: toPrivate({ ...kept, unread: true }), diagnostics: unread }
  const { unread: _, ...rest } = kept
  const seen = seenOf(sight)
  const { in_sync: inSync = null } = state
  const live = liveValue(type, seen, sight.observation, state)
  const now = { ...refreshed(type.schema.attributes, state, live), in_sync: inSync }
  return {
    state: now,
    private: toPrivate({ ...rest, remembered: memory.kept(), seen, asked: askedOf(desired) }),
    identity: identityOf(now),
    diagnostics,
  }
}
