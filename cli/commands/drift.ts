import { planRun } from '../../reconcile/run.ts'
import type { Command } from '../command.ts'
import { loadDocuments } from '../documents.ts'
import { exitCodeOf } from '../exit-codes.ts'
import { emit, outputsOf } from '../output.ts'
import { driftReasons } from '../plan-exits.ts'
import { planOptionsOf } from '../plan-options.ts'
import { untold } from '../told-once.ts'
import { openWorld } from '../world.ts'

export async function run(command: Command): Promise<number> {
  const outputs = outputsOf(command)
  const { fleet, warnings } = await loadDocuments(command, command.positionals, outputs)
  const options = planOptionsOf(command, fleet)
  const opened = await openWorld(command, fleet, { writes: false })
  try {
    const { plan: found } = await planRun(fleet, opened.world, { ...options, readOnly: true, attribute: true })
    opened.progress.end()
    // What policy would say to an apply is no part of what has drifted.
    const plan = { ...found, refused: false, problems: [...untold(warnings, found), ...found.problems] }
    await emit(command, outputs, { kind: 'drift', tool: command.tool, startedAt: command.startedAt, plan })
    const reasons = driftReasons({ ...found, refused: false, problems: [] })
    if (opened.interruption.stopping()) reasons.add('interrupted')
    return exitCodeOf(reasons, 'drift')
  } finally {
    await opened.close()
  }
}
