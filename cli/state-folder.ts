/** What is remembered between runs, as the flags say. */
import { basename, resolve } from 'node:path'
import type { Memory } from '../reconcile/memory.ts'
import type { Fleet } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import type { StateMemory } from '../state/memory.ts'
import { StateError } from '../state/state-error.ts'
import { sayProblem } from './appliance.ts'
import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'

export interface OpenState {
  memory: Memory
  /** Present unless `--no-state`. */
  history?: StateMemory
  folder?: string
  close(): void
}

/** A damaged state file is set aside and said to be, whatever the verb; but not where memory alone keeps a write back. */
export async function openState(command: Command, { policy }: Pick<Fleet, 'policy'>): Promise<OpenState> {
  const { given, io } = command
  const chosen = given.text('state')
  if (given.on('no-state')) {
    if (chosen !== undefined) {
      throw new UsageError('FLAG_CONFLICT', '--state and --no-state exclude each other', 'Give one of them.')
    }
    const { noMemory } = await import('../state/no-memory.ts')
    return { memory: noMemory(), close: () => {} }
  }
  const { openMemory } = await import('../state/memory.ts')
  const folder = resolve(io.cwd, chosen ?? '.sensorform')
  const history =
    policy.drift === 'report'
      ? wordingLoss(() => openMemory({ folder }))
      : openMemory({ folder, onSetAside: (movedTo) => sayProblem(command, setAsideProblem(folder, movedTo)) })
  return { memory: history, history, folder, close: () => history.close() }
}

const setAsideProblem = (folder: string, movedTo: string): Problem => ({
  severity: 'warning',
  code: 'STATE_SET_ASIDE',
  summary: `${resolve(folder, 'state.sqlite')} was damaged and lies beside it now as ${basename(movedTo)}; what it remembered is forgotten: what was applied last, where sensors were left and how they were known, what a person confirmed, which keys no document declares any more`,
  hint: 'Nothing has to be done: the run goes on from what is declared and what it finds. Until the next apply, whoever changed what is undetermined. Look once for sensors that were to be retired.',
})

/** Changes that memory alone tells to be the sensor's own would be written over: that is for a person to say. */
function wordingLoss<T>(open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof StateError) || error.code !== 'STATE_CORRUPT') throw error
    throw new StateError(
      error.code,
      `${error.message}; under "drift: report" it is not set aside, as nothing else tells which differences were made on the sensors, and the next apply would write over them`,
      'Look at the sensors, declare what is to stay, then move the file away: the next run begins without memory.',
      { cause: error },
    )
  }
}
