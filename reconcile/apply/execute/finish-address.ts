import { DeviceError, outcomeUnknown } from '../../device-error.ts'
import type { AddressTriple, Observation } from '../../driver.ts'
import type { Action } from '../../plan-types.ts'
import { poll } from '../poll.ts'
import { StepError } from '../../observe/problem-of.ts'
import type { StepContext } from './step-context.ts'

const mostRepeats = 2
/** A change that was not confirmed is undone within this time of its deadline. */
const marginMs = 30_000

/** Finishes what an earlier run left unconfirmed: confirms it, or waits until it has reverted. */
export async function executeFinishAddress(
  context: StepContext,
  action: Action & { type: 'finishAddress' },
): Promise<void> {
  await context.announce({ type: 'finishAddress', to: action.to })
  if (action.outcome === 'confirm') await confirmChange(context, action.to)
  else await waitForRevert(context)
}

/** Confirms over the present connection, until reading shows that nothing is left to confirm. */
export async function confirmChange(context: StepContext, to: AddressTriple): Promise<void> {
  const { session, note } = context
  for (let repeats = 0; repeats <= mostRepeats; repeats++) {
    const id = session.observation.unfinished.networkChange?.id
    if (id === undefined) break
    note('Confirming the new address.')
    try {
      await session.write({ type: 'confirmAddress', id }, { anyRevision: true })
    } catch (error) {
      if (!(error instanceof DeviceError) || !(outcomeUnknown(error) || error.code === 'REFUSED')) throw error
      await session.reconnect()
      continue
    }
    await session.observe()
  }
  const missing = tripleDifference(session.observation, to)
  if (missing.length === 0 && !session.observation.unfinished.networkChange) return
  throw new StepError({
    code: 'ADDRESS_NOT_CHANGED',
    key: context.plan.key,
    field: 'network.address',
    summary: `The new address ${to.address} was not confirmed in time and has reverted.`,
    hint: 'Plan again.',
  })
}

async function waitForRevert({ session, world, note, plan }: StepContext): Promise<void> {
  const remainingMs = (session.observation.unfinished.networkChange?.remainingSeconds ?? 0) * 1000
  note('Waiting until the unconfirmed address has reverted.')
  const patience = {
    deadlineMs: world.clock.monotonic() + remainingMs + marginMs,
    firstPauseMs: 1_000,
    longestPauseMs: 10_000,
    signal: session.signal,
  }
  const isReverted = await poll(world.clock, patience, async () => {
    const observation = await session.observe().catch((error: unknown) => {
      if (!(error instanceof DeviceError)) throw error
      return session.reconnect().catch(() => undefined)
    })
    return (observation && !observation.unfinished.networkChange) || undefined
  })
  if (isReverted) return
  throw new StepError(
    {
      code: 'ADDRESS_LOST',
      key: plan.key,
      field: 'network.address',
      summary: 'The unconfirmed address did not revert in time.',
      hint: 'Plan again; if no address answers, use "network validate" at the serial console of the sensor.',
    },
    'unknown',
  )
}

/** Parts of the address that are not as they should be. */
export const tripleDifference = ({ live }: Pick<Observation, 'live'>, to: AddressTriple): string[] =>
  (['address', 'subnetMask', 'gateway'] as const)
    .map((part) => ({ path: `network.${part}`, value: to[part] }))
    .filter(({ path, value }) => live.has(path) && live.get(path) !== value)
    .map(({ path }) => path)
