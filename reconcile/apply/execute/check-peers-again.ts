import { nameWithReason } from '../../plan/peer-preconditions.ts'
import { plannedPeers } from '../../compare/planned-peers.ts'
import { groupOf } from '../../plan/step-groups.ts'
import { StepError } from '../../observe/problem-of.ts'
import type { StepContext } from './step-context.ts'

/** Right before validation is turned on: the peers may be others than when the plan was made, and so may the chain. */
export async function checkPeersAgain({ fleet, desired, session, options, plan }: StepContext): Promise<void> {
  if (options.overrides?.allowCutOff?.includes(plan.key)) return
  const ids = new Set(plan.steps.map(({ id }) => id))
  const { added, gone } = plannedPeers(fleet, desired, session.observation, (path) => ids.has(groupOf(path)))
  const peers = await session.checkPeers(added)
  const failing = peers.filter(({ path, result }) => result === 'invalid' && !gone.has(path))
  if (failing.length === 0) return
  throw new StepError({
    code: 'VALIDATION_CUTS_OFF',
    key: plan.key,
    field: 'certificate.validation',
    summary: `Certificate validation would cut off ${failing.map(nameWithReason).join('; ')}. It was not turned on.`,
    hint: `Give these peers certificates that the sensor can validate; or, if they may be cut off: --allow-cut-off ${plan.key}.`,
  })
}
