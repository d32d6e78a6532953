import { memoryProblem } from '../../reconcile/observe/problem-of.ts'
import { newest, planRestore } from '../../reconcile/restore/plan-restore.ts'
import { restore } from '../../reconcile/restore/restore.ts'
import type { Restoration } from '../../reconcile/restore/restoration.ts'
import { renderHuman } from '../../report/human.ts'
import type { RestoreReport } from '../../report/report.ts'
import type { DesiredAppliance, Fleet } from '../../schemas/fleet.ts'
import { askYes, mustBeAskable } from '../ask.ts'
import type { Command } from '../command.ts'
import { documentPaths, loadDocuments } from '../documents.ts'
import { exitCodes } from '../exit-codes.ts'
import { sensorOf } from '../keys.ts'
import { emit, outputsOf } from '../output.ts'
import { overridesOf } from '../plan-options.ts'
import { actor, nameRun, unrecordedBecause } from '../run-history.ts'
import { UsageError } from '../usage-error.ts'
import { openWorld, type OpenWorld } from '../world.ts'

export async function run(command: Command): Promise<number> {
  const [key = ''] = command.positionals
  const outputs = outputsOf(command)
  const from = fromOf(command)
  const { fleet } = await loadDocuments(command, documentPaths(command), outputs)
  const desired = sensorOf(fleet, key)
  if (!command.given.on('auto-approve')) mustBeAskable(command, 'Give --auto-approve.')
  const opened = await openWorld(command, fleet, { writes: true })
  try {
    const done = await carryOut(command, fleet, desired, from, opened)
    opened.progress.end()
    // A person has read already what was not done.
    if (done.state !== 'planned' || outputs.format !== 'human') await emit(command, outputs, reportOf(command, done))
    return opened.interruption.stopping() ? exitCodes.interrupted : exitCodeOf(done)
  } finally {
    await opened.close()
  }
}

const longestName = 255

/** Refuses what can be no file name of a backup, before anything is contacted. */
function fromOf({ given }: Command): string {
  const from = given.text('from')
  if (from === undefined) {
    throw new UsageError('ARGUMENTS', 'restore needs --from NAME', '"sensorform backup list KEY" shows the names.')
  }
  const isName = from === newest || (/^[^/\\\p{Cc}]+\.tar$/u.test(from) && from.length <= longestName)
  if (isName) return from
  throw new UsageError(
    'FLAG_VALUE',
    `--from ${JSON.stringify(from)} is not the name of a backup file`,
    'A name ends in .tar and holds no folder, as "sensorform backup list KEY" shows it; or give latest.',
  )
}

async function carryOut(
  command: Command,
  fleet: Fleet,
  desired: DesiredAppliance,
  from: string,
  { world, state }: OpenWorld,
): Promise<Restoration> {
  const overrides = overridesOf(command.given, fleet)
  const planned = await planRestore(fleet, world, desired, from, overrides)
  if (planned.state !== 'planned' || !(await approved(command, planned))) return planned
  const id = nameRun(command.startedAt)
  const record = { run: id, verb: command.verb, startedAt: command.startedAt }
  const detail = { ...actor(), overrides, key: desired.key, from: planned.from }
  await state.history?.recordRun({ ...record, detail })
  command.note(`${desired.key}: restoring ${planned.from} …`)
  const done = await restore(fleet, world, desired, planned, { run: id, overrides })
  const finishedAt = new Date(world.clock.now()).toISOString()
  const recorded = state.history?.recordRun({ ...record, finishedAt, detail: { ...detail, outcome: done.state } })
  const unrecorded = await unrecordedBecause(recorded)
  if (unrecorded && done.problems.length === 0) return { ...done, problems: [memoryProblem(unrecorded, desired.key)] }
  return done
}

async function approved(command: Command, planned: Restoration): Promise<boolean> {
  const { colour, given } = command
  const isTold = given.on('auto-approve') && given.on('quiet')
  if (!isTold) command.say(renderHuman(reportOf(command, planned), { colour: colour.stderr, verbose: false }).trimEnd())
  if (given.on('auto-approve')) return true
  if (await askYes(command, `\nRestore ${planned.from} on ${planned.key}?`)) return true
  command.say('Nothing was done.')
  return false
}

const reportOf = ({ tool, startedAt }: Command, restoration: Restoration): RestoreReport => ({
  kind: 'restore',
  tool,
  startedAt,
  restoration,
})

const exitCodeOf = ({ state, problems }: Restoration): number =>
  ({
    planned: exitCodes.error,
    failed: exitCodes.error,
    refused: exitCodes.refused,
    restored: problems.length > 0 ? exitCodes.partial : exitCodes.ok,
    waiting: exitCodes.waiting,
    unknown: exitCodes.unknown,
  })[state]
