/** Giving an appliance up: it works on as it is, unless its registration is to go and it is still ours. */
import { DeviceError } from '../../../reconcile/device-error.ts'
import { unregisterOwned, type Unregistered } from '../../../reconcile/owner.ts'
import { problemOf } from '../../../reconcile/observe/problem-of.ts'
import type { Call } from '../../model/call.ts'
import { hasErrors, type Diagnostic, type Diagnostics } from '../../model/diagnostic.ts'
import type { DeleteRequest } from '../../model/resource.ts'
import type { Client } from '../client.ts'
import { unregisters } from './conduct.ts'
import { desireAppliance } from './desired.ts'
import { fromProblems } from './diagnostics.ts'
import { fromPrivate, memoryOf } from './kept.ts'
import { namesOf } from './ownership.ts'
import { reachedBy } from './sight.ts'
import { inTurn } from './turns.ts'
import type { ApplianceType } from './type.ts'
import { worldOf } from './world.ts'

export async function deleteAppliance(
  type: ApplianceType,
  { prior, private: kept }: DeleteRequest,
  call: Call<Client>,
): Promise<{ diagnostics: Diagnostics }> {
  if (!unregisters(prior)) return { diagnostics: [] }
  const { owner, replacing, adopted, remembered } = fromPrivate(kept)
  if (replacing) return { diagnostics: [left('It is created again in the same run.')] }
  if (owner === undefined || !adopted) return { diagnostics: [left('This resource never adopted it.')] }
  const { desired, diagnostics } = desireAppliance(type, call.client, reachedBy(prior))
  if (!desired || hasErrors(diagnostics)) return { diagnostics }
  const world = await worldOf(call, memoryOf(desired.key, remembered), desired.given)
  const [name = ''] = namesOf({ access: prior['access'] ?? null })
  const unregister = () => unregisterOwned(desired.fleet, desired.own, world, { run: crypto.randomUUID(), owner })
  const work = () => inTurn(call.client, name, unregister)
  try {
    return { diagnostics: told(type, await call.client.gate(work)) }
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    const problem = problemOf(error, desired.key)
    if (unreachable.has(error.code)) return { diagnostics: [left(`It does not answer: ${problem.summary}.`)] }
    return { diagnostics: fromProblems(type.schema.attributes, [problem], prior) }
  }
}

/** Dead hardware must not stand in the way of its own removal. */
const unreachable = new Set(['UNREACHABLE', 'TIMEOUT', 'CONNECTION_LOST', 'REBOOTING'])

function told({ schema }: ApplianceType, result: Unregistered): Diagnostics {
  if (result.state === 'refused') return fromProblems(schema.attributes, [result.problem], null)
  return result.state === 'notOwned' ? [left('Another resource has adopted it since.')] : []
}

const left = (why: string): Diagnostic => ({
  severity: 'warning',
  summary: 'The sensor stays registered',
  detail: `${why} Its registration was not deleted; if it must go, delete it in the portal (Sites and sensors > Delete sensor) once nobody needs it. (NOT_UNREGISTERED)`,
})
