/**
 * Carries out a retirement: first the entry on the management console goes, then the registration, then what is
 * remembered. So a run that dies in between is taken up by the next, which finds gone what is gone and forgets the rest.
 *
 * @module
 */
import type { Fleet } from '../../schemas/fleet.ts'
import type { Problem } from '../../schemas/problem.ts'
import { DeviceError } from '../device-error.ts'
import type { World } from '../engine.ts'
import { memoryFailure } from '../memory-failure.ts'
import { forget } from '../observe/recall.ts'
import { problemOf } from '../observe/problem-of.ts'
import type { RegistrationRecord } from '../registrar.ts'
import type { BoundRecord } from './bound-record.ts'
import { removeConsoleEntry } from './console-entry.ts'
import { connectedProblem, lookUp } from './plan-retirement.ts'
import type { RecordState, Retirement } from './retirement.ts'

type Writing = Pick<World, 'clock' | 'memory' | 'registrar' | 'signal'>

export async function retire(plan: Retirement, fleet: Fleet, world: World, run: string): Promise<Retirement> {
  if (plan.state !== 'planned' || plan.consoleEntry !== 'leaving') return retireRecord(plan, world, run)
  await journal(world, run, plan.key, 'intent', `remove it from the management console ${plan.console}`)
  const { state, problem } = await removeConsoleEntry(plan, fleet, world, run)
  const left: Retirement = { ...plan, consoleEntry: state }
  return problem ? { ...left, state: 'failed', problems: [problem] } : retireRecord(left, world, run)
}

async function retireRecord(plan: Retirement, world: Writing, run: string): Promise<Retirement> {
  if (plan.state !== 'planned') return plan
  const { key, record } = plan
  const removed = record?.state === 'present' ? await deleteRecord(key, record, world, run) : undefined
  if (removed?.problem) {
    return {
      ...plan,
      state: 'failed',
      problems: [removed.problem],
      ...(record && { record: { ...record, state: removed.state } }),
    }
  }
  const forgotten = forget(world.memory, key).then(() => journal(world, run, key, 'done', 'forgotten'))
  const unforgotten = await memoryFailure(forgotten, plan)
  return {
    ...plan,
    state: unforgotten ? 'failed' : 'retired',
    problems: unforgotten ? [unforgotten] : plan.problems,
    ...(record && removed && { record: { ...record, state: removed.state } }),
  }
}

export interface Removed {
  state: RecordState
  /** Why it is not known to be gone. */
  problem?: Problem
}

/** Looks once more right before, and again after: the record is deleted when it is seen to be gone. */
export async function deleteRecord(key: string, record: BoundRecord, world: Writing, run: string): Promise<Removed> {
  const registrar = world.registrar(record.registrar)
  const look = () => lookUp(registrar, record, world.signal, key)
  const before = await look()
  if ('problem' in before) return { state: 'unknown', problem: before.problem }
  if (before.state !== 'present') return { state: 'absent' }
  if (before.record.connected) return { state: 'connected', problem: connectedProblem(key, record) }
  await journal(world, run, key, 'intent', `delete the registration ${record.name}`)
  const failure = await deregister(() => registrar.deregister(before.record, world.signal), key)
  const after = await look()
  if (!('problem' in after) && after.state === 'absent') return { state: 'deleted' }
  return { state: 'unknown', problem: failure ?? ('problem' in after ? after.problem : stillThere(key, before.record)) }
}

async function deregister(work: () => Promise<void>, key: string): Promise<Problem | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return problemOf(error, key)
  }
}

const stillThere = (key: string, { name }: RegistrationRecord): Problem => ({
  severity: 'error',
  code: 'READ_BACK_DIFFERS',
  key,
  field: 'registration',
  summary: `The registrar accepted to delete the record ${name}, but looking it up shows it unchanged.`,
  hint: 'Look at the sensor in the portal, then retire it again.',
})

const journal = ({ clock, memory }: Writing, run: string, key: string, event: 'intent' | 'done', detail: string) =>
  memory.journal({ run, key, at: new Date(clock.now()).toISOString(), step: 'retire', event, detail })
