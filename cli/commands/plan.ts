import { planRun } from '../../reconcile/run.ts'
import type { PlanReport } from '../../report/report.ts'
import type { Command } from '../command.ts'
import { loadDocuments } from '../documents.ts'
import { exitCodeOf } from '../exit-codes.ts'
import { emit, outputsOf } from '../output.ts'
import { planReasons } from '../plan-exits.ts'
import { savePlan } from '../plan-file.ts'
import { planOptionsOf } from '../plan-options.ts'
import { untold } from '../told-once.ts'
import { shortPath } from '../short-path.ts'
import { openWorld } from '../world.ts'

export async function run(command: Command): Promise<number> {
  const outputs = outputsOf(command)
  const { fleet, warnings } = await loadDocuments(command, command.positionals, outputs)
  const options = planOptionsOf(command, fleet)
  const opened = await openWorld(command, fleet, { writes: false })
  try {
    const { plan } = await planRun(fleet, opened.world, { ...options, readOnly: true, attribute: true })
    opened.progress.end()
    const told = { ...plan, problems: [...untold(warnings, plan), ...plan.problems] }
    const report: PlanReport = { kind: 'plan', tool: command.tool, startedAt: command.startedAt, plan: told }
    await emit(command, outputs, report)
    if (outputs.planFile !== undefined) {
      const { digest } = await savePlan(outputs.planFile, { plan, fleet, overrides: options.overrides ?? {} })
      command.note(
        `Saved the plan to ${shortPath(command.io.cwd, outputs.planFile)} (digest ${digest.slice(0, 16)}). "sensorform apply" carries it out.`,
      )
    }
    const reasons = planReasons(plan, { detailed: command.given.on('detailed-exitcode') })
    if (opened.interruption.stopping()) reasons.add('interrupted')
    return exitCodeOf(reasons)
  } finally {
    await opened.close()
  }
}
