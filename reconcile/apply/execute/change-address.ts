/**
 * Moves the management address. The write may lose its connection: that is expected and never answered by writing again.
 * The run looks on fresh connections at the new and the old address, accepts only the same appliance, and confirms.
 *
 * @module
 */
import { DeviceError, outcomeUnknown } from '../../device-error.ts'
import type { AddressTriple, Observation, Writer } from '../../driver.ts'
import { endpointAt } from '../../observe/endpoints.ts'
import { observeThrough } from '../../observe/observe.ts'
import type { Action } from '../../plan-types.ts'
import { poll } from '../poll.ts'
import { StepError } from '../../observe/problem-of.ts'
import type { StepContext } from './step-context.ts'
import { confirmChange, tripleDifference } from './finish-address.ts'

type Change = Action & { type: 'changeAddress' }

/** A guarded change reverts by itself unless confirmed within this time. */
const confirmWithinSeconds = 120
/** After that, the old address is given so long to answer again. */
const marginMs = 30_000

export async function executeChangeAddress(context: StepContext, action: Change): Promise<void> {
  const { session, support, options } = context
  const guarded = action.guarded && support.guardedNetworkChange === true
  if (!guarded && !options.overrides?.allowUnguardedNetworkChange) throw unguarded(context)
  const { to, from } = action
  await context.announce({ type: 'changeAddress', from, to })
  await checkStart(context, from)
  const old = session.observation.endpoint
  await tryMove(context, { type: 'changeAddress', to, guarded, confirmWithinSeconds })
  await findAgain(context, action, old)
  await confirmChange(context, to)
  context.keepIntent(false)
}

/** Under the lease the whole sensor is read once more: what cannot be undone by itself starts only from what was planned. */
async function checkStart({ session, plan }: StepContext, from: AddressTriple): Promise<void> {
  const moved = tripleDifference(await session.look({ whole: true }), from)
  if (moved.length === 0) return
  throw new StepError({
    code: 'APPLIANCE_CHANGED',
    key: plan.key,
    field: 'network.address',
    summary: `Since the plan was made, ${moved.join(', ')} changed on the appliance; it was not moved.`,
    hint: 'Plan again.',
  })
}

/** Writes once. An error whose outcome is unknown is what a move looks like; any other says that nothing happened. */
async function tryMove(
  { session, note, keepIntent }: StepContext,
  write: { type: 'changeAddress'; to: AddressTriple; guarded: boolean; confirmWithinSeconds: number },
): Promise<void> {
  session.lease.pause()
  keepIntent(true)
  try {
    await session.write(write)
  } catch (error) {
    if (error instanceof DeviceError && outcomeUnknown(error)) {
      note(`The connection ended (${error.code}), as a move of the address may end it.`)
      return
    }
    session.lease.resume()
    keepIntent(false)
    throw error
  }
}

interface Sighting {
  endpoint: string
  what: string
}

async function findAgain(context: StepContext, { to }: Change, old: string): Promise<void> {
  const { session, world, note } = context
  const next = endpointAt(old, to.address)
  const seen = new Map<string, string>()
  const patience = {
    deadlineMs: world.clock.monotonic() + confirmWithinSeconds * 1000 + marginMs,
    firstPauseMs: 1_000,
    longestPauseMs: 5_000,
    ...(world.signal && { signal: world.signal }),
  }
  const isFound = await poll(world.clock, patience, async () => {
    for (const endpoint of new Set([next, old])) {
      const sighting = await lookAt(context, endpoint, to)
      if ('writer' in sighting) {
        await session.adopt(sighting.writer, endpoint, sighting.observation)
        return true
      }
      seen.set(endpoint, sighting.what)
    }
    return undefined
  })
  if (!isFound)
    throw lost(
      context,
      [...seen].map(([endpoint, what]) => ({ endpoint, what })),
      old,
    )
  note(`Found the sensor at ${next}.`)
  await session.regainLease()
}

/** One fresh connection: the same appliance with the new address, or what was seen instead. */
async function lookAt(
  { session, world, desired }: StepContext,
  endpoint: string,
  to: AddressTriple,
): Promise<{ writer: Writer; observation: Observation } | Sighting> {
  const writer = session.probe(endpoint)
  try {
    const observation = await observeThrough(writer, desired, world, undefined)
    if (tripleDifference(observation, to).length === 0) return { writer, observation }
    await writer.close()
    return { endpoint, what: 'answers, still with its old settings' }
  } catch (error) {
    await writer.close()
    if (!(error instanceof DeviceError)) throw error
    return { endpoint, what: `${error.code}: ${error.message}` }
  }
}

function lost({ plan }: StepContext, seen: readonly Sighting[], old: string): StepError {
  const story = seen.map(({ endpoint, what }) => `${endpoint} (${what})`).join('; ')
  const stayed = seen.some(({ endpoint, what }) => endpoint === old && what.startsWith('answers'))
  if (stayed) {
    return new StepError({
      code: 'ADDRESS_NOT_CHANGED',
      key: plan.key,
      field: 'network.address',
      summary: `The sensor did not move, or moved and came back: ${story}.`,
      hint: 'Is the new address free, and is it routed to where this runs? Then plan again.',
    })
  }
  return new StepError(
    {
      code: 'ADDRESS_LOST',
      key: plan.key,
      field: 'network.address',
      summary: `The sensor answers at neither address: ${story}.`,
      hint: breakGlass,
    },
    'unknown',
  )
}

/** What a person does at the serial console when no address answers any more. */
const breakGlass =
  'At the serial console of the sensor, sign in and run "network validate" to see the address it has, and "network reconfigure" to set it.'

const unguarded = ({ plan }: StepContext): StepError =>
  new StepError({
    code: 'UNGUARDED_NETWORK_CHANGE',
    key: plan.key,
    field: 'network.address',
    summary: 'The change of the management address would not revert by itself, and was not allowed.',
    hint: 'If somebody can reach the serial console, say --allow-unguarded-network-change.',
  })
